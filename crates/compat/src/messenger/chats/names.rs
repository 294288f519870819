//! What this dialect calls rooms and broadcast lists: eight letters and digits, which each of them is given when it is first shown here.

use std::collections::HashMap;

use parlor_domain::{BroadcastListId, Dialect, RoomId};
use parlor_services::{Error, Services};

const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const LENGTH: usize = 8;
/// How many names are drawn until one is free.
const TRIES: usize = 5;
/// So many rooms are given names at a time.
const AT_ONCE: usize = 100;

/// A name that perhaps nothing has.
pub(super) fn draw(services: &Services) -> String {
    // Up to here each letter stands for as many values as any other.
    const EVEN: u8 = 248;
    let mut name = String::with_capacity(LENGTH);
    while name.len() < LENGTH {
        let random: [u8; 16] = services.dialects.draw();
        let even = random.iter().filter(|value| **value < EVEN);
        let letters = even.map(|value| char::from(LETTERS[usize::from(*value) % LETTERS.len()]));
        name.extend(letters.take(LENGTH - name.len()));
    }
    name
}

/// The name of a room.
///
/// # Errors
/// [`Error::Busy`] if none can be given to it, as when it ends at this moment.
pub(super) async fn of_room(services: &Services, room: RoomId) -> Result<String, Error> {
    for _ in 0..TRIES {
        if let Some(name) = services.dialects.name_of(Dialect::Messenger, room).await? {
            return Ok(name);
        }
        let name = draw(services);
        if services
            .dialects
            .name_room(Dialect::Messenger, &name, room)
            .await?
        {
            return Ok(name);
        }
        // Something else is called so, or somebody has given the room a name meanwhile.
    }
    Err(Error::Busy)
}

/// The names of these rooms, but for those that end at this moment.
pub(super) async fn of_rooms(
    services: &Services,
    rooms: Vec<RoomId>,
) -> Result<HashMap<RoomId, String>, Error> {
    let dialects = &services.dialects;
    let mut named = dialects.names_of(Dialect::Messenger, rooms.clone()).await?;
    let unnamed: Vec<RoomId> = rooms
        .into_iter()
        .filter(|room| !named.contains_key(room))
        .collect();
    for some in unnamed.chunks(AT_ONCE) {
        let drawn = some.iter().map(|room| (*room, draw(services))).collect();
        dialects.name_rooms(Dialect::Messenger, drawn).await?;
    }
    if !unnamed.is_empty() {
        named.extend(dialects.names_of(Dialect::Messenger, unnamed).await?);
    }
    Ok(named)
}

/// The name of a broadcast list, and its number, which no room has.
///
/// # Errors
/// [`Error::Busy`] as for a room.
pub(super) async fn of_list(services: &Services, list: BroadcastListId) -> Result<(String, i64), Error> {
    for _ in 0..TRIES {
        if let Some(named) = services.dialects.name_of_list(Dialect::Messenger, list).await? {
            return Ok(named);
        }
        let name = draw(services);
        services
            .dialects
            .name_list(Dialect::Messenger, &name, list)
            .await?;
    }
    Err(Error::Busy)
}
