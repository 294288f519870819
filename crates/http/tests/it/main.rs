//! The REST interface as its clients meet it: a real server on a port of its own, on a real store in a temporary file.
#![expect(
    clippy::unwrap_used,
    reason = "in a test a panic is the failure that it should be"
)]

mod accounts;
mod documents;
mod edge;
mod hostile;
mod log;
mod members;
mod messages;
mod rooms;
mod sessions;
mod socket;
mod world;
