//! What the store does for itself.

use std::time::Duration;

use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use parlor_ports::{Priority, StoreError};

use super::super::Backend;
use super::departures;
use super::rooms::erase;

/// So many rows that are over are forgotten in one transaction, so that nobody waits long for it.
pub(super) const STEP: i64 = 100;
/// How often it is looked for what others deleted, or what could not be erased.
const LOOK: Duration = Duration::from_secs(60);

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

/// Erases what was said in deleted rooms, and does what is to be done for deleted accounts, a little at a time: now,
/// whenever something was deleted, and now and then, because another process may have deleted it. What fails is passed over
/// until all else is done.
pub(in super::super) async fn erase_deleted(backend: Backend) {
    let mut failed = 0;
    loop {
        let rooms = backend
            .write_as(Priority::Bulk, move |tx| erase(tx, failed).boxed())
            .await;
        let accounts = backend
            .write_as(Priority::Bulk, move |tx| departures::next(tx, failed).boxed())
            .await;
        match (rooms, accounts) {
            (Ok(false), Ok(false)) => failed = 0,
            (Ok(_), Ok(_)) => continue,
            (Err(error), _) | (_, Err(error)) => {
                tracing::warn!(%error, "what was deleted could not be erased; it is tried again");
                failed += 1;
            }
        }
        let _woken = tokio::time::timeout(LOOK, backend.erase.notified()).await;
    }
}
