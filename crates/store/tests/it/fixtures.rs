//! Stores to test.

use std::any::Any;
use std::sync::Arc;

use parlor_store::{Database, Settings, Store};
use parlor_testkit::{FixedClock, Fixture, Heard, Postgres, SeededEntropy};

const ROOMS_PER_USER: u32 = 30;

/// A new SQLite file.
pub(crate) async fn sqlite() -> Option<Fixture> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let database = Database::Sqlite(folder.path().join("parlor.db"));
    Some(open(database, folder).await)
}

/// A new database of the test process's PostgreSQL server; `None` if there is none.
pub(crate) async fn postgres() -> Option<Fixture> {
    let url = Postgres::start().await?.database();
    let database = url.parse().expect("a URL");
    Some(open(database, ()).await)
}

/// A store on this database, which lives as long as `beside`.
pub(crate) async fn open(database: Database, beside: impl Any + Send + Sync) -> Fixture {
    let entropy = Arc::new(SeededEntropy::default());
    let settings = Settings {
        rooms_per_user: ROOMS_PER_USER,
        ..Settings::new(database)
    };
    let heard = Arc::new(Heard::default());
    let store = parlor_store::open(settings, entropy.clone())
        .await
        .expect("it opens");
    let store: Store = store.start(heard.clone()).await.expect("it starts");
    let ports = store.ports();
    Fixture {
        log: ports.log,
        rooms: ports.rooms,
        users: ports.users,
        sessions: ports.sessions,
        sync: ports.sync,
        heard,
        clock: Arc::new(FixedClock::default()),
        entropy,
        rooms_per_user: ROOMS_PER_USER as usize,
        keep: Box::new((store, beside)),
    }
}
