//! The numbers of rooms, by which dialects with integer ids know them.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::RoomId;

use super::super::super::Conn;
use crate::id::Id;
use crate::schema::rooms;

pub(super) async fn id_of(conn: &mut Conn, number: i64) -> QueryResult<Option<RoomId>> {
    let found: Option<Id> = rooms::table
        .filter(rooms::number.eq(number))
        .filter(rooms::deleted_at.is_null())
        .select(rooms::id)
        .first(conn)
        .await
        .optional()?;
    Ok(found.map(Into::into))
}

pub(super) async fn of(conn: &mut Conn, wanted: Vec<RoomId>) -> QueryResult<Vec<(RoomId, i64)>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Id> = wanted.into_iter().map(Id::of).collect();
    let found: Vec<(Id, i64)> = rooms::table
        .filter(rooms::id.eq_any(ids))
        .order(rooms::id)
        .select((rooms::id, rooms::number))
        .load(conn)
        .await?;
    Ok(found
        .into_iter()
        .map(|(id, number)| (id.into(), number))
        .collect())
}
