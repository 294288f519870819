//! What people read, what reaches a mail server, and what hostile names and servers can do about it.

#![expect(
    clippy::unwrap_used,
    reason = "in a test a panic is the failure that it should be"
)]

mod folder;
mod letters;
mod names;
mod overrides;
mod reading;
mod scripted;
mod smtp;
mod smtp_faults;
mod smtp_server;
