//! What stands in the tables, and its way to and from the domain.

mod account;
mod detail;
mod event;
mod room;

pub(crate) use account::{AccountRow, SessionRow};
pub(crate) use detail::blank_settings;
pub(crate) use event::{EventRow, NewEvent, Target, digest};
pub(crate) use room::{MemberRow, RoomRow, StreamRow};
