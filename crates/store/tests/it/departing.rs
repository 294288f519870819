//! Deleting an account goes on where it was, whatever becomes of the program, and however many programs do it.

use std::sync::Arc;

use parlor_domain::{RoomId, Seq, What};
use parlor_ports::StoreError;
use parlor_store::{Database, Settings, Store};
use parlor_testkit::{Fixture, Heard, Postgres, SeededEntropy};

use crate::fixtures::{fixture, open, sqlite_file};

/// More than one piece for each room.
const MESSAGES: usize = 150;

/// Two came in, and one spoke, left, and is deleted.
const EVENTS: usize = 2 + MESSAGES + 1 + MESSAGES;

/// How many messages were deleted in a room so far, and whether somebody has left it.
async fn done(f: &Fixture, room: RoomId) -> Result<(usize, bool), StoreError> {
    let happened = f.happened(room).await?;
    let deleted = happened
        .iter()
        .filter(|what| matches!(what, What::MessageDeleted { .. }));
    let left = happened
        .iter()
        .any(|what| matches!(what, What::MemberLeft { .. }));
    Ok((deleted.count(), left))
}

async fn close(f: Fixture) {
    let kept = f.keep.downcast::<(Store, ())>();
    let (store, ()) = *kept.expect("a store and nothing else");
    store.close().await;
}

async fn a_deletion_goes_on_after_a_restart(database: Database) -> Result<(), StoreError> {
    let f = open(database.clone(), ()).await;
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let mut rooms = Vec::new();
    for _ in 0..3 {
        let room = f.group(ben, &[ann]).await?;
        f.say_many(room, ann, MESSAGES).await?;
        rooms.push(room);
    }
    assert!(f.users.delete(ann.id, true, f.tick()).await?);
    close(f).await;

    // Two programs find the rest at the same time.
    let (settings, entropy) = (Settings::new(database.clone()), Arc::new(SeededEntropy::new(2)));
    let idle = parlor_store::open(settings, entropy.clone()).await.unwrap();
    let other = parlor_store::open(Settings::new(database), Arc::new(SeededEntropy::new(3)));
    let (other, heard) = (other.await.unwrap(), Arc::new(Heard::default()));
    let log = idle.ports().log;
    let mut missing = 0;
    for room in &rooms {
        let mut head = Seq::ZERO;
        while let Some(last) = log.events_after((*room).into(), head).await?.last() {
            head = last.seq;
        }
        missing += EVENTS - usize::try_from(head.0).unwrap();
    }
    let store = idle.start(heard.clone()).await.unwrap();
    let other = other.start(Arc::new(Heard::default())).await.unwrap();
    let f = fixture(store, heard, entropy, ());
    f.heard
        .wait(|| {
            let heard: usize = rooms.iter().map(|room| f.heard.events(*room).len()).sum();
            (heard >= missing).then_some(())
        })
        .await;
    other.close().await;
    for room in rooms {
        assert_eq!(done(&f, room).await?, (MESSAGES, true));
    }
    close(f).await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deletion_goes_on_after_a_restart_on_sqlite() {
    let (database, _folder) = sqlite_file();
    a_deletion_goes_on_after_a_restart(database).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deletion_goes_on_after_a_restart_on_postgres() {
    if let Some(server) = Postgres::start().await {
        let database = server.database();
        a_deletion_goes_on_after_a_restart(database.url().parse().unwrap())
            .await
            .unwrap();
    }
}
