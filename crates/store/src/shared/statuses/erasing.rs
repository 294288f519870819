//! The end of statuses.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{MediaId, Timestamp};

use super::super::{Tx, media};
use super::held;
use crate::counter::rows;
use crate::id::Id;
use crate::rows::StatusRow;
use crate::schema::{status_people, status_views, statuses};

/// So many rows are erased in one transaction, so that nobody waits long for it.
const CHUNK: usize = 500;

/// Erases some of what belongs to the status that ended first; false if none has.
pub(super) async fn erase(tx: &mut Tx<'_>, now: Timestamp) -> QueryResult<bool> {
    let over: Option<(Id, Id)> = statuses::table
        .filter(statuses::expires_at.le(now.micros()))
        .order(statuses::expires_at)
        .select((statuses::id, statuses::author_id))
        .first(tx.conn)
        .await
        .optional()?;
    let Some((status, author)) = over else {
        return Ok(false);
    };
    // Nobody is told of it meanwhile, and another process does not erase it too.
    tx.lock([author]).await?;
    if let Some(status) = held(tx, status).await? {
        erase_some(tx, status).await?;
    }
    Ok(true)
}

async fn erase_some(tx: &mut Tx<'_>, status: StatusRow) -> QueryResult<()> {
    let viewers: Vec<Id> = status_views::table
        .filter(status_views::status_id.eq(status.id))
        .order(status_views::user_id)
        .limit(rows(CHUNK))
        .select(status_views::user_id)
        .load(tx.conn)
        .await?;
    let is_last = viewers.len() < CHUNK;
    diesel::delete(status_views::table)
        .filter(status_views::status_id.eq(status.id))
        .filter(status_views::user_id.eq_any(viewers))
        .execute(tx.conn)
        .await?;
    if !is_last {
        return Ok(());
    }
    diesel::delete(status_people::table.filter(status_people::status_id.eq(status.id)))
        .execute(tx.conn)
        .await?;
    diesel::delete(statuses::table.find(status.id))
        .execute(tx.conn)
        .await?;
    media::release(tx, status.media_id.map(MediaId::from)).await
}
