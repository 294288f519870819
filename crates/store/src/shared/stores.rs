//! The ports on diesel-async: written once, compiled once for each database, against the `Backend` and `Conn` of the
//! module around this one.

mod api_keys;
mod broadcasts;
mod care;
mod challenges;
mod contacts;
mod counters;
mod departures;
mod dialects;
mod imports;
mod invites;
mod job;
pub(super) mod log;
mod media;
mod notifications;
mod outbox;
mod proofs;
mod register_ids;
mod rooms;
mod second_steps;
mod sessions;
mod statuses;
mod sync;
mod tx;
mod uploads;
mod users;

pub(super) use care::{check, erase_deleted};
pub(super) use job::{Job, Task};
pub(super) use tx::{Limits, Tx};
