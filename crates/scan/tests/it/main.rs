//! What scanners say and how they fail, and that nothing is called clean that no scanner called so.

#![expect(
    clippy::unwrap_used,
    reason = "in a test a panic is the failure that it should be"
)]

mod clamd;
mod command;
mod daemon;
