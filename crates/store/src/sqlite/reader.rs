//! The threads that read.

use std::sync::Arc;

use diesel::QueryResult;
use diesel_async::SimpleAsyncConnection;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use parlor_ports::StoreError;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use super::connection::Conn;
use crate::error::store_error;
use crate::queue::Queue;

/// A read that waits for a thread. It answers its caller by itself.
pub(super) type Read = Box<dyn for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, ()> + Send>;

/// A read made of an async function, and where its result will come.
pub(super) fn read<R, F>(work: F) -> (Read, oneshot::Receiver<Result<R, StoreError>>)
where
    R: Send + 'static,
    F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, QueryResult<R>> + Send + 'static,
{
    let (caller, result) = oneshot::channel();
    let read: Read = Box::new(move |conn| {
        async move {
            if !caller.is_closed() {
                let result = in_transaction(conn, work).await;
                // The caller may have gone meanwhile.
                let _ = caller.send(result.map_err(|error| store_error(&error)));
            }
        }
        .boxed()
    });
    (read, result)
}

/// One read transaction sees one state of the database. It never lasts longer than one page takes, so that the
/// write-ahead log can start over.
async fn in_transaction<R, F>(conn: &mut Conn, work: F) -> QueryResult<R>
where
    F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, QueryResult<R>>,
{
    conn.batch_execute("BEGIN").await?;
    let result = work(conn).await;
    conn.batch_execute("ROLLBACK").await?;
    result
}

/// Reads until the queue is closed.
pub(super) fn run(runtime: &Runtime, mut conn: Conn, reads: &Arc<Queue<Read>>) {
    runtime.block_on(async {
        while let Some(taken) = reads.take(1, 0).await {
            for read in taken {
                read(&mut conn).await;
            }
        }
    });
}
