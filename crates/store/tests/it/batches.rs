//! Group commit: what waits is committed together.

use std::sync::{Arc, Mutex};

use parlor_domain::{RoomId, Timestamp, UserId, UserRef, What};
use parlor_ports::{Append, Appended, Entropy, EventSink, Priority, Published, StoreError};
use parlor_store::{Database, Settings};
use parlor_testkit::{Heard, Postgres, SeededEntropy, message, polled_in_order};

use crate::fixtures::{fixture, sqlite_file};

/// The sizes of what was published at once.
#[derive(Default)]
struct Sizes {
    sizes: Mutex<Vec<usize>>,
    heard: Arc<Heard>,
}

impl EventSink for Sizes {
    fn publish(&self, batch: Vec<Published>) {
        self.sizes.lock().unwrap().push(batch.len());
        self.heard.publish(batch);
    }
}

/// Many append at once: they share commits, and stand in the log in the order in which they were begun.
async fn many_share_commits(settings: Settings, most: usize) {
    let entropy = Arc::new(SeededEntropy::default());
    let sizes = Arc::new(Sizes::default());
    let opened = parlor_store::open(settings, entropy.clone()).await.unwrap();
    let store = opened.start(sizes.clone()).await.unwrap();
    let f = fixture(store, sizes.heard.clone(), entropy, ());
    let people = f.crowd("person", 8).await.unwrap();
    let room = f.group(people[0], &people[1..]).await.unwrap();
    let head = f.view(room, people[0]).await.unwrap().head.position.seq;
    let before = sizes.sizes.lock().unwrap().len();

    let bodies: Vec<String> = (0..2_000).map(|n| n.to_string()).collect();
    let begun: Vec<Append> = bodies
        .iter()
        .enumerate()
        .map(|(n, body)| f.draft(room, people[n % 8], message(body)))
        .collect();
    let answers = polled_in_order(begun.iter().map(|append| f.log.append(append.clone()))).await;
    let mut seq = head;
    for (answer, body) in answers.into_iter().zip(&bodies) {
        seq = seq.next();
        let Appended::New(event) = answer.unwrap() else {
            panic!("each is new")
        };
        let What::Message(said) = &event.what else {
            panic!("each is a message")
        };
        assert_eq!(
            (event.seq, said.body.as_ref().unwrap().as_str()),
            (seq, body.as_str())
        );
    }
    let sizes = sizes.sizes.lock().unwrap()[before..].to_vec();
    assert_eq!(sizes.iter().sum::<usize>(), bodies.len());
    assert!(sizes.iter().all(|size| *size <= most), "{sizes:?}");
    assert!(sizes.len() < bodies.len() / 4, "{sizes:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_is_committed_together_on_sqlite() {
    let (database, _folder) = sqlite_file();
    many_share_commits(Settings::new(database), 512).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_is_committed_together_on_postgres() {
    if let Some(server) = Postgres::start().await {
        let database = server.database();
        many_share_commits(Settings::new(database.url().parse().unwrap()), 128).await;
    }
}

/// A full queue says so at once, and people find a place where programs do not.
async fn a_full_queue_is_busy(database: Database) {
    let settings = Settings {
        queue: 3,
        lanes: 1,
        ..Settings::new(database)
    };
    let entropy = Arc::new(SeededEntropy::default());
    // Nothing is written until the store is started, so what is asked for waits.
    let opened = parlor_store::open(settings, entropy.clone()).await.unwrap();
    let log = opened.ports().log;
    let room = RoomId::new(entropy.uuid(AT));
    let append = |n: usize, priority| Append {
        room,
        sender: UserRef {
            id: UserId::new(room.uuid()),
            number: 1,
        },
        client_id: n.to_string().parse().unwrap(),
        draft: message("hello"),
        at: AT,
        origin: None,
        priority,
    };
    let waiting: Vec<_> = (0..4).map(|n| log.append(append(n, Priority::Bulk))).collect();
    let people = (4..7).map(|n| log.append(append(n, Priority::Person)));
    let store = async {
        // All appends were begun by the time that this is polled.
        opened.start(Arc::new(Heard::default())).await.unwrap()
    };
    let (answers, _store) = tokio::join!(biased; polled_in_order(waiting.into_iter().chain(people)), store);
    let busy: Vec<_> = answers
        .iter()
        .map(|answer| matches!(answer, Err(StoreError::Busy)))
        .collect();
    assert_eq!(busy, [false, false, false, true, false, false, false]);
}

const AT: Timestamp = Timestamp::from_micros(0);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_queue_is_busy_on_sqlite() {
    let (database, _folder) = sqlite_file();
    a_full_queue_is_busy(database).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_queue_is_busy_on_postgres() {
    if let Some(server) = Postgres::start().await {
        let database = server.database();
        a_full_queue_is_busy(database.url().parse().unwrap()).await;
    }
}
