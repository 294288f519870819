//! What whoever holds tokens, or makes his own, can do with them.

#![expect(
    clippy::unwrap_used,
    reason = "in a test a panic is the failure that it should be"
)]

mod foreign;
mod foreign_forged;
mod foreign_keys;
mod forged;
mod host;
mod issued;
mod mint;
