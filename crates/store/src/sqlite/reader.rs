//! The threads that read.

use diesel::QueryResult;
use diesel_async::SimpleAsyncConnection;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use parlor_ports::StoreError;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use super::connection::Conn;
use crate::error::store_error;
use crate::queue::Taker;

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
pub(super) fn run(runtime: &Runtime, mut conn: Conn, reads: Taker<Read>) {
    runtime.block_on(async move {
        while let Some(taken) = reads.take(1, 0).await {
            for read in taken {
                read(&mut conn).await;
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
    use parlor_ports::Priority;
    use tokio::runtime::Builder;

    use super::*;
    use crate::queue::Queue;
    use crate::sqlite::connection::{Use, connect};

    /// A bug in a query costs the thread, and nobody else waits for it.
    #[tokio::test]
    async fn nobody_waits_for_a_reader_that_died() {
        let reads = Arc::new(Queue::new(9));
        let (fatal, died) = read(|_| async { panic!("a bug") }.boxed());
        let (other, waits) = read(|_| async { Ok(()) }.boxed());
        reads.push(fatal as Read, Priority::Person).unwrap();
        reads.push(other, Priority::Person).unwrap();
        let taker = reads.taker();
        let thread = std::thread::spawn(move || {
            let runtime = Builder::new_current_thread().build().unwrap();
            let conn = connect(Path::new(":memory:"), Use::Read).unwrap();
            run(&runtime, SyncConnectionWrapper::new(conn), taker);
        });
        let died: Result<Result<(), StoreError>, _> = died.await;
        assert!(died.is_err() && waits.await.is_err());
        assert!(thread.join().is_err());
    }
}
