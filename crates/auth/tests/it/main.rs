//! What whoever holds tokens, or makes his own, can do with them.

#![expect(
    clippy::unwrap_used,
    reason = "in a test a panic is the failure that it should be"
)]

mod forged;
mod issued;
mod mint;
