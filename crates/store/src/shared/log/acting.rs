//! What all acts on a message have in common.

use std::sync::Arc;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{Event, Message, RoomId, RoomKind, Seq, UserId, What};
use parlor_ports::AppendRefusal;

use super::super::super::Conn;
use crate::appending::Standing;
use crate::code::Code;
use crate::id::Id;
use crate::schema::{members, rooms};

/// A message that somebody may see and do something with, and what he is in the room. Its stream must be locked.
pub(super) async fn message(
    conn: &mut Conn,
    room: RoomId,
    user: UserId,
    target: Seq,
) -> QueryResult<Result<(Arc<Event>, Standing), AppendRefusal>> {
    let standing: Option<Standing> = members::table
        .find((Id::of(room), Id::of(user)))
        .select(Standing::as_select())
        .first(conn)
        .await
        .optional()?;
    let found = super::message(conn, room, user, target).await?;
    Ok(match (standing, found) {
        (None, _) => Err(AppendRefusal::NoRoom),
        (Some(standing), Some(event)) if said(&event).is_some() => {
            standing.may_reach().map(|()| (event, standing))
        }
        _ => Err(AppendRefusal::NoTarget),
    })
}

/// Whether it is a channel, whose readers are not seen. That never changes, so it can be read before streams are locked.
pub(super) async fn is_channel(conn: &mut Conn, room: RoomId) -> QueryResult<bool> {
    let kind = rooms::table.find(Id::of(room)).select(rooms::kind);
    let kind: Option<i16> = kind.first(conn).await.optional()?;
    Ok(kind.map(RoomKind::decode).transpose()? == Some(RoomKind::Channel))
}

/// A message that was not deleted.
pub(super) fn said(event: &Event) -> Option<&Message> {
    match &event.what {
        What::Message(message) => Some(message).filter(|message| message.body.is_some()),
        _ => None,
    }
}
