//! Answers to statuses, which are messages like any.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{ClientId, Draft, RoomId, UserId};

use super::super::super::Conn;
use crate::id::Id;
use crate::rows::digest;
use crate::schema::{events, members};

/// The direct room in which somebody has said this under this client id. The digest of an answer knows its status, so that it stands
/// for nothing else.
pub(super) async fn room(
    conn: &mut Conn,
    sender: UserId,
    client_id: ClientId,
    answer: Draft,
) -> QueryResult<Option<RoomId>> {
    let room: Option<Id> = members::table
        .inner_join(events::table.on(events::stream_id.eq(members::room_id)))
        .filter(members::user_id.eq(Id::of(sender)))
        .filter(members::peer_id.is_not_null())
        .filter(events::sender_id.eq(Id::of(sender)))
        .filter(events::client_id.eq(client_id.as_str()))
        .filter(events::digest.eq(digest(&client_id, &answer)))
        .select(members::room_id)
        .first(conn)
        .await
        .optional()?;
    Ok(room.map(RoomId::from))
}
