//! What people show at the moment, where each shows but one thing.

use diesel::dsl::{exists, max, not};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{RoomKind, Status, Timestamp, UserId};

use super::super::super::Conn;
use super::super::contacts::{blocked_by, blockers};
use crate::code::Code;
use crate::id::Id;
use crate::rows::{MediaRow, StatusRow};
use crate::schema::{media, members, rooms, status_views, statuses};

pub(super) async fn of(
    conn: &mut Conn,
    viewer: UserId,
    authors: Vec<UserId>,
    now: Timestamp,
) -> QueryResult<Vec<Status>> {
    let (me, near) = (Id::of(viewer), near(conn, viewer, &authors).await?);
    let told = status_views::table
        .filter(status_views::user_id.eq(me))
        .filter(status_views::author_id.eq(statuses::author_id))
        .filter(status_views::status_id.eq(statuses::id));
    let lasting = statuses::lasting.and(statuses::author_id.eq_any(near));
    let own = statuses::author_id.eq(me);
    let authors: Vec<Id> = authors.into_iter().map(Id::of).collect();
    let newest: Vec<Option<i64>> = statuses::table
        .filter(statuses::author_id.eq_any(authors))
        .filter(statuses::expires_at.gt(now.micros()))
        .filter(not(statuses::removed))
        .filter(own.or(lasting).or(exists(told)))
        .group_by(statuses::author_id)
        .select(max(statuses::number))
        .load(conn)
        .await?;
    let newest: Vec<i64> = newest.into_iter().flatten().collect();
    if newest.is_empty() {
        return Ok(Vec::new());
    }
    let found: Vec<(StatusRow, Option<MediaRow>)> = statuses::table
        .left_join(media::table.on(statuses::media_id.eq(media::id.nullable())))
        .filter(statuses::number.eq_any(newest))
        .order(statuses::number)
        .select((StatusRow::as_select(), Option::<MediaRow>::as_select()))
        .load(conn)
        .await?;
    found.into_iter().map(|(row, shown)| row.status(shown)).collect()
}

/// Of these people, those whom the viewer sees in some room, which is no channel, and between whom and him there is no block.
async fn near(conn: &mut Conn, viewer: UserId, people: &[UserId]) -> QueryResult<Vec<Id>> {
    let ids: Vec<Id> = people.iter().copied().map(Id::of).collect();
    let own = diesel::alias!(members as own);
    let mut near: Vec<Id> = members::table
        .inner_join(own.on(own.field(members::room_id).eq(members::room_id)))
        .inner_join(rooms::table.on(rooms::id.eq(members::room_id)))
        .filter(rooms::kind.ne(RoomKind::Channel.code()))
        .filter(own.field(members::user_id).eq(Id::of(viewer)))
        .filter(members::user_id.eq_any(ids))
        .select(members::user_id)
        .distinct()
        .load(conn)
        .await?;
    if !near.is_empty() {
        let blocked = blocked_by(conn, viewer, people).await?;
        let blockers = blockers(conn, viewer, people).await?;
        near.retain(|person| !blocked.contains(person) && !blockers.contains(person));
    }
    Ok(near)
}
