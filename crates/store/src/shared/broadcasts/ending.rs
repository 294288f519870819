//! The end of lists, and of what was sent to them.

use diesel::dsl::not;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{BroadcastListId, MediaId, Timestamp, UserId, UserRef, What};

use super::super::{Tx, media};
use crate::counter::rows;
use crate::id::Id;
use crate::schema::{
    broadcast_lists, broadcast_media, broadcast_recipients, broadcast_sends, broadcasts, dialect_lists,
};

/// So many rows are erased in one transaction, so that nobody waits long for it.
const CHUNK: usize = 500;

pub(super) async fn delete(
    tx: &mut Tx<'_>,
    list: BroadcastListId,
    owner: UserRef,
    at: Timestamp,
) -> QueryResult<bool> {
    tx.lock([Id::of(owner.id)]).await?;
    let deleted = diesel::update(broadcast_lists::table.find(Id::of(list)))
        .filter(broadcast_lists::owner_id.eq(Id::of(owner.id)))
        .filter(not(broadcast_lists::deleted))
        .set(broadcast_lists::deleted.eq(true))
        .execute(tx.conn)
        .await?;
    if deleted == 0 {
        return Ok(false);
    }
    stop(tx, vec![Id::of(list)], at).await?;
    let deleted = What::BroadcastListDeleted { list };
    tx.append(owner.id, Some(owner), deleted, at).await?;
    Ok(true)
}

/// Deletes all lists of somebody whose account ends. His stream must be locked.
pub(in super::super) async fn delete_all(tx: &mut Tx<'_>, owner: UserId, at: Timestamp) -> QueryResult<()> {
    let lists: Vec<Id> = diesel::update(broadcast_lists::table)
        .filter(broadcast_lists::owner_id.eq(Id::of(owner)))
        .set(broadcast_lists::deleted.eq(true))
        .returning(broadcast_lists::id)
        .get_results(tx.conn)
        .await?;
    stop(tx, lists, at).await
}

/// Sends nothing more of what is sent to these lists, which dialects call nothing from now on.
async fn stop(tx: &mut Tx<'_>, lists: Vec<Id>, at: Timestamp) -> QueryResult<()> {
    if lists.is_empty() {
        return Ok(());
    }
    diesel::delete(dialect_lists::table.filter(dialect_lists::list_id.eq_any(lists.clone())))
        .execute(tx.conn)
        .await?;
    diesel::update(broadcasts::table)
        .filter(broadcasts::list_id.eq_any(lists))
        .filter(broadcasts::ended_at.is_null())
        .set(broadcasts::ended_at.eq(at.micros()))
        .execute(tx.conn)
        .await?;
    Ok(())
}

/// Erases some of what belongs to a list that was deleted, or to a broadcast that ended by then; false if there is nothing.
pub(super) async fn erase(tx: &mut Tx<'_>, until: Timestamp) -> QueryResult<bool> {
    let list: Option<(Id, Id)> = broadcast_lists::table
        .filter(broadcast_lists::deleted)
        .order(broadcast_lists::id)
        .select((broadcast_lists::id, broadcast_lists::owner_id))
        .first(tx.conn)
        .await
        .optional()?;
    if let Some((list, owner)) = list {
        tx.lock([owner]).await?;
        erase_list(tx, list).await?;
        return Ok(true);
    }
    let over: Option<(Id, Id)> = broadcasts::table
        .filter(broadcasts::ended_at.le(until.micros()))
        .order(broadcasts::ended_at)
        .select((broadcasts::id, broadcasts::sender_id))
        .first(tx.conn)
        .await
        .optional()?;
    let Some((broadcast, sender)) = over else {
        return Ok(false);
    };
    tx.lock([sender]).await?;
    erase_broadcast(tx, broadcast).await?;
    Ok(true)
}

async fn erase_list(tx: &mut Tx<'_>, list: Id) -> QueryResult<()> {
    let sent: Option<Id> = broadcasts::table
        .filter(broadcasts::list_id.eq(list))
        .order(broadcasts::id)
        .select(broadcasts::id)
        .first(tx.conn)
        .await
        .optional()?;
    if let Some(sent) = sent {
        return erase_broadcast(tx, sent).await;
    }
    diesel::delete(broadcast_recipients::table.filter(broadcast_recipients::list_id.eq(list)))
        .execute(tx.conn)
        .await?;
    diesel::delete(broadcast_lists::table.find(list))
        .execute(tx.conn)
        .await?;
    Ok(())
}

async fn erase_broadcast(tx: &mut Tx<'_>, broadcast: Id) -> QueryResult<()> {
    let people: Vec<Id> = broadcast_sends::table
        .filter(broadcast_sends::broadcast_id.eq(broadcast))
        .order(broadcast_sends::user_id)
        .limit(rows(CHUNK))
        .select(broadcast_sends::user_id)
        .load(tx.conn)
        .await?;
    let is_last = people.len() < CHUNK;
    diesel::delete(broadcast_sends::table)
        .filter(broadcast_sends::broadcast_id.eq(broadcast))
        .filter(broadcast_sends::user_id.eq_any(people))
        .execute(tx.conn)
        .await?;
    if !is_last {
        return Ok(());
    }
    let shown: Vec<Id> = diesel::delete(broadcast_media::table)
        .filter(broadcast_media::broadcast_id.eq(broadcast))
        .returning(broadcast_media::media_id)
        .get_results(tx.conn)
        .await?;
    for piece in shown {
        media::release(tx, Some(MediaId::from(piece))).await?;
    }
    diesel::delete(broadcasts::table.find(broadcast))
        .execute(tx.conn)
        .await?;
    Ok(())
}
