//! The groups of chats, which are found by their names: `chat_` and eight hex digits.

use parlor_domain::{Dialect, RoomId, RoomKind, RoomName, Rules, Topic};
use parlor_services::{Actor, Entered, Error, NewGroup, Services};

const BEGINNING: &str = "chat_";
const DIGITS: usize = 8;
/// How many groups somebody may have in which nobody else is.
const LONELY: usize = 20;
/// How many names are drawn for a group until one is free.
const TRIES: usize = 5;

/// Whether a group can be called so.
pub(super) fn is_name(text: &str) -> bool {
    let digits = text.strip_prefix(BEGINNING);
    digits.is_some_and(|digits| digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Makes a group that anybody may enter who knows its name, and tells that. The oldest of those in which its creator stayed alone ends if
/// there are too many.
///
/// # Errors
/// [`Error::TooManyRooms`], [`Error::Busy`]
pub(super) async fn make(services: &Services, creator: &Actor) -> Result<String, Error> {
    let dialects = &services.dialects;
    dialects.end_lonely(Dialect::Greeter, creator, LONELY - 1).await?;
    for _ in 0..TRIES {
        let name = format!("{BEGINNING}{:08x}", u32::from_be_bytes(dialects.draw()));
        if dialects.room_named(Dialect::Greeter, &name).await?.is_some() {
            continue;
        }
        let made = services.rooms.create(creator, group(&name)).await?;
        let room = made.into_inner().room.id;
        if dialects.name_room(Dialect::Greeter, &name, room).await? {
            return Ok(name);
        }
        // Somebody has drawn the same at the same time.
        services.rooms.delete(creator, room).await?;
    }
    Err(Error::Busy)
}

fn group(name: &str) -> NewGroup {
    let name: Result<RoomName, _> = name.parse();
    let topic: Result<Topic, _> = "".parse();
    NewGroup {
        kind: RoomKind::Group,
        client_id: None,
        name: name.expect("letters and digits can name a room"),
        topic: topic.expect("a room may be about nothing"),
        rules: Rules::default(),
        capacity: None,
        members: Vec::new(),
        creator_absent: false,
        unique_name: false,
    }
}

/// The group of this name, which the actor is in from now on; `None` if there is none that he may enter.
///
/// # Errors
/// As [`Rooms::join_by_name`](parlor_services::Rooms::join_by_name).
pub(super) async fn enter(services: &Services, actor: &Actor, name: &str) -> Result<Option<RoomId>, Error> {
    if let Some(room) = services.dialects.room_named(Dialect::Greeter, name).await? {
        // Who is in it may come as often as he likes.
        match services.rooms.find(actor, room).await {
            Ok(_) => return Ok(Some(room)),
            Err(Error::NoSuchRoom) => {}
            Err(error) => return Err(error),
        }
    }
    match services.rooms.join_by_name(actor, Dialect::Greeter, name).await {
        Ok(Entered::New(view) | Entered::Already(view)) => Ok(Some(view.room.id)),
        Ok(Entered::Waiting(_)) | Err(Error::NoSuchRoom) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The group of this name, if it is the actor's own.
pub(super) async fn find_own(
    services: &Services,
    actor: &Actor,
    name: &str,
) -> Result<Option<RoomId>, Error> {
    if !is_name(name) {
        return Ok(None);
    }
    let Some(room) = services.dialects.room_named(Dialect::Greeter, name).await? else {
        return Ok(None);
    };
    match services.rooms.find(actor, room).await {
        Ok(view) => Ok(Some(room).filter(|_| view.room.owner == Some(actor.user.id))),
        Err(Error::NoSuchRoom) => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_eight_hex_digits() {
        assert!(is_name("chat_0123abcd"));
        for other in [
            "",
            "chat_",
            "chat_0123abc",
            "chat_0123abcde",
            "chat_0123abcx",
            "room_0123abcd",
            "0123abcd",
            "chat_é123abc",
        ] {
            assert!(!is_name(other), "{other}");
        }
    }
}
