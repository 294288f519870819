//! Rooms as this dialect shows them.

use parlor_domain::{JoinPolicy, Room, RoomId, RoomKind};
use parlor_services::{Actor, AttendedRoom, Error, Services};
use serde_json::{Value, json};

use crate::drf::time;

/// Whoever comes may join.
pub(super) const GROUP: &str = "GROUP";
/// Nobody may join who is not in it.
pub(super) const PRIVATE: &str = "PRIVATE";

/// The room with this number, as the actor sees it; `None` if there is none.
pub(super) async fn find(
    services: &Services,
    actor: &Actor,
    number: i64,
) -> Result<Option<AttendedRoom>, Error> {
    match services.rooms.id_of(number).await? {
        Some(room) => look_up(services, actor, room).await,
        None => Ok(None),
    }
}

/// A room, as the actor sees it; `None` if there is none.
pub(super) async fn look_up(
    services: &Services,
    actor: &Actor,
    room: RoomId,
) -> Result<Option<AttendedRoom>, Error> {
    let mut found = match services.rooms.attended_room(room).await {
        Ok(found) => found,
        Err(Error::NoSuchRoom) => return Ok(None),
        Err(error) => return Err(error),
    };
    // Who reads a channel is told to nobody but himself.
    if found.room.kind == RoomKind::Channel {
        found.attending = match services.rooms.find(actor, room).await {
            Ok(view) if !view.absent => vec![actor.user],
            Ok(_) | Err(Error::NoSuchRoom) => Vec::new(),
            Err(error) => return Err(error),
        };
    }
    Ok(Some(found))
}

/// Whether somebody takes part in a room.
pub(super) fn attends(room: &AttendedRoom, actor: &Actor) -> bool {
    room.attending.contains(&actor.user)
}

/// How many may take part in a room: those who are in it without taking part have their places besides.
pub(super) fn max_users(room: &AttendedRoom) -> u32 {
    room.room.capacity.members().saturating_sub(room.absent)
}

/// Who may come into a room.
pub(super) fn kind(room: &Room) -> &'static str {
    match (room.kind, room.rules.join) {
        (RoomKind::Direct, _) | (RoomKind::Group, JoinPolicy::Closed) => PRIVATE,
        (RoomKind::Group | RoomKind::Channel, _) => GROUP,
    }
}

/// A room as JSON.
pub(super) fn shown(found: &AttendedRoom) -> Value {
    let room = &found.room;
    let name = match &room.name {
        Some(name) => name.to_string(),
        None => format!("direct-{}", room.number),
    };
    let users: Vec<i64> = found.attending.iter().map(|user| user.number).collect();
    json!({
        "id": room.number,
        "name": name,
        "max_users": max_users(found),
        "type": kind(room),
        "created_at": time::drf(room.created_at),
        "updated_at": time::drf(room.changed_at),
        "owner": found.owner.map(|owner| owner.number),
        "users": users,
    })
}
