//! What Parlor promises, as those who use it see it: whole servers, real sockets, both databases.
//!
//! Longer runs by environment variable: `PARLOR_TEST_KILLS` (how often a server is killed), `PARLOR_TEST_SEEDS` and
//! `PARLOR_TEST_FIRST_SEED` (random lives), `PARLOR_TEST_SLOW_MESSAGES` (messages that pass while somebody does not read).
#![expect(
    clippy::unwrap_used,
    reason = "in a test a panic is the failure that it should be"
)]

#[macro_use]
mod database;

mod broadcasts;
mod device;
mod durable;
mod hostile;
mod isolation;
mod media;
mod presence;
mod restart;
mod resumed;
mod revoked;
mod rooms;
mod slow_reader;
mod strangers;
mod unneeded;
mod unread;
mod world;
