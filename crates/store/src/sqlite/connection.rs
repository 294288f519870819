//! Opening the file.

use std::path::Path;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::result::Error::DatabaseError;
use diesel::{Connection, QueryResult, SqliteConnection};
use diesel_async::sync_connection_wrapper::{SpawnBlocking, SyncConnectionWrapper};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use crate::migrations;
use crate::open::OpenError;

fn scripts() -> EmbeddedMigrations {
    const SCRIPTS: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
    SCRIPTS
}

/// A connection whose futures are ready at once: they run on the thread that polls them, which is one of ours.
pub(super) type Conn = SyncConnectionWrapper<SqliteConnection, Inline>;

/// Runs blocking work where it stands.
pub(super) struct Inline;

impl SpawnBlocking for Inline {
    fn spawn_blocking<'a, R>(
        &mut self,
        task: impl FnOnce() -> R + Send + 'static,
    ) -> BoxFuture<'a, Result<R, Box<dyn std::error::Error + Send + Sync>>>
    where
        R: Send + 'static,
    {
        std::future::ready(Ok(task())).boxed()
    }

    fn get_runtime() -> Self {
        Self
    }
}

/// What a connection is for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Use {
    /// The one that writes. Its cache holds the ends of all indexes that are written to, and is filled as it is needed.
    Write,
    /// One of those that read.
    Read,
    /// Copies the write-ahead log into the file. Waits for nobody.
    Checkpoint,
}

impl Use {
    fn pragmas(self) -> &'static str {
        match self {
            // What was erased is not to be found in the file.
            Self::Write => "PRAGMA cache_size = -65536; PRAGMA secure_delete = ON;",
            Self::Read => "PRAGMA cache_size = -8192; PRAGMA query_only = ON;",
            Self::Checkpoint => "PRAGMA cache_size = -64; PRAGMA busy_timeout = 0;",
        }
    }
}

/// How long a connection waits for whoever else has the file.
const PATIENCE: Duration = Duration::from_secs(5);

/// What SQLite says if somebody else has the file.
const LOCKED: &str = "database is locked";

const PRAGMAS: &str = "\
    PRAGMA synchronous = FULL; \
    PRAGMA foreign_keys = ON; \
    PRAGMA wal_autocheckpoint = 0; \
    PRAGMA journal_size_limit = 67108864; \
    PRAGMA temp_store = MEMORY;";

/// Opens the file, which is made if it is not there.
pub(super) fn connect(path: &Path, purpose: Use) -> Result<SqliteConnection, OpenError> {
    let mut conn = SqliteConnection::establish(&path.to_string_lossy()).map_err(OpenError::failed)?;
    conn.batch_execute(&format!("PRAGMA busy_timeout = {};", PATIENCE.as_millis()))
        .and_then(|()| keep_write_ahead_log(&mut conn))
        .and_then(|()| conn.batch_execute(PRAGMAS))
        .and_then(|()| conn.batch_execute(purpose.pragmas()))
        .map_err(OpenError::failed)?;
    Ok(conn)
}

/// Gives the file a write-ahead log, if it is a new one. Programs that do so at the same time do not wait for each other
/// by themselves: SQLite's busy timeout does not cover this change.
fn keep_write_ahead_log(conn: &mut SqliteConnection) -> QueryResult<()> {
    let start = Instant::now();
    loop {
        match conn.batch_execute("PRAGMA journal_mode = WAL;") {
            Err(DatabaseError(_, told)) if told.message() == LOCKED && start.elapsed() < PATIENCE => {
                std::thread::park_timeout(Duration::from_millis(5));
            }
            done => return done,
        }
    }
}

/// Brings the schema up to date; names the migrations that were run.
pub(crate) fn migrate(path: &Path) -> Result<Vec<String>, OpenError> {
    let mut conn = connect(path, Use::Write)?;
    // The lock is taken before it is looked what is missing, so that two programs do not do it both.
    conn.exclusive_transaction(|conn| migrations::run(conn, scripts))
}

/// The migrations that are still to be run.
pub(crate) fn pending(path: &Path) -> Result<Vec<String>, OpenError> {
    if !path.exists() {
        return migrations::all::<diesel::sqlite::Sqlite>(scripts);
    }
    migrations::pending(&mut connect(path, Use::Write)?, scripts)
}
