//! What people can do, on a real store in a temporary file.

#![expect(
    clippy::unwrap_used,
    reason = "in a test a panic is the failure that it should be"
)]

mod accounts;
mod faulty;
mod marks;
mod messages;
mod presence;
mod rooms;
mod sessions;
mod sync;
mod world;
