//! What was sent to lists, as its sender sees it.

use std::collections::HashMap;

use diesel::dsl::{count, not};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{Broadcast, BroadcastId, BroadcastListId, Media, PageSize, UserId};
use parlor_ports::{BroadcastView, BroadcastsPage};

use super::super::super::Conn;
use super::super::log::weight;
use super::super::users::is_private;
use super::{owned, position};
use crate::budget;
use crate::counter::rows;
use crate::id::Id;
use crate::rows::{BroadcastRow, MediaRow};
use crate::schema::{
    broadcast_lists, broadcast_media, broadcast_sends, broadcasts, media as pieces, members,
};

/// A broadcast of this sender to a list that was not deleted.
pub(super) async fn owned_broadcast(
    conn: &mut Conn,
    broadcast: BroadcastId,
    owner: UserId,
) -> QueryResult<Option<BroadcastRow>> {
    broadcasts::table
        .inner_join(broadcast_lists::table.on(broadcast_lists::id.eq(broadcasts::list_id)))
        .filter(broadcasts::id.eq(Id::of(broadcast)))
        .filter(broadcasts::sender_id.eq(Id::of(owner)))
        .filter(not(broadcast_lists::deleted))
        .select(BroadcastRow::as_select())
        .first(conn)
        .await
        .optional()
}

pub(super) async fn find(
    conn: &mut Conn,
    broadcast: BroadcastId,
    owner: UserId,
) -> QueryResult<Option<BroadcastView>> {
    let Some(row) = owned_broadcast(conn, broadcast, owner).await? else {
        return Ok(None);
    };
    let (delivered, read): (i64, i64) = broadcast_sends::table
        .inner_join(
            members::table.on(broadcast_sends::room_id
                .eq(members::room_id.nullable())
                .and(members::user_id.eq(broadcast_sends::user_id))),
        )
        .filter(broadcast_sends::broadcast_id.eq(row.id))
        .select((
            count(members::user_id)
                .aggregate_filter(members::delivered_seq.ge(broadcast_sends::seq.assume_not_null())),
            count(members::user_id)
                .aggregate_filter(members::shown_read.ge(broadcast_sends::seq.assume_not_null())),
        ))
        .first(conn)
        .await?;
    let shown = media(conn, vec![row.id]).await?.remove(&row.id);
    Ok(Some(BroadcastView {
        broadcast: row.broadcast(shown.unwrap_or_default()),
        delivered: u32::try_from(delivered).unwrap_or(u32::MAX),
        read: if is_private(conn, owner).await? {
            0
        } else {
            u32::try_from(read).unwrap_or(u32::MAX)
        },
    }))
}

/// Those of these broadcasts that have come to all, each of whom has read them.
pub(super) async fn read_by_all(
    conn: &mut Conn,
    of: Vec<BroadcastId>,
    owner: UserId,
) -> QueryResult<Vec<BroadcastId>> {
    if of.is_empty() || is_private(conn, owner).await? {
        return Ok(Vec::new());
    }
    let ids: Vec<Id> = of.into_iter().map(Id::of).collect();
    let read: Vec<(Id, i64)> = broadcast_sends::table
        .inner_join(
            members::table.on(broadcast_sends::room_id
                .eq(members::room_id.nullable())
                .and(members::user_id.eq(broadcast_sends::user_id))),
        )
        .filter(broadcast_sends::broadcast_id.eq_any(ids.clone()))
        .group_by(broadcast_sends::broadcast_id)
        .select((
            broadcast_sends::broadcast_id,
            count(members::user_id)
                .aggregate_filter(members::shown_read.ge(broadcast_sends::seq.assume_not_null())),
        ))
        .load(conn)
        .await?;
    let read: HashMap<Id, i64> = read.into_iter().collect();
    let sent: Vec<BroadcastRow> = broadcasts::table
        .filter(broadcasts::id.eq_any(ids))
        .filter(broadcasts::sender_id.eq(Id::of(owner)))
        .select(BroadcastRow::as_select())
        .load(conn)
        .await?;
    let by_all = sent.into_iter().filter(|row| {
        let progress = row.progress();
        let readers = read.get(&row.id).copied().unwrap_or(0);
        progress.waiting == 0 && progress.sent > 0 && readers >= i64::from(progress.sent)
    });
    Ok(by_all.map(|row| row.id.into()).collect())
}

/// What these broadcasts show.
pub(super) async fn media(conn: &mut Conn, of: Vec<Id>) -> QueryResult<HashMap<Id, Box<[Media]>>> {
    if of.is_empty() {
        return Ok(HashMap::new());
    }
    let found: Vec<(Id, MediaRow)> = broadcast_media::table
        .inner_join(pieces::table.on(pieces::id.eq(broadcast_media::media_id)))
        .filter(broadcast_media::broadcast_id.eq_any(of))
        .order((broadcast_media::broadcast_id, broadcast_media::place))
        .select((broadcast_media::broadcast_id, MediaRow::as_select()))
        .load(conn)
        .await?;
    let mut shown: HashMap<Id, Vec<Media>> = HashMap::new();
    for (broadcast, row) in found {
        shown.entry(broadcast).or_default().push(row.media()?);
    }
    Ok(shown
        .into_iter()
        .map(|(broadcast, media)| (broadcast, media.into()))
        .collect())
}

pub(super) async fn list(
    conn: &mut Conn,
    list: BroadcastListId,
    owner: UserId,
    before: Option<BroadcastId>,
    size: PageSize,
) -> QueryResult<Option<BroadcastsPage>> {
    if owned(conn, list, owner).await?.is_none() {
        return Ok(None);
    }
    let mut query = broadcasts::table
        .filter(broadcasts::list_id.eq(Id::of(list)))
        .order(broadcasts::id.desc())
        .limit(rows(size.rows() + 1))
        .select(BroadcastRow::as_select())
        .into_boxed();
    if let Some(before) = before {
        query = query.filter(broadcasts::id.lt(Id::of(before)));
    }
    let found: Vec<BroadcastRow> = query.load(conn).await?;
    let mut shown = media(conn, found.iter().map(|row| row.id).collect()).await?;
    let mut broadcasts: Vec<Broadcast> = found
        .into_iter()
        .map(|row| {
            let media = shown.remove(&row.id).unwrap_or_default();
            row.broadcast(media)
        })
        .collect();
    let texts = broadcasts.iter().map(text);
    let fitting = budget::fitting(budget::PAGE, texts).min(size.rows());
    let more = fitting < broadcasts.len();
    broadcasts.truncate(fitting);
    Ok(Some(BroadcastsPage {
        next: broadcasts.last().filter(|_| more).map(|last| last.id),
        broadcasts,
        as_of: position(conn, owner).await?,
    }))
}

/// How much a broadcast lets somebody read.
fn text(broadcast: &Broadcast) -> usize {
    broadcast.body.as_str().len() + broadcast.media.iter().map(weight).sum::<usize>()
}
