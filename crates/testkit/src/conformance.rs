//! The one suite of tests that every store passes: what the doc comments of the ports say, sentence by sentence.
//!
//! A store's tests call [`conformance!`](crate::conformance!) once for each database, with the path of a function that
//! opens an empty store. That makes one test of each function of the suite; the files below are its chapters.

pub mod accounts;
pub mod across;
pub mod aliases;
pub mod announcing;
pub mod api_keys;
pub mod appending;
pub mod asking;
pub mod at_once;
pub mod attending;
pub mod blocking;
pub mod broadcasts;
pub mod bytes;
pub mod challenges;
pub mod changing;
pub mod channels;
pub mod chatting;
pub mod claiming;
pub mod contacts;
pub mod counters;
pub mod counting;
pub mod deleting;
pub mod dialects;
pub mod direct;
pub mod directory;
pub mod ending;
pub mod entering;
pub mod forwarding;
pub mod groups;
pub mod history;
pub mod hosted;
pub mod importing;
pub mod invites;
pub mod lasting;
pub mod leaving;
pub mod links;
pub mod lists;
pub mod marks;
pub mod media;
pub mod mentioning;
pub mod moderating;
pub mod naming;
pub mod notifying;
pub mod numbers;
pub mod outbox;
pub mod people;
pub mod pinning;
pub mod places;
pub mod playing;
pub mod privacy;
pub mod profiles;
pub mod proofs;
pub mod publications;
pub mod publishing;
pub mod quotas;
pub mod reacting;
pub mod reading;
pub mod receipts;
pub mod refresh;
pub mod refusals;
pub mod register_ids;
pub mod registering;
pub mod repeating;
pub mod requests;
pub mod resume;
pub mod roles;
pub mod ruling;
pub mod searching;
pub mod second_steps;
pub mod sessions;
pub mod showing;
pub mod snapshot;
pub mod statuses;
pub mod unread;
pub mod uploads;
pub mod visible;

mod invariants;
mod list;

use parlor_ports::StoreError;

use crate::Fixture;

/// What a test of the suite gives: it panics where the store breaks its word, and ends early where the store fails.
pub type Tested = Result<(), StoreError>;

/// Runs one test of the suite on a new store, and checks what holds after every one of them.
///
/// `open` gives `None` where the database is not installed: the test is skipped.
///
/// # Panics
/// If the store does not do what its port says.
pub async fn run(open: impl AsyncFnOnce() -> Option<Fixture>, test: impl AsyncFnOnce(&Fixture) -> Tested) {
    if let Some(fixture) = open().await {
        test(&fixture).await.expect("the store does not fail");
        invariants::hold(&fixture).await.expect("the store does not fail");
    }
}
