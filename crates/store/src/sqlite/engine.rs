//! The threads on a SQLite file: begun, asked how they are, and ended.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc;

use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
use parlor_ports::{Entropy, EventSink, StoreError};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Notify, oneshot};

use super::checkpoint::{self, Signals};
use super::connection::{Conn, Use, connect, migrate};
use super::memory::Memory;
use super::stores::{Limits, check, erase_deleted};
use super::writer::Writer;
use super::{Backend, reader, strangers};
use crate::open::OpenError;
use crate::queue::Queue;
use crate::settings::Settings;

/// An open file: it reads, and keeps what is to be written until it is told where to publish.
pub(crate) struct Idle {
    pub(crate) backend: Backend,
    path: PathBuf,
    entropy: Arc<dyn Entropy>,
    limits: Limits,
}

/// A file that is read and written.
pub(crate) struct Engine {
    backend: Backend,
    written: Option<oneshot::Receiver<()>>,
    /// Ends the checkpoints when it is dropped.
    _checkpoints: mpsc::Sender<()>,
    eraser: tokio::task::JoinHandle<()>,
}

impl Idle {
    /// Opens the file, brings its schema up to date, and starts to read.
    pub(crate) fn open(
        path: PathBuf,
        settings: &Settings,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, OpenError> {
        migrate(&path)?;
        let backend = Backend {
            writes: Arc::new(Queue::new(settings.queue)),
            reads: Arc::new(Queue::new(settings.queue)),
            erase: Arc::new(Notify::new()),
        };
        for n in 0..settings.readers.max(1) {
            let conn = SyncConnectionWrapper::new(connect(&path, Use::Read)?);
            let reads = backend.reads.taker();
            spawn(format!("parlor-read-{n}"), move |runtime| {
                reader::run(runtime, conn, reads)
            })?;
        }
        Ok(Self {
            backend,
            path,
            entropy,
            limits: Limits::of(settings),
        })
    }

    /// Starts to write.
    pub(crate) async fn start(self, sink: Arc<dyn EventSink>) -> Result<Engine, OpenError> {
        let signals = Arc::new(Signals::default());
        // The log of an earlier run may be waiting.
        signals.grown.store(true, std::sync::atomic::Ordering::Relaxed);
        let mut conn: Conn = SyncConnectionWrapper::new(connect(&self.path, Use::Write)?);
        let writer = Writer {
            number: strangers::last_number(&mut conn)
                .await
                .map_err(OpenError::failed)?,
            version: strangers::version(&mut conn).await.map_err(OpenError::failed)?,
            memory: Memory::default(),
            conn,
            writes: self.backend.writes.taker(),
            sink,
            entropy: self.entropy,
            limits: self.limits,
            signals: signals.clone(),
        };
        let (done, written) = oneshot::channel();
        spawn("parlor-write".to_owned(), move |runtime| {
            runtime.block_on(writer.run());
            let _ = done.send(());
        })?;
        let conn = connect(&self.path, Use::Checkpoint)?;
        let (checkpoints, stop) = mpsc::channel();
        spawn("parlor-checkpoint".to_owned(), move |_| {
            checkpoint::run(conn, &signals, &stop)
        })?;
        Ok(Engine {
            eraser: tokio::spawn(erase_deleted(self.backend.clone())),
            backend: self.backend,
            written: Some(written),
            _checkpoints: checkpoints,
        })
    }
}

impl Engine {
    /// Whether the file can be read and written: it takes part in a commit.
    pub(crate) async fn check(&self) -> Result<(), StoreError> {
        check(&self.backend).await
    }

    /// Takes no more work, and waits until all that was taken is done and brought home.
    pub(crate) async fn close(mut self) {
        self.backend.writes.close();
        if let Some(written) = self.written.take() {
            // Gone without a word if the writer died, of which it has told.
            let _ = written.await;
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.eraser.abort();
        self.backend.writes.close();
        self.backend.reads.close();
    }
}

/// A thread of ours with a runtime of its own, on which nothing else runs.
fn spawn(name: String, work: impl FnOnce(&Runtime) + Send + 'static) -> Result<(), OpenError> {
    let runtime = Builder::new_current_thread()
        .enable_time()
        .build()
        .map_err(OpenError::failed)?;
    std::thread::Builder::new()
        .name(name)
        .spawn(move || work(&runtime))
        .map_err(OpenError::failed)?;
    Ok(())
}
