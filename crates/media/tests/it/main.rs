//! What files are taken for, what is left of them, and what hostile ones can do about it.

#![expect(
    clippy::unwrap_used,
    reason = "in a test a panic is the failure that it should be"
)]

mod claims;
mod converting;
mod examining;
mod foreign;
mod hostile_images;
mod hostile_playing;
mod images;
mod plain;
mod playing;
mod sound;
mod video;
