//! The tasks on a PostgreSQL database: begun, asked how they are, and ended.

use std::sync::Arc;

use parlor_ports::{Entropy, EventSink, StoreError};
use secrecy::SecretString;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::Backend;
use super::connection::{Connector, migrate};
use super::jobs::Worker;
use super::lane::Lane;
use super::stores::{Limits, check, erase_deleted};
use super::strangers::Strangers;
use super::turns::Turns;
use crate::open::OpenError;
use crate::queue::Queue;
use crate::settings::Settings;

/// A database that is read, and keeps what is to be written until it is told where to publish.
pub(crate) struct Idle {
    pub(crate) backend: Backend,
    connector: Connector,
    entropy: Arc<dyn Entropy>,
    limits: Limits,
    workers: usize,
    strangers: Box<Strangers>,
}

/// A database that is read and written.
pub(crate) struct Engine {
    backend: Backend,
    writers: Vec<JoinHandle<()>>,
    eraser: JoinHandle<()>,
    strangers: JoinHandle<()>,
}

impl Idle {
    /// Connects, and brings the schema up to date.
    pub(crate) async fn open(
        url: SecretString,
        settings: &Settings,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, OpenError> {
        migrate(url.clone()).await?;
        let connector = Connector::new(url);
        let sharing = settings.sharing;
        let strangers = Strangers::listen(process(&*entropy), sharing, connector.clone()).await?;
        let strangers = strangers.ok_or_else(|| OpenError::in_use(sharing))?;
        let lanes = (0..settings.lanes.max(1)).map(|_| Arc::new(Queue::new(settings.queue)));
        // Workers must never hold all connections: reads would wait for writes.
        let workers = settings.readers.div_ceil(2);
        Ok(Self {
            backend: Backend {
                pool: connector.pool(settings.readers + workers)?,
                lanes: lanes.collect(),
                jobs: Arc::new(Queue::new(settings.queue)),
                erase: Arc::new(Notify::new()),
            },
            strangers: Box::new(strangers),
            connector,
            entropy,
            limits: Limits::of(settings),
            workers,
        })
    }

    /// Starts to write.
    pub(crate) fn start(self, sink: Arc<dyn EventSink>) -> Engine {
        let turns = Turns::new(sink);
        let mut writers = Vec::new();
        for appends in self.backend.lanes.iter() {
            let lane = Lane {
                appends: appends.taker(),
                connector: self.connector.clone(),
                conn: None,
                turns: turns.clone(),
                entropy: self.entropy.clone(),
            };
            writers.push(tokio::spawn(lane.run()));
        }
        let worker = Worker {
            jobs: self.backend.jobs.taker(),
            pool: self.backend.pool.clone(),
            turns: turns.clone(),
            entropy: self.entropy,
            limits: self.limits,
            process: self.strangers.process,
        };
        for _ in 0..self.workers {
            writers.push(tokio::spawn(worker.clone().run()));
        }
        Engine {
            eraser: tokio::spawn(erase_deleted(self.backend.clone())),
            strangers: tokio::spawn(self.strangers.run(turns)),
            backend: self.backend,
            writers,
        }
    }
}

impl Engine {
    /// Whether the database can be read and written: it takes part in a commit.
    pub(crate) async fn check(&self) -> Result<(), StoreError> {
        check(&self.backend).await
    }

    /// Takes no more work, and waits until all that was taken is done.
    pub(crate) async fn close(mut self) {
        self.backend.close();
        for writer in std::mem::take(&mut self.writers) {
            // One that panicked has told of it.
            let _ = writer.await;
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.eraser.abort();
        self.strangers.abort();
        self.backend.close();
    }
}

/// What this process calls itself among all that share the database.
fn process(entropy: &dyn Entropy) -> Uuid {
    let mut random = [0; 16];
    entropy.fill(&mut random);
    uuid::Builder::from_random_bytes(random).into_uuid()
}
