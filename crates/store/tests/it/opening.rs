//! Opening, starting, closing and opening again.

use std::sync::Arc;

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use parlor_domain::Seq;
use parlor_ports::{AppendRefusal, Appended, StoreError};
use parlor_store::{Database, OpenError, Settings, Sharing, migrate, pending_migrations};
use parlor_testkit::{Heard, Postgres, PostgresDatabase, SeededEntropy, message};

use crate::fixtures::{open, open_elsewhere, sqlite_file};

/// A PostgreSQL database, which lives as long as what comes with it.
async fn postgres() -> Option<(Database, PostgresDatabase)> {
    let database = Postgres::start().await?.database();
    Some((database.url().parse().expect("a URL"), database))
}

/// What was answered is there after the store was closed and opened again, and the log goes on where it was.
async fn the_log_goes_on(database: Database) {
    let f = open(database.clone(), ()).await;
    let ann = f.person("ann").await.unwrap();
    let room = f.group(ann, &[]).await.unwrap();
    let first = f.say(room, ann, "before").await.unwrap();
    drop(f);

    let heard = Arc::new(Heard::default());
    let opened = parlor_store::open(Settings::new(database.clone()), Arc::new(SeededEntropy::new(1)))
        .await
        .unwrap();
    let log = opened.ports().log;
    assert_eq!(
        log.events_after(room.into(), Seq(1)).await.unwrap(),
        std::slice::from_ref(&first),
        "it reads at once"
    );
    let store = opened.start(heard.clone()).await.unwrap();
    store.check().await.unwrap();
    let g = open(database, ()).await;
    let mut append = g.draft(room, ann, message("after"));
    append.client_id = "after".parse().unwrap();
    let Appended::New(second) = log.append(append.clone()).await.unwrap() else {
        panic!("it is new")
    };
    assert_eq!((second.seq, second.msg_no.0), (first.seq.next(), 2));
    assert!(second.number > first.number);
    assert_eq!(heard.events(room), [second]);
    store.close().await;
    append.client_id = "late".parse().unwrap();
    assert!(
        matches!(log.append(append).await, Err(StoreError::Unavailable(_))),
        "it is closed"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_goes_on_after_a_restart_on_sqlite() {
    let (database, _folder) = sqlite_file();
    the_log_goes_on(database).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_goes_on_after_a_restart_on_postgres() {
    if let Some((database, _kept)) = postgres().await {
        the_log_goes_on(database).await;
    }
}

/// All that was taken is done before the store is closed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closing_finishes_what_was_taken() {
    let (database, _folder) = sqlite_file();
    let Database::Sqlite(path) = database.clone() else {
        panic!("it is SQLite")
    };
    let f = open(database.clone(), ()).await;
    let ann = f.person("ann").await.unwrap();
    let room = f.group(ann, &[]).await.unwrap();
    let opened = parlor_store::open(Settings::new(database), f.entropy.clone())
        .await
        .unwrap();
    let log = opened.ports().log;
    let begun: Vec<_> = (0..100)
        .map(|_| {
            let (log, append) = (log.clone(), f.draft(room, ann, message("hello")));
            tokio::spawn(async move { log.append(append).await })
        })
        .collect();
    let store = opened.start(f.heard.clone()).await.unwrap();
    let first = f.draft(room, ann, message("and one"));
    log.append(first).await.unwrap();
    store.close().await;
    let mut stored = 1;
    for append in begun {
        stored += usize::from(append.await.unwrap().is_ok());
    }
    assert_eq!(f.events(room).await.unwrap().len(), stored + 1);
    drop(f);
    assert!(path.exists());
}

/// What an administrator's command writes beside a running server is heard by the server, once, as is its own.
async fn what_another_process_writes_is_heard(database: Database) {
    let server = open(database.clone(), ()).await;
    let ann = server.person("ann").await.unwrap();
    let room = server.group(ann, &[]).await.unwrap();
    let command = open_elsewhere(database).await;
    let bob = command.person("bob").await.unwrap();
    command.add(room, ann, bob).await.unwrap();
    let joined = command.heard.events(room).pop().unwrap();
    assert_eq!(server.heard.event(room, joined.seq).await, joined);
    let told = command.heard.events(bob.id).pop().unwrap();
    assert_eq!(server.heard.event(bob.id, told.seq).await, told);
    let next = server.say(room, ann, "by the server").await.unwrap();
    assert_eq!(next.seq, joined.seq.next());
    assert_eq!(server.heard.events(room), server.events(room).await.unwrap());

    server.say(room, bob, "while a member").await.unwrap();
    command.put_out(room, ann, bob).await.unwrap();
    let late = server.draft(room, bob, message("no member any more"));
    assert_eq!(server.refusal(late).await.unwrap(), AppendRefusal::NoRoom);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_process_writes_is_heard_on_sqlite() {
    let (database, _folder) = sqlite_file();
    what_another_process_writes_is_heard(database).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_process_writes_is_heard_on_postgres() {
    if let Some((database, _kept)) = postgres().await {
        what_another_process_writes_is_heard(database).await;
    }
}

/// Who has a database to himself keeps others out, and does not get it as long as one is there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_alone_keeps_others_out() {
    let Some((database, _kept)) = postgres().await else {
        return;
    };
    let shared = || Settings::new(database.clone());
    let alone = || Settings {
        sharing: Sharing::Alone,
        ..shared()
    };
    let opened =
        async |settings: Settings| parlor_store::open(settings, Arc::new(SeededEntropy::new(1))).await;
    let server = opened(shared()).await.unwrap();
    let command = opened(shared()).await.unwrap();
    drop(server);
    assert!(matches!(opened(alone()).await, Err(OpenError::Used)));
    drop(command);
    let import = opened(alone()).await.unwrap();
    assert!(matches!(opened(shared()).await, Err(OpenError::Kept)));
    assert!(matches!(opened(alone()).await, Err(OpenError::Used)));
    drop(import);
    opened(shared()).await.unwrap();
}

/// A program never touches what a newer one has changed.
#[tokio::test]
async fn a_newer_schema_is_refused() {
    let (database, _folder) = sqlite_file();
    let Database::Sqlite(path) = &database else {
        panic!("it is SQLite")
    };
    let all = pending_migrations(database.clone()).await.unwrap();
    assert_eq!(migrate(database.clone()).await.unwrap(), all);
    assert!(migrate(database.clone()).await.unwrap().is_empty());
    assert!(pending_migrations(database.clone()).await.unwrap().is_empty());
    let mut conn = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    conn.batch_execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('99999999999999')")
        .unwrap();
    assert!(matches!(
        parlor_store::open(Settings::new(database), Arc::new(SeededEntropy::default())).await,
        Err(OpenError::Newer(version)) if version == "99999999999999"
    ));
}

/// Who only asks leaves an empty database empty.
#[tokio::test]
async fn what_is_missing_is_told_without_a_change() {
    let (sqlite, folder) = sqlite_file();
    assert!(!pending_migrations(sqlite).await.unwrap().is_empty());
    assert_eq!(folder.path().read_dir().unwrap().count(), 0);

    if let Some(server) = Postgres::start().await {
        let database = server.database();
        let postgres: Database = database.url().parse().unwrap();
        assert!(!pending_migrations(postgres).await.unwrap().is_empty());
        let mut conn = AsyncPgConnection::establish(database.url()).await.unwrap();
        SimpleAsyncConnection::batch_execute(&mut conn, "CREATE TABLE __diesel_schema_migrations ()")
            .await
            .expect("there is no such table yet");
    }
}

/// Servers that start together on an empty database bring it up to date once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_that_start_together_migrate_once() {
    let files: Vec<_> = (0..30).map(|_| sqlite_file()).collect();
    let sqlite = files.iter().map(|(database, _)| database.clone());
    let postgres = postgres().await;
    let on_postgres = postgres.iter().map(|(database, _)| database.clone());
    for database in sqlite.chain(on_postgres) {
        let all = pending_migrations(database.clone()).await.unwrap().len();
        let runs: Vec<_> = (0..8).map(|_| tokio::spawn(migrate(database.clone()))).collect();
        let mut done = 0;
        for run in runs {
            done += run.await.unwrap().unwrap().len();
        }
        assert_eq!(done, all);
    }
}
