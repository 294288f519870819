//! People and chats as JSON.

use std::collections::HashSet;

use actix_web::HttpRequest;
use parlor_domain::{Account, BroadcastList, Room, RoomKind, UserId};
use parlor_services::{Error, Guest, RoomView, Services};
use serde_json::{Map, Value, json};

use super::super::FOLDERS;
use super::super::people::person;
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

    /// Somebody, with his address and number if he is known to the caller by a room, as everybody is to himself.
    pub(super) fn person(&self, account: &Account, is_known: bool) -> Value {
        let is_self = account.user.id == self.caller.actor.user.id;
        person(account, is_known || is_self, &self.photos)
    }

    /// Somebody who is in a room with the caller. Readers of a channel are strangers to each other.
    pub(super) fn member(&self, account: &Account, room: &Room) -> Value {
        self.person(account, room.kind != RoomKind::Channel)
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
        let other = services.accounts.find(peer.id).await?;
        let pair = [
            self.member(&self.caller.account, &view.room),
            self.member(&other, &view.room),
        ];
        let [initiator, receiver] = if found.owner == Some(peer) {
            let [caller, other] = pair;
            [other, caller]
        } else {
            pair
        };
        let mut shape = self.room_head(&view.room).await?;
        shape.insert("initiator".to_owned(), initiator);
        shape.insert("receiver".to_owned(), receiver);
        Ok(shape)
    }

    /// A group: who it belongs to, and all others.
    async fn group(&self, room: &Room) -> Result<Map<String, Value>, Error> {
        let mut shape = self.room_head(room).await?;
        shape.insert("initiator".to_owned(), self.owner(room).await?);
        let people = members::of_room(self.services(), self.caller, room.id, members::MOST).await?;
        let others = people
            .iter()
            .filter(|account| room.owner != Some(account.user.id));
        number(
            &mut shape,
            others.map(|account| json!([self.member(account, room)])),
        );
        Ok(shape)
    }

    async fn list(&self, list: &BroadcastList) -> Result<Map<String, Value>, Error> {
        let mut shape = self.list_head(list).await?;
        let caller = self.person(&self.caller.account, true);
        shape.insert("initiator".to_owned(), caller);
        let people = self.recipients(list, members::MOST).await?;
        number(&mut shape, people.into_iter().map(|person| json!([person])));
        Ok(shape)
    }

    /// Whom a room belongs to, or null.
    pub(super) async fn owner(&self, room: &Room) -> Result<Value, Error> {
        let Some(owner) = room.owner else {
            return Ok(Value::Null);
        };
        let account = self.services().accounts.find(owner).await?;
        Ok(self.member(&account, room))
    }

    /// The recipients of a list, so many at most, each as the caller knows him.
    pub(super) async fn recipients(&self, list: &BroadcastList, most: usize) -> Result<Vec<Value>, Error> {
        let (services, actor) = (self.services(), &self.caller.actor);
        let people = members::of_list(services, actor, list.id, most).await?;
        let ids = people.iter().map(|account| account.user.id).collect();
        let known: HashSet<UserId> = services.rooms.sharing(actor, ids).await?;
        let person = |account: &Account| self.person(account, known.contains(&account.user.id));
        Ok(people.iter().map(person).collect())
    }

    /// What is said of every room.
    pub(super) async fn room_head(&self, room: &Room) -> Result<Map<String, Value>, Error> {
        let name = names::of_room(self.services(), room.id).await?;
        Ok(Map::from_iter([
            ("room_type".to_owned(), json!(room_type(room))),
            ("room_name".to_owned(), json!(name)),
            ("start_time".to_owned(), json!(time::drf(room.created_at))),
        ]))
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
