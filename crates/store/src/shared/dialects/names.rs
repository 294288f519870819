//! What dialects call rooms.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{Dialect, RoomId};

use super::super::super::Conn;
use super::super::Tx;
use super::super::rooms::find_room;
use super::lists;
use crate::code::Code;
use crate::id::Id;
use crate::schema::dialect_rooms;

/// Names a room; false if the room is taken, or there is none, or a room or a list has the name.
pub(in super::super) async fn give(
    tx: &mut Tx<'_>,
    dialect: Dialect,
    name: String,
    room: RoomId,
) -> QueryResult<bool> {
    // Whoever ends the room waits for this, and takes its name away.
    tx.lock([Id::of(room)]).await?;
    give_locked(tx, dialect, name, room).await
}

/// Names all of these rooms that can be named so.
pub(super) async fn give_all(
    tx: &mut Tx<'_>,
    dialect: Dialect,
    named: Vec<(RoomId, String)>,
) -> QueryResult<()> {
    tx.lock(named.iter().map(|(room, _)| Id::of(*room))).await?;
    for (room, name) in named {
        give_locked(tx, dialect, name, room).await?;
    }
    Ok(())
}

async fn give_locked(tx: &mut Tx<'_>, dialect: Dialect, name: String, room: RoomId) -> QueryResult<bool> {
    if !can_be(&name) || find_room(tx, room).await?.is_none() {
        return Ok(false);
    }
    claim(tx, dialect, &name).await?;
    if lists::find(tx.conn, dialect, name.clone()).await?.is_some() {
        return Ok(false);
    }
    let named = diesel::insert_into(dialect_rooms::table)
        .values((
            dialect_rooms::dialect.eq(dialect.code()),
            dialect_rooms::name.eq(name),
            dialect_rooms::room_id.eq(Id::of(room)),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn)
        .await?;
    Ok(named > 0)
}

pub(in super::super) async fn find(
    conn: &mut Conn,
    dialect: Dialect,
    name: String,
) -> QueryResult<Option<RoomId>> {
    if !can_be(&name) {
        return Ok(None);
    }
    let found: Option<Id> = dialect_rooms::table
        .find((dialect.code(), name))
        .select(dialect_rooms::room_id)
        .first(conn)
        .await
        .optional()?;
    Ok(found.map(Into::into))
}

pub(super) async fn of(conn: &mut Conn, dialect: Dialect, room: RoomId) -> QueryResult<Option<String>> {
    dialect_rooms::table
        .filter(dialect_rooms::room_id.eq(Id::of(room)))
        .filter(dialect_rooms::dialect.eq(dialect.code()))
        .select(dialect_rooms::name)
        .first(conn)
        .await
        .optional()
}

pub(super) async fn of_all(
    conn: &mut Conn,
    dialect: Dialect,
    rooms: Vec<RoomId>,
) -> QueryResult<Vec<(RoomId, String)>> {
    let ids: Vec<Id> = rooms.into_iter().map(Id::of).collect();
    let found: Vec<(Id, String)> = dialect_rooms::table
        .filter(dialect_rooms::room_id.eq_any(ids))
        .filter(dialect_rooms::dialect.eq(dialect.code()))
        .select((dialect_rooms::room_id, dialect_rooms::name))
        .load(conn)
        .await?;
    Ok(found
        .into_iter()
        .map(|(room, name)| (room.into(), name))
        .collect())
}

/// Keeps others from giving this name, to a room or to a list, until the end of the transaction.
pub(super) async fn claim(tx: &mut Tx<'_>, dialect: Dialect, name: &str) -> QueryResult<()> {
    tx.claim(&format!("the name {name} in {}", dialect.name())).await
}

/// PostgreSQL knows no text with a zero in it, and so no name has one.
pub(super) fn can_be(name: &str) -> bool {
    !name.contains('\0')
}
