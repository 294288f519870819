//! All chats that one is in.

use std::collections::HashMap;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use parlor_domain::{Account, BroadcastList, Member, PageSize, Room, RoomKind, UserId};
use parlor_services::{Actor, Error, Services};
use serde_json::{Map, Value, json};

use super::super::callers::Caller;
use super::super::statuses;
use super::shapes::{Shapes, number};
use super::{found, members};
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
    let (directs, groups): (Vec<_>, Vec<_>) = rooms(services, actor)
        .await?
        .into_iter()
        .partition(|(room, _)| room.kind == RoomKind::Direct);
    let mut overview = Overview {
        shapes: Shapes::new(&compat, &request, &caller),
        people: PEOPLE,
    };
    let conversations = overview.conversations(&directs).await?;
    let groups: Vec<Room> = groups.into_iter().map(|(room, _)| room).collect();
    let made = groups.iter().filter(|room| room.owner == Some(actor.user.id));
    let made = made.max_by_key(|room| (room.created_at, room.number));
    let list = newest_list(services, actor).await?;
    let list = list.filter(|list| made.is_none_or(|room| room.created_at <= list.created_at));
    let made = made.filter(|_| list.is_none());
    let created = match (&list, made) {
        (Some(list), _) => Value::Object(overview.own_list(list).await?),
        (None, Some(room)) => Value::Object(overview.own_group(room).await?),
        (None, None) => Value::Null,
    };
    let mut participant = Vec::new();
    for room in &groups {
        // What she has made herself is told once.
        if made.is_none_or(|made| made.id != room.id) {
            participant.push(overview.group(room).await?);
        }
    }
    Ok(HttpResponse::Ok().json(json!({
        "user": overview.shapes.person(&caller.account, true),
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

/// An overview that is being made.
struct Overview<'a> {
    shapes: Shapes<'a>,
    /// So many people may still be listed.
    people: usize,
}

impl Overview<'_> {
    async fn conversations(&self, directs: &[(Room, Option<Member>)]) -> Result<Vec<Value>, Refusal> {
        let Shapes { compat, caller, .. } = self.shapes;
        let peers = directs.iter().filter_map(|(_, peer)| peer.as_ref());
        let peers = peers.map(|peer| peer.user.id).collect();
        let people = compat.services().accounts.find_all(peers).await?;
        let statuses = statuses::current(compat, &caller.actor, &people, &self.shapes.photos).await?;
        let mut found: HashMap<UserId, (Account, Value)> = people
            .into_iter()
            .zip(statuses)
            .map(|(account, status)| (account.user.id, (account, status)))
            .collect();
        let mut conversations = Vec::with_capacity(directs.len());
        for (room, peer) in directs {
            // There is one room with each.
            let Some((other, status)) = peer.as_ref().and_then(|peer| found.remove(&peer.user.id)) else {
                continue;
            };
            let mut shape = self.shapes.room_head(room).await?;
            shape.insert("users".to_owned(), self.shapes.member(&other, room));
            shape.insert("satus_add".to_owned(), status);
            conversations.push(Value::Object(shape));
        }
        Ok(conversations)
    }

    /// A list that the caller has made, with its recipients.
    async fn own_list(&mut self, list: &BroadcastList) -> Result<Map<String, Value>, Error> {
        let mut shape = self.shapes.list_head(list).await?;
        let most = self.people.min(members::MOST);
        let people = self.shapes.recipients(list, most).await?;
        self.people -= people.len();
        number(&mut shape, people);
        Ok(shape)
    }

    /// A group that the caller has made, with all others who are in it.
    async fn own_group(&mut self, room: &Room) -> Result<Map<String, Value>, Error> {
        let mut shape = self.shapes.room_head(room).await?;
        let people = self.members(room).await?;
        let caller = self.shapes.caller.actor.user.id;
        let others = people.iter().filter(|account| account.user.id != caller);
        number(
            &mut shape,
            others.map(|account| self.shapes.member(account, room)),
        );
        Ok(shape)
    }

    /// A group that the caller is in: whom it belongs to, and in lists of one all others.
    async fn group(&mut self, room: &Room) -> Result<Map<String, Value>, Error> {
        let mut shape = self.shapes.room_head(room).await?;
        let owner = self.shapes.owner(room).await?;
        let people = self.members(room).await?;
        let caller = self.shapes.caller.actor.user.id;
        let others = people
            .iter()
            .filter(|account| account.user.id != caller && room.owner != Some(account.user.id));
        let others = others.map(|account| json!([self.shapes.member(account, room)]));
        number(&mut shape, std::iter::once(owner).chain(others));
        Ok(shape)
    }

    /// The members of a group, as far as they may still be listed.
    async fn members(&mut self, room: &Room) -> Result<Vec<Account>, Error> {
        let most = self.people.min(members::MOST);
        let Shapes { compat, caller, .. } = self.shapes;
        let people = members::of_room(compat.services(), caller, room.id, most).await?;
        self.people = self.people.saturating_sub(people.len());
        Ok(people)
    }
}
