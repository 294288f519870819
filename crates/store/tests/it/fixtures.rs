//! Stores to test.

use std::any::Any;
use std::sync::Arc;

use parlor_store::{Database, Settings, Store};
use parlor_testkit::{FixedClock, Fixture, Heard, Postgres, SeededEntropy};
use tempfile::TempDir;

const ROOMS_PER_USER: u32 = 30;

/// A SQLite file that is not there yet, and the folder that must outlive it.
pub(crate) fn sqlite_file() -> (Database, TempDir) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    (Database::Sqlite(folder.path().join("parlor.db")), folder)
}

/// A store on a new SQLite file.
pub(crate) async fn sqlite() -> Option<Fixture> {
    let (database, folder) = sqlite_file();
    Some(open(database, folder).await)
}

/// A store on a new database of the test process's PostgreSQL server; `None` if there is none.
pub(crate) async fn postgres() -> Option<Fixture> {
    let database = Postgres::start().await?.database();
    let url = database.url().parse().expect("a URL");
    Some(open(url, database).await)
}

/// A store on this database, which lives as long as `beside`.
pub(crate) async fn open(database: Database, beside: impl Any + Send + Sync) -> Fixture {
    open_with(SeededEntropy::default(), database, beside).await
}

/// A second store on this database, as another process would open it: with luck of its own.
pub(crate) async fn open_elsewhere(database: Database) -> Fixture {
    open_with(SeededEntropy::new(1), database, ()).await
}

async fn open_with(entropy: SeededEntropy, database: Database, beside: impl Any + Send + Sync) -> Fixture {
    let entropy = Arc::new(entropy);
    let settings = Settings {
        rooms_per_user: ROOMS_PER_USER,
        // So that what happens at once on PostgreSQL does so on several connections.
        readers: 16,
        ..Settings::new(database)
    };
    let heard = Arc::new(Heard::default());
    let opened = parlor_store::open(settings, entropy.clone())
        .await
        .expect("it opens");
    let store = opened.start(heard.clone()).await.expect("it starts");
    fixture(store, heard, entropy, beside)
}

/// The words of the test kit for a store, which lives as long as they do.
pub(crate) fn fixture(
    store: Store,
    heard: Arc<Heard>,
    entropy: Arc<SeededEntropy>,
    beside: impl Any + Send + Sync,
) -> Fixture {
    let ports = store.ports();
    Fixture {
        log: ports.log,
        rooms: ports.rooms,
        users: ports.users,
        contacts: ports.contacts,
        admission: ports.admission,
        moderation: ports.moderation,
        sessions: ports.sessions,
        sync: ports.sync,
        challenges: ports.challenges,
        second_steps: ports.second_steps,
        proofs: ports.proofs,
        counters: ports.counters,
        invites: ports.invites,
        notifications: ports.notifications,
        announcements: ports.announcements,
        dialects: ports.dialects,
        register_ids: ports.register_ids,
        imports: ports.imports,
        api_keys: ports.api_keys,
        outbox: ports.outbox,
        media: ports.media,
        uploads: ports.uploads,
        statuses: ports.statuses,
        broadcasts: ports.broadcasts,
        heard,
        clock: Arc::new(FixedClock::default()),
        entropy,
        rooms_per_user: ROOMS_PER_USER as usize,
        keep: Box::new((store, beside)),
    }
}
