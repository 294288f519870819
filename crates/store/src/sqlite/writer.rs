//! The thread that writes: what waits becomes one transaction, one commit, one publication, and then the answers.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use diesel::QueryResult;
use diesel_async::SimpleAsyncConnection;
use parlor_ports::{Entropy, EventSink};
use tokio::time::timeout;

use super::append::Run;
use super::batch::{Done, Pending, Progress, Write};
use super::checkpoint::{Mode, Signals, checkpoint};
use super::connection::Conn;
use super::memory::Memory;
use super::statements::{DONE, PART, UNDO};
use super::stores::{Job, Limits, Tx};
use super::strangers;
use crate::error::is_outage;
use crate::queue::Taker;

/// Most writes of people in a batch. More would make the first of them wait without making the last of them sooner.
const PEOPLE: usize = 512;
/// Most writes of programs in a batch, so that people do not wait for them.
const BULK: usize = 50;
/// After so long without a write it is looked whether another process wrote.
const WATCH: Duration = Duration::from_secs(1);

pub(super) struct Writer {
    pub(super) conn: Conn,
    pub(super) writes: Taker<Write>,
    pub(super) sink: Arc<dyn EventSink>,
    pub(super) entropy: Arc<dyn Entropy>,
    pub(super) limits: Limits,
    pub(super) signals: Arc<Signals>,
    /// The number of the last event that was published or was there before.
    pub(super) number: i64,
    /// Changes when another connection has written.
    pub(super) version: i64,
    pub(super) memory: Memory,
}

impl Writer {
    /// Writes until the queue is closed and empty, and leaves an empty write-ahead log.
    pub(super) async fn run(mut self) {
        loop {
            match timeout(WATCH, self.writes.take(PEOPLE, BULK)).await {
                Ok(Some(batch)) => self.write(batch).await,
                Ok(None) => break,
                Err(_idle) => self.watch().await,
            }
            if self.signals.restart.swap(false, Ordering::Relaxed) {
                self.checkpoint(Mode::Restart).await;
            }
        }
        self.checkpoint(Mode::Truncate).await;
    }

    async fn write(&mut self, batch: Vec<Write>) {
        let mut progress = Progress {
            waiting: batch.into(),
            ..Progress::default()
        };
        match self.transaction(&mut progress).await {
            Ok(()) => {
                self.number = progress.number;
                self.version = progress.version;
                self.signals.grown.store(true, Ordering::Relaxed);
                if !progress.published.is_empty() {
                    self.sink.publish(progress.published);
                }
                progress.done.into_iter().for_each(Done::answer);
            }
            Err(error) => {
                tracing::error!(%error, "a batch of writes failed");
                self.memory = Memory::default();
                // It may be rolled back already: SQLite does so by itself when the disk is full.
                let _ = self.conn.batch_execute("ROLLBACK").await;
                progress.done.into_iter().for_each(|done| done.fail(&error));
                progress.waiting.into_iter().for_each(|write| write.fail(&error));
            }
        }
    }

    async fn transaction(&mut self, progress: &mut Progress) -> QueryResult<()> {
        self.conn.batch_execute("BEGIN IMMEDIATE").await?;
        progress.number = self.number;
        progress.version = strangers::version(&mut self.conn).await?;
        if progress.version != self.version {
            self.memory = Memory::default();
            // What another process added comes first, as it does in the log.
            progress.add(strangers::after(&mut self.conn, self.number).await?);
        }
        while let Some(write) = progress.waiting.pop_front() {
            match write {
                Write::Job(job) => self.job(job, progress).await?,
                Write::Append(first) => {
                    let mut run = vec![first];
                    while let Some(Write::Append(pending)) = progress
                        .waiting
                        .pop_front_if(|write| matches!(write, Write::Append(_)))
                    {
                        run.push(pending);
                    }
                    self.appends(run, progress).await?;
                }
            }
        }
        self.conn.batch_execute("COMMIT").await
    }

    /// Runs a job so that its failure undoes nothing but itself.
    async fn job(&mut self, mut job: Box<dyn Job>, progress: &mut Progress) -> QueryResult<()> {
        self.memory = Memory::default();
        self.conn.batch_execute(PART).await?;
        let mut tx = Tx::new(&mut self.conn, &*self.entropy, self.limits);
        match job.run(&mut tx).await {
            Ok(()) => {
                progress.add(tx.into_published());
                progress.done.push(Done::Ran(job));
                self.conn.batch_execute(DONE).await
            }
            Err(error) if is_outage(&error) => {
                progress.waiting.push_front(Write::Job(job));
                Err(error)
            }
            Err(error) => {
                progress.done.push(Done::Failed(Write::Job(job), error));
                self.conn.batch_execute(UNDO).await
            }
        }
    }

    /// Appends on the bare connection: this is where a message's time goes. One that fails leaves nothing behind.
    async fn appends(&mut self, run: Vec<Pending>, progress: &mut Progress) -> QueryResult<()> {
        let (entropy, number) = (self.entropy.clone(), progress.number);
        let memory = std::mem::take(&mut self.memory);
        let (run, outcome) = self
            .conn
            .spawn_blocking(move |conn| {
                let mut appends = Run::new(conn, &*entropy, number, memory);
                let appended: QueryResult<Vec<_>> = run
                    .iter()
                    .map(|pending| match appends.append(&pending.append) {
                        Err(error) if is_outage(&error) => Err(error),
                        outcome => Ok(outcome),
                    })
                    .collect();
                let outcome = appended.and_then(|done| appends.finish().map(|memory| (done, memory)));
                Ok((run, outcome))
            })
            .await?;
        match outcome {
            Ok((appended, memory)) => {
                self.memory = memory;
                for (pending, appended) in run.into_iter().zip(appended) {
                    progress.appended(pending, appended);
                }
                Ok(())
            }
            Err(error) => {
                progress.waiting.extend(run.into_iter().map(Write::Append));
                Err(error)
            }
        }
    }

    /// Publishes what another process wrote, such as an administrator's command.
    async fn watch(&mut self) {
        if let Err(error) = self.look().await {
            tracing::warn!(%error, "what other processes wrote could not be read");
        }
    }

    async fn look(&mut self) -> QueryResult<()> {
        let version = strangers::version(&mut self.conn).await?;
        if version == self.version {
            return Ok(());
        }
        let mut progress = Progress {
            number: self.number,
            ..Progress::default()
        };
        progress.add(strangers::after(&mut self.conn, self.number).await?);
        self.memory = Memory::default();
        self.version = version;
        self.number = progress.number;
        if !progress.published.is_empty() {
            self.sink.publish(progress.published);
        }
        Ok(())
    }

    async fn checkpoint(&mut self, mode: Mode) {
        let done = self.conn.spawn_blocking(move |conn| checkpoint(conn, mode)).await;
        if let Err(error) = done {
            tracing::warn!(%error, ?mode, "the write-ahead log could not be checkpointed");
        }
    }
}

#[cfg(test)]
mod tests {
    use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
    use parlor_ports::StoreError;
    use parlor_testkit::{Fixture, Heard, SeededEntropy, message};

    use super::*;
    use crate::sqlite::connection::{Use, connect};
    use crate::{Database, Settings};

    /// A disk that is full refuses what needs place, loses nothing, and the rest goes on.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_full_disk_fails_writes_and_not_the_writer() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("full.db");
        let entropy: Arc<SeededEntropy> = Arc::default();
        let heard: Arc<Heard> = Arc::default();
        let settings = Settings::new(Database::Sqlite(path.clone()));
        let idle = super::super::Idle::open(path.clone(), &settings, entropy.clone()).unwrap();
        let backend = idle.backend.clone();
        let mut conn = SyncConnectionWrapper::new(connect(&path, Use::Write).unwrap());
        conn.batch_execute("PRAGMA max_page_count = 200").await.unwrap();
        let writer = Writer {
            conn,
            writes: backend.writes.taker(),
            sink: heard.clone(),
            entropy: entropy.clone(),
            limits: Limits::of(&settings),
            signals: Arc::default(),
            number: 0,
            version: 0,
            memory: Memory::default(),
        };
        let task = tokio::spawn(writer.run());
        let f = Fixture {
            log: Arc::new(backend.clone()),
            rooms: Arc::new(backend.clone()),
            users: Arc::new(backend.clone()),
            contacts: Arc::new(backend.clone()),
            admission: Arc::new(backend.clone()),
            moderation: Arc::new(backend.clone()),
            sessions: Arc::new(backend.clone()),
            sync: Arc::new(backend.clone()),
            challenges: Arc::new(backend.clone()),
            second_steps: Arc::new(backend.clone()),
            proofs: Arc::new(backend.clone()),
            counters: Arc::new(backend.clone()),
            invites: Arc::new(backend.clone()),
            notifications: Arc::new(backend.clone()),
            announcements: Arc::new(backend.clone()),
            dialects: Arc::new(backend.clone()),
            register_ids: Arc::new(backend.clone()),
            imports: Arc::new(backend.clone()),
            api_keys: Arc::new(backend.clone()),
            outbox: Arc::new(backend.clone()),
            media: Arc::new(backend.clone()),
            uploads: Arc::new(backend.clone()),
            statuses: Arc::new(backend.clone()),
            broadcasts: Arc::new(backend.clone()),
            heard: heard.clone(),
            clock: Arc::default(),
            entropy,
            rooms_per_user: 1,
            keep: Box::new(folder),
        };
        let ann = f.person("ann").await.unwrap();
        let room = f.group(ann, &[]).await.unwrap();
        let mut stored = 0;
        let refused = loop {
            match f
                .log
                .append(f.draft(room, ann, message(&"x".repeat(60_000))))
                .await
            {
                Ok(_) => stored += 1,
                Err(error) => break error,
            }
        };
        assert!(matches!(refused, StoreError::Unavailable(_)), "{refused:?}");
        assert!(stored > 0);
        // This one takes no more place than there is.
        assert!(f.users.set_admin(ann.id, true, f.tick()).await.unwrap());
        let log = f.events(room).await.unwrap();
        assert_eq!((log.len(), heard.events(room)), (stored + 1, log));
        backend.writes.close();
        task.await.unwrap();
    }
}
