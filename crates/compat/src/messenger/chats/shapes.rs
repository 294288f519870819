//! People and chats as JSON.

use actix_web::HttpRequest;
use parlor_domain::{Account, BroadcastList, Room, RoomKind, UserId};
use parlor_services::{Error, Guest, RoomView, Services};
use serde_json::{Map, Value, json};

use super::super::FOLDERS;
use super::super::people::{other, own};
use super::found::Chat;
use super::{BROADCAST, members, names, room_type};
use crate::compat::Compat;
use crate::drf::time;
use crate::links::Links;
use crate::mount::Mount;

/// Makes shapes for the answer to a request.
pub(super) struct Shapes<'a> {
    pub(super) compat: &'a Compat,
    pub(super) caller: &'a Guest,
    /// For photos: paths.
    pub(super) photos: Links,
}

impl<'a> Shapes<'a> {
    pub(super) fn new(compat: &'a Compat, request: &HttpRequest, caller: &'a Guest) -> Self {
        Self {
            compat,
            caller,
            photos: compat.paths_at(Mount::of(request)).in_folders(FOLDERS),
        }
    }

    fn services(&self) -> &Services {
        self.compat.services()
    }

    /// The caller.
    pub(super) fn own(&self) -> Value {
        own(&self.caller.account, &self.photos)
    }

    /// These people in their order, each with as much of his address and number as he shows to the caller.
    pub(super) async fn people(&self, people: &[Account]) -> Result<Vec<Value>, Error> {
        let (accounts, actor) = (&self.services().accounts, &self.caller.actor);
        let mut shapes = Vec::with_capacity(people.len());
        for some in people.chunks(members::MOST) {
            let shown = accounts.shown(actor, some).await?;
            let of_each = some.iter().zip(&shown).map(|(account, shown)| {
                if account.user.id == actor.user.id {
                    self.own()
                } else {
                    other(account, shown, &self.photos)
                }
            });
            shapes.extend(of_each);
        }
        Ok(shapes)
    }

    async fn other(&self, user: UserId) -> Result<Value, Error> {
        let account = self.services().accounts.find(user).await?;
        let shapes = self.people(&[account]).await?;
        Ok(shapes.into_iter().next().unwrap_or_default())
    }

    /// What is said of a chat before its messages.
    pub(super) async fn conversation(&self, chat: &Chat) -> Result<Map<String, Value>, Error> {
        match chat {
            Chat::Room(view) if view.room.kind == RoomKind::Direct => self.direct(view).await,
            Chat::Room(view) => self.group(&view.room).await,
            Chat::List(list) => self.list(list).await,
        }
    }

    async fn direct(&self, view: &RoomView) -> Result<Map<String, Value>, Error> {
        let services = self.services();
        let found = services.rooms.attended_room(view.room.id).await?;
        let peer = view.peer.as_ref().ok_or(Error::NoSuchRoom)?.user;
        let pair = [self.own(), self.other(peer.id).await?];
        let [initiator, receiver] = if found.owner == Some(peer) {
            let [caller, other] = pair;
            [other, caller]
        } else {
            pair
        };
        let name = names::of_room(services, view.room.id).await?;
        let mut shape = Self::room_head(&view.room, &name);
        shape.insert("initiator".to_owned(), initiator);
        shape.insert("receiver".to_owned(), receiver);
        Ok(shape)
    }

    /// A group: who it belongs to, and all others.
    async fn group(&self, room: &Room) -> Result<Map<String, Value>, Error> {
        let name = names::of_room(self.services(), room.id).await?;
        let mut shape = Self::room_head(room, &name);
        let owner = match room.owner {
            Some(owner) => self.other(owner).await?,
            None => Value::Null,
        };
        shape.insert("initiator".to_owned(), owner);
        let people = members::of_room(self.services(), self.caller, room.id, members::MOST).await?;
        let others: Vec<Account> = people
            .into_iter()
            .filter(|account| room.owner != Some(account.user.id))
            .collect();
        let others = self.people(&others).await?;
        number(&mut shape, others.into_iter().map(|person| json!([person])));
        Ok(shape)
    }

    async fn list(&self, list: &BroadcastList) -> Result<Map<String, Value>, Error> {
        let mut shape = self.list_head(list).await?;
        shape.insert("initiator".to_owned(), self.own());
        let people = self.recipients(list, members::MOST).await?;
        number(&mut shape, people.into_iter().map(|person| json!([person])));
        Ok(shape)
    }

    /// The recipients of a list, so many at most.
    pub(super) async fn recipients(&self, list: &BroadcastList, most: usize) -> Result<Vec<Value>, Error> {
        let (services, actor) = (self.services(), &self.caller.actor);
        let people = members::of_list(services, actor, list.id, most).await?;
        self.people(&people).await
    }

    /// What is said of every room.
    pub(super) fn room_head(room: &Room, name: &str) -> Map<String, Value> {
        Map::from_iter([
            ("room_type".to_owned(), json!(room_type(room))),
            ("room_name".to_owned(), json!(name)),
            ("start_time".to_owned(), json!(time::drf(room.created_at))),
        ])
    }

    /// What is said of every broadcast list.
    pub(super) async fn list_head(&self, list: &BroadcastList) -> Result<Map<String, Value>, Error> {
        let (name, _) = names::of_list(self.services(), list.id).await?;
        Ok(Map::from_iter([
            ("room_type".to_owned(), json!(BROADCAST)),
            ("room_name".to_owned(), json!(name)),
            ("start_time".to_owned(), json!(time::drf(list.created_at))),
        ]))
    }
}

/// Adds people to a shape: the first as `group_member1`, and so on.
pub(super) fn number(shape: &mut Map<String, Value>, people: impl IntoIterator<Item = Value>) {
    let numbered = (1..).zip(people);
    shape.extend(numbered.map(|(number, person): (usize, Value)| (format!("group_member{number}"), person)));
}
