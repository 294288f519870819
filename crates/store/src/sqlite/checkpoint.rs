//! Bringing the write-ahead log home, beside the writer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use diesel::sql_types::Integer;
use diesel::{QueryResult, QueryableByName, RunQueryDsl, SqliteConnection};

/// How often it is looked whether there is something to do.
const PAUSE: Duration = Duration::from_secs(1);
/// A log of so many pages (of 4 KiB) is to start over.
const LONG: i32 = 16 * 256;

/// What writer and checkpoints tell each other.
#[derive(Debug, Default)]
pub(super) struct Signals {
    /// Something was committed since the last checkpoint.
    pub(super) grown: AtomicBool,
    /// The log is long and copied: the writer should let it start over.
    pub(super) restart: AtomicBool,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Mode {
    /// Copies what can be copied, in nobody's way.
    Passive,
    /// Copies the rest and lets the next write begin at the start of the log, unless a reader still needs it.
    Restart,
    /// The same, and empties the log.
    Truncate,
}

/// How a checkpoint went.
#[derive(Debug, Clone, Copy, QueryableByName)]
pub(super) struct Checkpoint {
    /// Pages in the log, or -1.
    #[diesel(sql_type = Integer)]
    log: i32,
    /// How many of them are copied.
    #[diesel(sql_type = Integer)]
    checkpointed: i32,
}

pub(super) fn checkpoint(conn: &mut SqliteConnection, mode: Mode) -> QueryResult<Checkpoint> {
    diesel::sql_query(match mode {
        Mode::Passive => "PRAGMA wal_checkpoint(PASSIVE)",
        Mode::Restart => "PRAGMA wal_checkpoint(RESTART)",
        Mode::Truncate => "PRAGMA wal_checkpoint(TRUNCATE)",
    })
    .get_result(conn)
}

/// Checkpoints once a second while there is something, until the other end of `stop` is dropped.
pub(super) fn run(mut conn: SqliteConnection, signals: &Arc<Signals>, stop: &Receiver<()>) {
    while stop.recv_timeout(PAUSE) == Err(RecvTimeoutError::Timeout) {
        if !signals.grown.swap(false, Ordering::Relaxed) {
            continue;
        }
        match checkpoint(&mut conn, Mode::Passive) {
            Ok(done) => {
                if done.checkpointed < done.log {
                    signals.grown.store(true, Ordering::Relaxed);
                }
                if done.log > LONG {
                    signals.restart.store(true, Ordering::Relaxed);
                }
            }
            Err(error) => {
                signals.grown.store(true, Ordering::Relaxed);
                tracing::warn!(%error, "the write-ahead log could not be checkpointed");
            }
        }
    }
}
