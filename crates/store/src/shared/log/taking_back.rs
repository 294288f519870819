//! Deleting messages outside the order of a room's own talk: there the author need not be in the room.

use std::sync::Arc;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{Event, RoomId, Seq, Timestamp, UserRef, What};
use parlor_ports::{AppendRefusal, MessageAct};

use super::super::Tx;
use crate::changing;
use crate::counter::Counter;
use crate::id::Id;
use crate::rows::Target;
use crate::schema::events;

pub(super) async fn take_back(
    tx: &mut Tx<'_>,
    number: i64,
    author: UserRef,
    at: Timestamp,
) -> QueryResult<MessageAct> {
    let stream: Option<Id> = events::table
        .filter(events::number.eq(number))
        .select(events::stream_id)
        .first(tx.conn)
        .await
        .optional()?;
    let Some(stream) = stream else {
        return Ok(MessageAct::Refused(AppendRefusal::NoTarget));
    };
    tx.lock([stream]).await?;
    let message: Option<Target> = events::table
        .filter(events::number.eq(number))
        .filter(events::sender_id.eq(Id::of(author.id)))
        .filter(events::rev.is_not_null())
        .filter(events::body.is_not_null())
        .select(Target::as_select())
        .first(tx.conn)
        .await
        .optional()?;
    match message {
        Some(message) => Ok(MessageAct::Done(Some(
            erase(tx, &message, Some(author), at).await?,
        ))),
        None => Ok(MessageAct::Refused(AppendRefusal::NoTarget)),
    }
}

/// Deletes a message that is still there, with all that hangs on it. Its stream must be locked.
pub(in super::super) async fn erase(
    tx: &mut Tx<'_>,
    message: &Target,
    actor: Option<UserRef>,
    at: Timestamp,
) -> QueryResult<Arc<Event>> {
    let deleted = What::MessageDeleted {
        target: Seq::loaded(message.seq),
    };
    let deletion = tx
        .append(RoomId::from(message.stream_id), actor, deleted, at)
        .await?;
    RunQueryDsl::execute(changing::blank(&deletion, message), tx.conn).await?;
    RunQueryDsl::execute(changing::forget(message), tx.conn).await?;
    RunQueryDsl::execute(changing::unpin(message), tx.conn).await?;
    if message.reacted().is_some() {
        RunQueryDsl::execute(changing::unreact(message), tx.conn).await?;
        RunQueryDsl::execute(changing::uncount(message), tx.conn).await?;
    }
    if message.shows_media() {
        RunQueryDsl::execute(changing::release(message), tx.conn).await?;
        RunQueryDsl::execute(changing::unuse(message), tx.conn).await?;
        RunQueryDsl::execute(changing::unplay(message), tx.conn).await?;
    }
    Ok(deletion)
}
