//! Names that only one room is to have.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::RoomName;
use parlor_ports::RoomRefusal;

use super::super::super::Conn;
use super::super::Tx;
use super::act::Act;
use crate::schema::rooms;

/// Refuses if a group or a channel is called so, and keeps others from claiming the name meanwhile. Comes after streams were locked.
pub(super) async fn claim(tx: &mut Tx<'_>, name: &RoomName) -> Act<()> {
    tx.claim(&format!("a room called {}", name.as_str())).await?;
    if exists(tx.conn, name.clone()).await? {
        return Err(RoomRefusal::NameTaken.into());
    }
    Ok(())
}

/// Whether a group or a channel is called exactly so. What is deleted is called nothing.
pub(super) async fn exists(conn: &mut Conn, name: RoomName) -> QueryResult<bool> {
    let called = rooms::table.filter(rooms::name.eq(name.as_str()));
    diesel::select(diesel::dsl::exists(called)).get_result(conn).await
}
