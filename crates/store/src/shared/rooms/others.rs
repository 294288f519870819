//! What somebody knows of others by the rooms that he shares with them.

use diesel::dsl::{min, not};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{RoomId, RoomKind, Seq, UserId};

use super::super::super::Conn;
use super::super::users::is_private;
use crate::code::Code;
use crate::counter::Counter;
use crate::id::Id;
use crate::schema::{members, rooms, users};

/// Whether two people see each other in some room: not in a channel.
pub(super) async fn share(conn: &mut Conn, one: UserId, other: UserId) -> QueryResult<bool> {
    let theirs = diesel::alias!(members as theirs);
    diesel::select(diesel::dsl::exists(
        members::table
            .inner_join(theirs.on(theirs.field(members::room_id).eq(members::room_id)))
            .inner_join(rooms::table.on(rooms::id.eq(members::room_id)))
            .filter(rooms::kind.ne(RoomKind::Channel.code()))
            .filter(members::user_id.eq(Id::of(one)))
            .filter(theirs.field(members::user_id).eq(Id::of(other))),
    ))
    .get_result(conn)
    .await
}

/// Those of these people whom somebody sees in some room.
pub(super) async fn sharing(conn: &mut Conn, one: UserId, others: Vec<UserId>) -> QueryResult<Vec<UserId>> {
    let own: Vec<Id> = members::table
        .inner_join(rooms::table.on(rooms::id.eq(members::room_id)))
        .filter(members::user_id.eq(Id::of(one)))
        .filter(rooms::kind.ne(RoomKind::Channel.code()))
        .select(members::room_id)
        .load(conn)
        .await?;
    if own.is_empty() || others.is_empty() {
        return Ok(Vec::new());
    }
    let others: Vec<Id> = others.into_iter().map(Id::of).collect();
    let mut found: Vec<Id> = members::table
        .filter(members::user_id.eq_any(others))
        .filter(members::room_id.eq_any(own))
        .select(members::user_id)
        .distinct()
        .load(conn)
        .await?;
    found.sort_unstable();
    Ok(found.into_iter().map(UserId::from).collect())
}

/// Up to where all members but the viewer have read, as he may know.
pub(super) async fn have_read(conn: &mut Conn, room: RoomId, viewer: UserId) -> QueryResult<Option<Seq>> {
    if is_private(conn, viewer).await? {
        return Ok(None);
    }
    let least: Option<i64> = members::table
        .inner_join(users::table.on(users::id.eq(members::user_id)))
        .filter(members::room_id.eq(Id::of(room)))
        .filter(members::user_id.ne(Id::of(viewer)))
        .filter(not(users::bot))
        .select(min(members::shown_read))
        .first(conn)
        .await?;
    Ok(least.map(Seq::loaded))
}
