//! Losing the connection to PostgreSQL, at any moment.

use std::collections::BTreeSet;

use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use parlor_domain::What;
use parlor_ports::{Appended, StoreError};
use parlor_testkit::{Postgres, message};

use crate::fixtures::open;

/// Ends every connection of the store, whatever it is about to do.
const CUT: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                   WHERE application_name = 'parlor' AND datname = current_database()";

/// Whoever asks again until he is answered finds his message in the log, once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lost_connections_lose_and_double_nothing() {
    let Some(server) = Postgres::start().await else {
        return;
    };
    let url = server.database();
    let f = open(url.parse().unwrap(), ()).await;
    let people = f.crowd("person", 8).await.unwrap();
    let room = f.group(people[0], &people[1..]).await.unwrap();
    let senders: Vec<_> = people
        .iter()
        .map(|&person| {
            let log = f.log.clone();
            let appends: Vec<_> = (0..40).map(|_| f.draft(room, person, message("hello"))).collect();
            tokio::spawn(async move {
                let mut answered = Vec::new();
                for append in appends {
                    answered.push(loop {
                        match log.append(append.clone()).await {
                            Ok(Appended::New(event) | Appended::Known(event)) => break event.seq,
                            Err(StoreError::Unavailable(_)) => {}
                            other => panic!("neither stored nor unavailable: {other:?}"),
                        }
                    });
                }
                answered
            })
        })
        .collect();
    let mut knife = AsyncPgConnection::establish(&url).await.unwrap();
    while !senders.iter().all(tokio::task::JoinHandle::is_finished) {
        knife.batch_execute(CUT).await.unwrap();
        f.log
            .events_after(room.into(), parlor_domain::Seq::ZERO)
            .await
            .ok();
    }
    let mut answered = BTreeSet::new();
    for sender in senders {
        let seqs = sender.await.unwrap();
        assert!(
            seqs.is_sorted(),
            "one sender's messages stand in the order in which he sent them"
        );
        answered.extend(seqs);
    }
    // The pool may still hold connections that were cut.
    let log = loop {
        match f.events(room).await {
            Ok(log) => break log,
            Err(error) => assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}"),
        }
    };
    let messages = log.iter().filter(|event| matches!(event.what, What::Message(_)));
    assert_eq!(messages.map(|event| event.seq).collect::<BTreeSet<_>>(), answered);
    assert_eq!(answered.len(), 8 * 40);
}
