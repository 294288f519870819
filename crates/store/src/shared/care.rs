//! What the store does for itself.

use diesel::QueryResult;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use parlor_ports::{Priority, StoreError};

use super::super::Backend;
use super::rooms::erase;
use super::{Tx, departures};

/// So many rows that are over are forgotten in one transaction, so that nobody waits long for it.
pub(super) const STEP: i64 = 100;

/// Goes the way of a write and of a read.
pub(in super::super) async fn check(backend: &Backend) -> Result<(), StoreError> {
    let one = || diesel::select(diesel::dsl::sql::<diesel::sql_types::Integer>("1"));
    backend
        .write(move |tx| async move { one().get_result::<i32>(tx.conn).await }.boxed())
        .await?;
    backend
        .read(move |conn| async move { one().get_result::<i32>(conn).await }.boxed())
        .await?;
    Ok(())
}

/// Erases what was said in deleted rooms, and does what is to be done for deleted accounts: now and whenever something was
/// deleted, a little at a time.
pub(in super::super) async fn erase_deleted(backend: Backend) {
    loop {
        let erased = backend
            .write_as(Priority::Bulk, |tx| erase_some(tx).boxed())
            .await;
        match erased {
            Ok(true) => {}
            Ok(false) => backend.erase.notified().await,
            Err(error) => {
                tracing::warn!(%error, "what was deleted could not be erased; it is tried again with the next deletion");
                backend.erase.notified().await;
            }
        }
    }
}

/// The next piece; false if there is nothing left.
async fn erase_some(tx: &mut Tx<'_>) -> QueryResult<bool> {
    Ok(erase(tx).await? || departures::next(tx).await?)
}
