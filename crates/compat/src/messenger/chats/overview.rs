//! All chats that one is in.

use std::collections::{BTreeSet, HashMap};

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use parlor_domain::{BroadcastList, Member, PageSize, Room, RoomId, RoomKind, UserId};
use parlor_services::{Actor, Error, Services};
use serde_json::{Map, Value, json};

use super::super::callers::Caller;
use super::super::statuses;
use super::shapes::{Shapes, number};
use super::{found, members, names};
use crate::compat::Compat;
use crate::drf::Refusal;

/// So many rooms are told at most: those in which something happened last.
const ROOMS: usize = 1_000;
/// So many people are listed at most, in all groups together.
const PEOPLE: usize = 10_000;

/// `GET /api/show_user/`
pub(super) async fn show(
    Caller(caller): Caller,
    request: HttpRequest,
    compat: Data<Compat>,
) -> Result<HttpResponse, Refusal> {
    let (services, actor) = (compat.services(), &caller.actor);
    let rooms = rooms(services, actor).await?;
    let ids = rooms.iter().map(|(room, _)| room.id).collect();
    let names = names::of_rooms(services, ids).await?;
    let named = rooms.into_iter().filter(|(room, _)| names.contains_key(&room.id));
    let (directs, groups): (Vec<_>, Vec<_>) = named.partition(|(room, _)| room.kind == RoomKind::Direct);
    let groups: Vec<Room> = groups.into_iter().map(|(room, _)| room).collect();
    let shapes = Shapes::new(&compat, &request, &caller);
    let overview = Overview {
        members: Members::of(&shapes, &groups).await?,
        shapes,
        names,
    };
    let made = groups.iter().filter(|room| room.owner == Some(actor.user.id));
    let made = made.max_by_key(|room| (room.created_at, room.number));
    let list = newest_list(services, actor).await?;
    let list = list.filter(|list| made.is_none_or(|room| room.created_at <= list.created_at));
    let made = made.filter(|_| list.is_none());
    let created = match (&list, made) {
        (Some(list), _) => Value::Object(overview.own_list(list).await?),
        (None, Some(room)) => overview.own_group(room),
        (None, None) => Value::Null,
    };
    // What she has made herself is told once.
    let others = groups
        .iter()
        .filter(|room| made.is_none_or(|made| made.id != room.id));
    let participant: Vec<Value> = others.map(|room| overview.group(room)).collect();
    let conversations = overview.conversations(&directs).await?;
    Ok(HttpResponse::Ok().json(json!({
        "user": overview.shapes.own(),
        "conversation_users": conversations,
        "created_groups": created,
        "participant_groups": participant,
    })))
}

/// The rooms of the actor that are shown here, and the other one of each direct room.
async fn rooms(services: &Services, actor: &Actor) -> Result<Vec<(Room, Option<Member>)>, Error> {
    let (mut rooms, mut after) = (Vec::new(), None);
    while rooms.len() < ROOMS {
        let page = services.rooms.list(actor, after, PageSize::MAX).await?;
        let shown = page.rooms.into_iter().filter(|view| found::is_chat(&view.room));
        rooms.extend(shown.map(|view| (view.room, view.peer)));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    rooms.truncate(ROOMS);
    Ok(rooms)
}

/// The broadcast list that the actor has made last.
async fn newest_list(services: &Services, actor: &Actor) -> Result<Option<BroadcastList>, Error> {
    let (mut newest, mut after) = (None, None);
    loop {
        let page = services.broadcasts.lists(actor, after, PageSize::MAX).await?;
        newest = page.lists.into_iter().next_back().or(newest);
        after = page.next;
        if after.is_none() {
            return Ok(newest);
        }
    }
}

/// Who is in groups, and how he is shown.
struct Members {
    of: HashMap<RoomId, Vec<UserId>>,
    /// Each with his number.
    shapes: HashMap<UserId, (i64, Value)>,
}

impl Members {
    /// Those of these groups, as far as they may be listed, and whom the groups belong to.
    async fn of(shapes: &Shapes<'_>, groups: &[Room]) -> Result<Self, Error> {
        let Shapes { compat, caller, .. } = shapes;
        let services = compat.services();
        let (mut of, mut left) = (HashMap::new(), PEOPLE);
        for room in groups {
            let most = left.min(members::MOST);
            let people = members::ids_of_room(services, caller, room.id, most).await;
            let people = match people {
                Ok(people) => people,
                // It ends at this moment, or the caller leaves it.
                Err(Error::NoSuchRoom) => Vec::new(),
                Err(error) => return Err(error),
            };
            left -= people.len();
            of.insert(room.id, people);
        }
        let owners = groups.iter().filter_map(|room| room.owner);
        let everybody: BTreeSet<UserId> = of.values().flatten().copied().chain(owners).collect();
        let everybody: Vec<UserId> = everybody.into_iter().collect();
        let mut shown = HashMap::with_capacity(everybody.len());
        for some in everybody.chunks(members::MOST) {
            let accounts = services.accounts.find_all(some.to_vec()).await?;
            let people = shapes.people(&accounts).await?;
            let numbered = accounts.iter().zip(people);
            shown.extend(numbered.map(|(account, person)| (account.user.id, (account.user.number, person))));
        }
        Ok(Self { of, shapes: shown })
    }

    /// Somebody, or null.
    fn shape(&self, user: Option<UserId>) -> Value {
        let found = user.and_then(|user| self.shapes.get(&user));
        found.map_or(Value::Null, |(_, person)| person.clone())
    }

    /// The members of a group without these, by their numbers.
    fn without(&self, room: &Room, left_out: &[UserId]) -> impl Iterator<Item = Value> {
        let people = self.of.get(&room.id).into_iter().flatten();
        let others = people.filter(|user| !left_out.contains(user));
        let mut others: Vec<&(i64, Value)> = others.filter_map(|user| self.shapes.get(user)).collect();
        others.sort_unstable_by_key(|(number, _)| *number);
        others.into_iter().map(|(_, person)| person.clone())
    }
}

/// An overview that is being made.
struct Overview<'a> {
    shapes: Shapes<'a>,
    /// Those of all rooms.
    names: HashMap<RoomId, String>,
    members: Members,
}

impl Overview<'_> {
    fn head(&self, room: &Room) -> Map<String, Value> {
        let name = self.names.get(&room.id);
        Shapes::room_head(room, name.map_or("", String::as_str))
    }

    async fn conversations(&self, directs: &[(Room, Option<Member>)]) -> Result<Vec<Value>, Refusal> {
        let Shapes { compat, caller, .. } = self.shapes;
        let peers = directs.iter().filter_map(|(_, peer)| peer.as_ref());
        let peers = peers.map(|peer| peer.user.id).collect();
        let people = compat.services().accounts.find_all(peers).await?;
        let statuses = statuses::current(compat, &caller.actor, &people, &self.shapes.photos).await?;
        let shapes = self.shapes.people(&people).await?;
        let mut found: HashMap<UserId, (Value, Value)> = people
            .iter()
            .zip(shapes.into_iter().zip(statuses))
            .map(|(account, told)| (account.user.id, told))
            .collect();
        let mut conversations = Vec::with_capacity(directs.len());
        for (room, peer) in directs {
            // There is one room with each.
            let Some((other, status)) = peer.as_ref().and_then(|peer| found.remove(&peer.user.id)) else {
                continue;
            };
            let mut shape = self.head(room);
            shape.insert("users".to_owned(), other);
            shape.insert("satus_add".to_owned(), status);
            conversations.push(Value::Object(shape));
        }
        Ok(conversations)
    }

    /// A list that the caller has made, with its recipients.
    async fn own_list(&self, list: &BroadcastList) -> Result<Map<String, Value>, Error> {
        let mut shape = self.shapes.list_head(list).await?;
        number(&mut shape, self.shapes.recipients(list, members::MOST).await?);
        Ok(shape)
    }

    /// A group that the caller has made, with all others who are in it.
    fn own_group(&self, room: &Room) -> Value {
        let mut shape = self.head(room);
        let caller = self.shapes.caller.actor.user.id;
        number(&mut shape, self.members.without(room, &[caller]));
        Value::Object(shape)
    }

    /// A group that the caller is in: whom it belongs to, and in lists of one all others.
    fn group(&self, room: &Room) -> Value {
        let mut shape = self.head(room);
        let owner = self.members.shape(room.owner);
        let mut left_out = vec![self.shapes.caller.actor.user.id];
        left_out.extend(room.owner);
        let others = self.members.without(room, &left_out);
        let others = others.map(|person| json!([person]));
        number(&mut shape, std::iter::once(owner).chain(others));
        Value::Object(shape)
    }
}
