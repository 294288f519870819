//! That media outlive what may happen to them, wherever they lie.

#![expect(
    clippy::unwrap_used,
    reason = "in a test a panic is the failure that it should be"
)]

mod conformance;
mod full_disk;
mod local;
mod place;
mod s3;
mod scripted;
