//! What Parlor's tests share; only ever a dev-dependency.
//!
//! - [`FixedClock`] and [`SeededEntropy`]: time that moves by hand and chance that repeats itself;
//! - [`Heard`]: an event sink that remembers;
//! - [`Inbox`]: where letters arrive;
//! - [`Postgres`]: a throw-away database server;
//! - [`Moto`]: a throw-away server that speaks S3;
//! - [`Browser`]: a page in Chromium;
//! - [`Fixture`]: a store with short words for making people, rooms and messages;
//! - `TestApp` (feature `app`): a whole server;
//! - [`ReplicaState`]: what a client holds, folded from events, marks and pages;
//! - [`conformance`](mod@conformance): the one suite of tests that every store passes.
//!
//! To add a test that every store must pass: a function in a file of `conformance`, and its name in the list of the
//! [`conformance!`] macro.

#[cfg(feature = "app")]
mod app;
mod clock;
mod entropy;
mod fixture;
mod heard;
mod inbox;
mod replica;
mod servers;

pub mod conformance;

#[cfg(feature = "app")]
pub use app::TestApp;
pub use clock::FixedClock;
pub use entropy::SeededEntropy;
pub use fixture::{
    Fixture, address, answer, at_once, blob, delete, edit, forward, key, message, polled_in_order, reply,
    show, text, to_all,
};
pub use heard::Heard;
pub use inbox::Inbox;
pub use replica::{
    Facts, Gap, HeldStatus, HeldStatuses, Lists, OwnChange, People, ReplicaState, RoomReplica, Shown,
    ShownMember,
};
pub use servers::{Browser, Moto, Postgres, PostgresDatabase};
