//! What those who wait are told when a part of the store dies of a bug.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parlor_ports::{EventSink, Published, StoreError};
use parlor_store::{Database, Settings};
use parlor_testkit::{Fixture, Heard, Postgres, SeededEntropy, message};
use tokio::time::timeout;

use crate::fixtures::{fixture, sqlite_file};

/// A sink with a bug.
#[derive(Default)]
struct Faulty(AtomicBool);

impl EventSink for Faulty {
    fn publish(&self, _: Vec<Published>) {
        assert!(!self.0.load(Ordering::SeqCst), "this is the bug");
    }
}

/// Whoever writes is told that it cannot be done, at once or when that which should do it dies.
async fn is_unavailable<T: std::fmt::Debug>(written: impl Future<Output = Result<T, StoreError>>) {
    let written = timeout(Duration::from_secs(60), written);
    let written = written.await.expect("nobody waits for ever");
    assert!(matches!(written, Err(StoreError::Unavailable(_))), "{written:?}");
}

async fn nobody_waits_for_ever(database: Database) -> Result<(), StoreError> {
    let (sink, entropy) = (Arc::new(Faulty::default()), Arc::new(SeededEntropy::default()));
    let opened = parlor_store::open(Settings::new(database), entropy.clone());
    let store = opened.await.unwrap().start(sink.clone()).await.unwrap();
    let f: Fixture = fixture(store, Arc::new(Heard::default()), entropy, ());
    let ann = f.person("ann").await?;
    let room = f.group(ann, &[]).await?;
    sink.0.store(true, Ordering::SeqCst);
    for _ in 0..3 {
        is_unavailable(f.log.append(f.draft(room, ann, message("hello")))).await;
    }
    // More of them than there are workers.
    for _ in 0..20 {
        is_unavailable(f.rooms.create(f.new_room(ann))).await;
    }
    assert!(f.users.find(ann.id).await?.is_some(), "reading goes on");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_waits_for_ever_on_sqlite() {
    let (database, _folder) = sqlite_file();
    nobody_waits_for_ever(database).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_waits_for_ever_on_postgres() {
    if let Some(server) = Postgres::start().await {
        let database = server.database();
        nobody_waits_for_ever(database.url().parse().unwrap())
            .await
            .unwrap();
    }
}
