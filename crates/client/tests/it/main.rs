//! The client against servers that play a part.
#![expect(
    clippy::unwrap_used,
    reason = "in a test a panic is the failure that it should be"
)]

mod log;
mod log_in;
mod media;
mod reconnect;
mod script;
mod state;
mod web;
