//! A stop in good order: everybody is told, nothing is lost, and all go on where they were.

use parlor_wire::{Notice, Push, Verdict};
use tempfile::TempDir;
use uuid::Uuid;

use super::database::Database;
use super::device::Device;
use super::world::Person;
use crate::program::Serving;

on_both_databases!(a_client_that_resumes_after_a_restart_misses_nothing);

/// The texts of a room's messages that a device was told of.
fn texts(device: &Device, room: Uuid) -> Vec<String> {
    let events = device.events(room);
    events
        .iter()
        .map(|event| serde_json::to_value(event).unwrap()["body"].to_string())
        .collect()
}

async fn a_client_that_resumes_after_a_restart_misses_nothing(database: Database) {
    let home = TempDir::new().unwrap();
    let server = Serving::start(home.path(), &database.environment());
    let (address, url) = (
        server.address,
        format!("http://{}", server.address).parse().unwrap(),
    );
    let (ann, bob) = (
        Person::register(&url, "ann").await,
        Person::register(&url, "bob").await,
    );
    let room = ann.group(&[&bob]).await;
    let (mut ann_s, mut bob_s) = (ann.connect().await, bob.connect().await);
    for n in 0..10 {
        ann_s.say(room, &format!("before {n}")).await;
    }

    server.signal("TERM");
    for device in [&mut ann_s, &mut bob_s] {
        let told = device.wait_for(|push| match push {
            Push::Notice(Notice::Move { after_ms }) => Some(*after_ms),
            _ => None,
        });
        assert!(told.await <= 15_000);
        assert_eq!(device.closed().await, Some(1012));
    }
    assert_eq!(server.wait().code(), Some(0));

    let _server = Serving::start_at(address, home.path(), &database.environment());
    for n in 0..10 {
        ann.say(room, &format!("after {n}")).await;
    }
    let mut again = bob.resume(bob_s.has()).await;
    assert_eq!(again.start_of(room).verdict, Verdict::Replay);
    let last = ann.say(room, "the last one").await;
    again.event(room, last).await;
    let mut all = texts(&bob_s, room);
    all.extend(texts(&again, room));
    let expected = (0..10)
        .map(|n| format!("\"before {n}\""))
        .chain((0..10).map(|n| format!("\"after {n}\"")));
    assert_eq!(
        all,
        expected
            .chain(["\"the last one\"".to_owned()])
            .collect::<Vec<_>>()
    );
}
