//! Losing the connection to PostgreSQL, at any moment.

use std::collections::BTreeSet;

use diesel::QueryableByName;
use diesel::sql_types::BigInt;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use parlor_domain::What;
use parlor_ports::{Appended, StoreError};
use parlor_testkit::{Postgres, message};

use crate::fixtures::{open, open_elsewhere};

/// Ends every connection of the store, whatever it is about to do.
const CUT: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                   WHERE application_name = 'parlor' AND datname = current_database()";

/// Whoever asks again until he is answered finds his message in the log, once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lost_connections_lose_and_double_nothing() {
    let Some(server) = Postgres::start().await else {
        return;
    };
    let database = server.database();
    let url = database.url();
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
    let mut knife = AsyncPgConnection::establish(url).await.unwrap();
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

/// Ends the connections of a database that do nothing but listen, which ask now and then for the last number.
const DEAFEN: &str = "SELECT count(pg_terminate_backend(pid)) AS count FROM pg_stat_activity \
                      WHERE query LIKE 'SELECT last_value%' AND datname = ";

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// What another process writes while nobody can listen is heard when that is possible again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_goes_by_unheard_is_made_up_for() {
    let Some(postgres) = Postgres::start().await else {
        return;
    };
    let database = postgres.database();
    let url = database.url();
    let (server, name) = url.rsplit_once('/').unwrap();
    let mut admin = AsyncPgConnection::establish(&format!("{server}/postgres"))
        .await
        .unwrap();
    let server = open(url.parse().unwrap(), ()).await;
    let ann = server.person("ann").await.unwrap();
    let room = server.group(ann, &[]).await.unwrap();
    let command = open_elsewhere(url.parse().unwrap()).await;
    let [bob, cyd, dan] = command.people(["bob", "cyd", "dan"]).await.unwrap();

    let shut = format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false");
    admin.batch_execute(&shut).await.unwrap();
    let deafened: Count = diesel::sql_query(format!("{DEAFEN} '{name}'"))
        .get_result(&mut admin)
        .await
        .unwrap();
    assert_eq!(deafened.count, 2, "each of the two stores listens");
    // Both write on connections that they have.
    command.add(room, ann, bob).await.unwrap();
    command.add(room, ann, cyd).await.unwrap();
    let missed = command.heard.events(room).pop().unwrap();
    let open = format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true");
    admin.batch_execute(&open).await.unwrap();
    assert_eq!(server.heard.event(room, missed.seq).await, missed);
    for person in [bob, cyd] {
        server.heard.event(person.id, parlor_domain::Seq(1)).await;
    }

    command.add(room, ann, dan).await.unwrap();
    let heard = command.heard.events(room).pop().unwrap();
    assert_eq!(server.heard.event(room, heard.seq).await, heard);
}
