//! People who may not see each other's statuses any more.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{Timestamp, UserId, UserRef, What};

use super::super::Tx;
use crate::id::Id;
use crate::schema::{status_views, statuses};

/// Takes the statuses of an author from somebody who is no contact of his any more, or whom a block keeps from him, and tells him of
/// those that have not ended. The streams of both must be locked.
pub(in super::super) async fn part(
    tx: &mut Tx<'_>,
    author: UserId,
    viewer: UserId,
    at: Timestamp,
) -> QueryResult<()> {
    for status in forget(tx, author, viewer).await? {
        let found: Option<i64> = statuses::table
            .find(status)
            .filter(statuses::expires_at.gt(at.micros()))
            .select(statuses::author_number)
            .first(tx.conn)
            .await
            .optional()?;
        if let Some(number) = found {
            tell(tx, viewer, status, UserRef { id: author, number }, at).await?;
        }
    }
    Ok(())
}

/// Takes the statuses of an author from somebody without a word; says which they were. The streams of both must be locked.
pub(in super::super) async fn forget(
    tx: &mut Tx<'_>,
    author: UserId,
    viewer: UserId,
) -> QueryResult<Vec<Id>> {
    let taken: Vec<(Id, Option<i64>)> = diesel::delete(status_views::table)
        .filter(status_views::user_id.eq(Id::of(viewer)))
        .filter(status_views::author_id.eq(Id::of(author)))
        .returning((status_views::status_id, status_views::viewed_at))
        .get_results(tx.conn)
        .await?;
    for (status, _) in taken.iter().filter(|(_, viewed)| viewed.is_some()) {
        diesel::update(statuses::table.find(*status))
            .set(statuses::views.eq(statuses::views - 1))
            .execute(tx.conn)
            .await?;
    }
    Ok(taken.into_iter().map(|(status, _)| status).collect())
}

/// Tells somebody that a status has gone. Why, nobody is told.
pub(super) async fn tell(
    tx: &mut Tx<'_>,
    viewer: UserId,
    status: Id,
    author: UserRef,
    at: Timestamp,
) -> QueryResult<()> {
    let removed = What::StatusRemoved {
        status: status.into(),
        author,
    };
    tx.append(viewer, None, removed, at).await?;
    Ok(())
}
