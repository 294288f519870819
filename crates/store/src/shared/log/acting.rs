//! What all acts on a message have in common.

use std::sync::Arc;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{Event, Message, RoomId, Seq, UserId, What};
use parlor_ports::AppendRefusal;

use super::super::super::Conn;
use crate::appending::may_speak;
use crate::id::Id;
use crate::schema::members;

/// A message that somebody may see and do something with. Its stream must be locked.
pub(super) async fn message(
    conn: &mut Conn,
    room: RoomId,
    user: UserId,
    target: Seq,
) -> QueryResult<Result<Arc<Event>, AppendRefusal>> {
    let barred: Option<i16> = members::table
        .find((Id::of(room), Id::of(user)))
        .select(members::barred)
        .first(conn)
        .await
        .optional()?;
    let found = super::message(conn, room, user, target).await?;
    Ok(match (barred, found) {
        (None, _) => Err(AppendRefusal::NoRoom),
        (Some(barred), Some(event)) if said(&event).is_some() => may_speak(barred).map(|()| event),
        _ => Err(AppendRefusal::NoTarget),
    })
}

/// A message that was not deleted.
pub(super) fn said(event: &Event) -> Option<&Message> {
    match &event.what {
        What::Message(message) => Some(message).filter(|message| message.body.is_some()),
        _ => None,
    }
}
