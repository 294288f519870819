//! What Parlor promises, as those who use it see it: whole servers, real sockets, both databases.
#![expect(
    clippy::unwrap_used,
    reason = "in a test a panic is the failure that it should be"
)]

#[macro_use]
mod database;

mod device;
mod durable;
mod hostile;
mod isolation;
mod presence;
mod restart;
mod resumed;
mod revoked;
mod rooms;
mod slow_reader;
mod strangers;
mod unread;
mod world;
