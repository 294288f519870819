//! What the store does for itself.

use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use parlor_ports::{Priority, StoreError};

use super::super::Backend;
use super::rooms::erase;

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

/// Erases what was said in deleted rooms, now and whenever a room was deleted, a little at a time.
pub(in super::super) async fn erase_deleted(backend: Backend) {
    loop {
        let erased = backend.write_as(Priority::Bulk, |tx| erase(tx).boxed()).await;
        match erased {
            Ok(true) => {}
            Ok(false) => backend.erase.notified().await,
            Err(error) => {
                tracing::warn!(%error, "a deleted room could not be erased; it is tried again with the next one");
                backend.erase.notified().await;
            }
        }
    }
}
