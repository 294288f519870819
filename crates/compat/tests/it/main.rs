//! Front ends of the dialects, against a whole server.
#![expect(
    clippy::unwrap_used,
    reason = "in a test a panic is the failure that it should be"
)]

mod conversations;
mod described;
mod documents;
mod greeter;
mod mailed;
mod messenger;
mod mounts;
mod multipart;
mod pages;
mod relay;
mod rooms;
mod root;
mod staying;
mod throttled;
mod world;
