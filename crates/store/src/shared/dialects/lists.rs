//! What dialects call broadcast lists, and by which numbers they know them: those of rooms, of which a list has one that no room gets.

use diesel::dsl::not;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{BroadcastListId, Dialect};

use super::super::super::{Conn, draw_room_number};
use super::super::Tx;
use super::names;
use crate::code::Code;
use crate::id::Id;
use crate::schema::{broadcast_lists, dialect_lists};

/// Names a list, and gives it this number, which nothing must have, or the next one. False if the list is taken, or there is none, or a
/// room or a list has the name.
pub(in super::super) async fn give(
    tx: &mut Tx<'_>,
    dialect: Dialect,
    name: String,
    list: BroadcastListId,
    number: Option<i64>,
) -> QueryResult<bool> {
    let Some(owner) = owner(tx.conn, list).await? else {
        return Ok(false);
    };
    // Whoever ends the list waits for this, and takes its name away.
    tx.lock([owner]).await?;
    if !names::can_be(&name) || self::owner(tx.conn, list).await?.is_none() {
        return Ok(false);
    }
    names::claim(tx, dialect, &name).await?;
    if names::find(tx.conn, dialect, name.clone()).await?.is_some() {
        return Ok(false);
    }
    let number = match number {
        Some(number) => number,
        None => draw_room_number(tx.conn).await?,
    };
    let named = diesel::insert_into(dialect_lists::table)
        .values((
            dialect_lists::dialect.eq(dialect.code()),
            dialect_lists::name.eq(name),
            dialect_lists::list_id.eq(Id::of(list)),
            dialect_lists::number.eq(number),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn)
        .await?;
    Ok(named > 0)
}

/// Whose a list is that was not deleted.
async fn owner(conn: &mut Conn, list: BroadcastListId) -> QueryResult<Option<Id>> {
    broadcast_lists::table
        .find(Id::of(list))
        .filter(not(broadcast_lists::deleted))
        .select(broadcast_lists::owner_id)
        .first(conn)
        .await
        .optional()
}

pub(in super::super) async fn find(
    conn: &mut Conn,
    dialect: Dialect,
    name: String,
) -> QueryResult<Option<BroadcastListId>> {
    if !names::can_be(&name) {
        return Ok(None);
    }
    let found: Option<Id> = dialect_lists::table
        .find((dialect.code(), name))
        .select(dialect_lists::list_id)
        .first(conn)
        .await
        .optional()?;
    Ok(found.map(Into::into))
}

pub(super) async fn numbered(
    conn: &mut Conn,
    dialect: Dialect,
    number: i64,
) -> QueryResult<Option<BroadcastListId>> {
    let found: Option<Id> = dialect_lists::table
        .filter(dialect_lists::number.eq(number))
        .filter(dialect_lists::dialect.eq(dialect.code()))
        .select(dialect_lists::list_id)
        .first(conn)
        .await
        .optional()?;
    Ok(found.map(Into::into))
}

pub(super) async fn of(
    conn: &mut Conn,
    dialect: Dialect,
    list: BroadcastListId,
) -> QueryResult<Option<(String, i64)>> {
    dialect_lists::table
        .filter(dialect_lists::list_id.eq(Id::of(list)))
        .filter(dialect_lists::dialect.eq(dialect.code()))
        .select((dialect_lists::name, dialect_lists::number))
        .first(conn)
        .await
        .optional()
}
