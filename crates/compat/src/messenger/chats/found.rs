//! Finding chats by their names and numbers.

use parlor_domain::{BroadcastList, BroadcastListId, Dialect, Room, RoomId, RoomKind};
use parlor_services::{Actor, Error, RoomView, Services};

/// What a name or a number means to somebody.
pub(in super::super) enum Found {
    /// A chat of his.
    Mine(Chat),
    /// A chat that is nothing to him.
    Foreign,
    Nothing,
}

/// A chat, as one of those who are in it sees it.
pub(in super::super) enum Chat {
    /// A room that he is in.
    Room(Box<RoomView>),
    /// A broadcast list of his.
    List(BroadcastList),
}

/// The chat of this name.
pub(in super::super) async fn named(services: &Services, actor: &Actor, name: &str) -> Result<Found, Error> {
    let dialects = &services.dialects;
    if let Some(room) = dialects.room_named(Dialect::Messenger, name).await? {
        return of_room(services, actor, room).await;
    }
    match dialects.list_named(Dialect::Messenger, name).await? {
        Some(list) => of_list(services, actor, list).await,
        None => Ok(Found::Nothing),
    }
}

/// The chat with this number.
pub(super) async fn numbered(services: &Services, actor: &Actor, number: i64) -> Result<Found, Error> {
    if let Some(room) = services.rooms.id_of(number).await? {
        return of_room(services, actor, room).await;
    }
    match services
        .dialects
        .list_numbered(Dialect::Messenger, number)
        .await?
    {
        Some(list) => of_list(services, actor, list).await,
        None => Ok(Found::Nothing),
    }
}

async fn of_room(services: &Services, actor: &Actor, room: RoomId) -> Result<Found, Error> {
    match services.rooms.find(actor, room).await {
        Ok(view) if is_chat(&view.room) => Ok(Found::Mine(Chat::Room(Box::new(view)))),
        Ok(_) | Err(Error::NoSuchRoom) => Ok(Found::Foreign),
        Err(error) => Err(error),
    }
}

async fn of_list(services: &Services, actor: &Actor, list: BroadcastListId) -> Result<Found, Error> {
    match services.broadcasts.find(actor, list).await {
        Ok(list) => Ok(Found::Mine(Chat::List(list))),
        Err(Error::NoSuchList) => Ok(Found::Foreign),
        Err(error) => Err(error),
    }
}

/// Whether a room is shown here: neither somebody's notes nor the room of all accounts is.
pub(super) fn is_chat(room: &Room) -> bool {
    let is_notes = room.kind == RoomKind::Direct && room.members == 1;
    !is_notes && !room.everyones
}
