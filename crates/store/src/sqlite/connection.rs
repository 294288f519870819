//! Opening the file.

use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
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
            Self::Write => "PRAGMA cache_size = -65536;",
            Self::Read => "PRAGMA cache_size = -8192; PRAGMA query_only = ON;",
            Self::Checkpoint => "PRAGMA cache_size = -64; PRAGMA busy_timeout = 0;",
        }
    }
}

/// The order matters: with the first of them the others wait for whoever else has the file.
const PRAGMAS: &str = "\
    PRAGMA busy_timeout = 5000; \
    PRAGMA journal_mode = WAL; \
    PRAGMA synchronous = FULL; \
    PRAGMA foreign_keys = ON; \
    PRAGMA wal_autocheckpoint = 0; \
    PRAGMA journal_size_limit = 67108864; \
    PRAGMA temp_store = MEMORY;";

/// Opens the file, which is made if it is not there.
pub(super) fn connect(path: &Path, purpose: Use) -> Result<SqliteConnection, OpenError> {
    let mut conn = SqliteConnection::establish(&path.to_string_lossy()).map_err(OpenError::failed)?;
    conn.batch_execute(PRAGMAS)
        .and_then(|()| conn.batch_execute(purpose.pragmas()))
        .map_err(OpenError::failed)?;
    Ok(conn)
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
