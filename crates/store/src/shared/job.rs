//! A write that waits for its transaction.

use diesel::QueryResult;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use parlor_ports::StoreError;
use tokio::sync::oneshot;

use super::Tx;
use crate::error::closed;

/// What the writer runs inside a transaction, and answers after the commit.
pub(in super::super) trait Job: Send {
    /// Does the work, once.
    fn run<'t>(&'t mut self, tx: &'t mut Tx<'_>) -> BoxFuture<'t, QueryResult<()>>;

    /// Tells the caller, who may have gone.
    fn answer(self: Box<Self>, outcome: Result<(), StoreError>);
}

/// A job made of an async function.
pub(in super::super) struct Task<F, R> {
    work: Option<F>,
    result: Option<R>,
    caller: oneshot::Sender<Result<R, StoreError>>,
}

impl<F, R> Task<F, R>
where
    R: Send + 'static,
    F: for<'t, 'c> FnOnce(&'t mut Tx<'c>) -> BoxFuture<'t, QueryResult<R>> + Send + 'static,
{
    /// The job, and where its result will come.
    pub(in super::super) fn queued(work: F) -> (Box<dyn Job>, oneshot::Receiver<Result<R, StoreError>>) {
        let (caller, result) = oneshot::channel();
        let job = Self {
            work: Some(work),
            result: None,
            caller,
        };
        (Box::new(job), result)
    }
}

impl<F, R> Job for Task<F, R>
where
    R: Send,
    F: for<'t, 'c> FnOnce(&'t mut Tx<'c>) -> BoxFuture<'t, QueryResult<R>> + Send,
{
    fn run<'t>(&'t mut self, tx: &'t mut Tx<'_>) -> BoxFuture<'t, QueryResult<()>> {
        async move {
            if let Some(work) = self.work.take() {
                self.result = Some(work(tx).await?);
            }
            Ok(())
        }
        .boxed()
    }

    fn answer(self: Box<Self>, outcome: Result<(), StoreError>) {
        let Self { result, caller, .. } = *self;
        let result = outcome.and_then(|()| result.ok_or_else(closed));
        // A caller who has gone misses nothing: what was done is in the log.
        let _ = caller.send(result);
    }
}
