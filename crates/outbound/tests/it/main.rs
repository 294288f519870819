//! How keys are fetched and kept, whatever the other side does.

#![expect(
    clippy::unwrap_used,
    reason = "in a test a panic is the failure that it should be"
)]

mod keeping;
mod key_file;
mod log;
mod publisher;
mod refusing;
