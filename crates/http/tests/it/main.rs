//! The REST interface as its clients meet it: a real server on a port of its own, on a real store in a temporary file.
#![expect(
    clippy::unwrap_used,
    reason = "in a test a panic is the failure that it should be"
)]

mod account_page;
mod accounts;
mod administration;
mod backends;
mod broadcasts;
mod contacts;
mod documents;
mod downloads;
mod edge;
mod forwarding;
mod groups;
mod hostile;
mod hosts;
mod log;
mod log_ins;
mod media;
mod members;
mod messages;
mod notifications;
mod privacy;
mod profiles;
mod proofs;
mod reactions;
mod rooms;
mod samples;
mod second_steps;
mod sessions;
mod socket;
mod statuses;
mod throttled;
mod uploads;
mod voice;
mod world;
