//! Who is connected, and what they hear.
//!
//! The log is the truth and the hub is a hint: it shows what was committed, as soon as that is known, and whatever it
//! misses is read from the log. A connection is a set of cursors, one for each stream it follows, and has no queue of
//! its own: when a stream grows its followers are marked ready, and each pulls from the stream's ring as much as its
//! socket takes, written with one call per turn. Behind the ring's tail it pulls pages of the log. So memory is flat,
//! order is right by construction, writes coalesce under load, and a slow reader loses nothing and delays nobody.
//!
//! A frame that takes a while to make, such as one with a picture, is made once and beside all this; only what comes after it in its
//! stream waits.
//!
//! A [`Hub`] is shared by the process. Each server thread has a [`Worker`] of its own, with the connections that the
//! thread accepted in plain cells without locks; other threads reach it by its inbox only.
//!
//! To add a wire format: implement [`WireFormat`] and hand it to [`Hub::new`]; its place in that list is its [`Format`].

mod connection;
mod cursor;
mod flush;
mod follow;
mod format;
mod hub;
mod inbox;
mod making;
mod pages;
mod peer;
mod plan;
mod presence;
mod publish;
mod registry;
mod settings;
mod slot;
mod stream;
mod streams;
mod tick;
mod worker;

pub use connection::{CloseReason, Connection, Transport};
pub use follow::{Follow, Lead, Start};
pub use format::{Format, FutureFrame, WireFormat};
pub use hub::{Hub, TooMany};
pub use presence::PresenceState;
pub use settings::Settings;
pub use worker::Worker;
