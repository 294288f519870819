//! What people can do, on a real store: SQLite in a temporary file, and all of it again on PostgreSQL.

#![expect(
    clippy::unwrap_used,
    reason = "in a test a panic is the failure that it should be"
)]

mod accounts;
mod backends;
mod broadcasts;
mod contacts;
mod faulty;
mod guessing;
mod halls;
mod host;
mod hosts;
mod imports;
mod invites;
mod limits;
mod log_ins;
mod marks;
mod media;
mod messages;
mod notifications;
mod on_postgres;
mod post;
mod presence;
mod proofs;
mod register_ids;
mod renditions;
mod rooms;
mod second_steps;
mod sessions;
mod statuses;
mod sync;
mod world;
