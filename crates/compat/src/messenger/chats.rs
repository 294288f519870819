//! Chats over HTTP: beginning them, what was said in them, all that one is in, and what one has missed.
//!
//! A chat is a direct room, a group, a channel, or a broadcast list of one's own. Direct rooms with oneself and the room of all accounts
//! are none.

mod conversation;
mod found;
mod members;
mod missed;
mod names;
mod overview;
mod shapes;
mod start;
mod telling;

use actix_web::http::Method;
use parlor_domain::{Room, RoomKind};

pub(super) use self::found::{Chat, Found, named};
use super::callers::known;
use crate::drf::View;

/// What a direct room is called.
const NORMAL: &str = "Normal";
/// What groups and channels are called.
const GROUP: &str = "Group";
/// What a broadcast list is called.
const BROADCAST: &str = "brodcast";

/// The paths of chats.
pub(super) fn views() -> Vec<View> {
    vec![
        View::at("/api/start/")
            .guard(known)
            .on(Method::POST, start::start),
        View::at("/api/get_conversation/{number:[0-9]+}")
            .guard(known)
            .get(conversation::show),
        View::at("/api/show_user/").guard(known).get(overview::show),
        View::at("/api/get_notification/").guard(known).get(missed::list),
    ]
}

/// The type of a room.
fn room_type(room: &Room) -> &'static str {
    match room.kind {
        RoomKind::Direct => NORMAL,
        RoomKind::Group | RoomKind::Channel => GROUP,
    }
}
