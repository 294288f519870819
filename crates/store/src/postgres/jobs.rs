//! Writes that are no appends: each a transaction of its own.

use std::sync::Arc;

use diesel::QueryResult;
use diesel_async::pooled_connection::deadpool::Pool;
use diesel_async::{AnsiTransactionManager, TransactionManager};
use parlor_ports::{Entropy, Published, StoreError};
use uuid::Uuid;

use super::connection::Conn;
use super::stores::{Job, Limits, Tx};
use super::strangers;
use super::turns::{Turn, Turns};
use crate::error::store_error;
use crate::queue::Taker;

/// What a worker needs.
#[derive(Clone)]
pub(super) struct Worker {
    pub(super) jobs: Taker<Box<dyn Job>>,
    pub(super) pool: Pool<Conn>,
    pub(super) turns: Arc<Turns>,
    pub(super) entropy: Arc<dyn Entropy>,
    pub(super) limits: Limits,
    /// As which it tells other processes what it adds.
    pub(super) process: Uuid,
}

impl Worker {
    /// Works until the queue is closed and empty.
    pub(super) async fn run(self) {
        while let Some(taken) = self.jobs.take(1, 1).await {
            for job in taken {
                self.write(job).await;
            }
        }
    }

    async fn write(&self, mut job: Box<dyn Job>) {
        let mut conn = match self.pool.get().await {
            Ok(conn) => conn,
            Err(error) => return job.answer(Err(StoreError::Unavailable(error.into()))),
        };
        match self.transaction(&mut conn, &mut *job).await {
            Ok((turn, published)) => turn.publish(published, move || job.answer(Ok(()))),
            Err(error) => job.answer(Err(store_error(&error))),
        }
    }

    async fn transaction(&self, conn: &mut Conn, job: &mut dyn Job) -> QueryResult<(Turn, Vec<Published>)> {
        AnsiTransactionManager::begin_transaction(conn).await?;
        match self.work(conn, job).await {
            Ok(published) => {
                let turn = self.turns.take();
                AnsiTransactionManager::commit_transaction(conn).await?;
                Ok((turn, published))
            }
            Err(error) => {
                AnsiTransactionManager::rollback_transaction(conn).await?;
                Err(error)
            }
        }
    }

    /// All of a transaction but its beginning and its end.
    async fn work(&self, conn: &mut Conn, job: &mut dyn Job) -> QueryResult<Vec<Published>> {
        let mut tx = Tx::new(conn, &*self.entropy, self.limits);
        job.run(&mut tx).await?;
        let published = tx.into_published();
        strangers::tell(conn, self.process, &published).await?;
        Ok(published)
    }
}
