//! What stands in the tables, and its way to and from the domain.

mod account;
mod detail;
mod digest;
mod event;
mod room;

pub(crate) use account::{AccountRow, SessionRow};
pub(crate) use detail::blank_settings;
pub(crate) use digest::{digest, room_digest};
pub(crate) use event::{EventRow, NewEvent, Target};
pub(crate) use room::{MemberRow, RoomRow, StreamRow};
