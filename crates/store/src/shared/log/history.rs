//! Pages of messages.

use std::sync::Arc;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{Event, PageSize, RoomId, RoomKind, UserId};
use parlor_ports::{HistoryPage, HistoryRange};

use super::super::super::Conn;
use super::{decode, plays, reactions, text};
use crate::budget;
use crate::code::Code;
use crate::counter::Counter;
use crate::id::Id;
use crate::rows::{EventRow, StreamRow};
use crate::schema::{events, members, rooms, streams};

/// The first event that the viewer may see, the stream's head, and what kind of room it is; `None` if he is not in it.
async fn view(conn: &mut Conn, room: RoomId, viewer: UserId) -> QueryResult<Option<(i64, StreamRow, i16)>> {
    members::table
        .inner_join(streams::table.on(streams::id.eq(members::room_id)))
        .inner_join(rooms::table.on(rooms::id.eq(members::room_id)))
        .filter(members::room_id.eq(Id::of(room)))
        .filter(members::user_id.eq(Id::of(viewer)))
        .select((members::visible_from, StreamRow::as_select(), rooms::kind))
        .first(conn)
        .await
        .optional()
}

/// How many messages the room had by then. Every event knows, so this is one look-up however long the history is.
pub(in super::super) async fn messages_by(conn: &mut Conn, head: &StreamRow, seq: i64) -> QueryResult<i64> {
    if seq <= 0 {
        return Ok(0);
    }
    if seq >= head.seq {
        return Ok(head.msg_no);
    }
    events::table
        .find((head.id, seq))
        .select(events::msg_no)
        .first(conn)
        .await
}

pub(super) async fn list(
    conn: &mut Conn,
    room: RoomId,
    viewer: UserId,
    range: HistoryRange,
    size: PageSize,
) -> QueryResult<Option<HistoryPage>> {
    let Some((visible_from, head, kind)) = view(conn, room, viewer).await? else {
        return Ok(None);
    };
    // Messages are numbered without gaps, so a page is a range of numbers whatever stands between them.
    let hidden = messages_by(conn, &head, visible_from - 1).await?;
    let rows = i64::from(u32::try_from(size.rows()).unwrap_or(u32::MAX));
    let (first, last) = match range {
        HistoryRange::Newest => ((head.msg_no - rows).max(hidden), head.msg_no),
        HistoryRange::Before(seq) => {
            let last = messages_by(conn, &head, seq.stored() - 1).await?;
            ((last - rows).max(hidden), last)
        }
        HistoryRange::After(seq) => {
            let first = messages_by(conn, &head, seq.stored()).await?.max(hidden);
            (first, (first + rows).min(head.msg_no))
        }
    };
    let rows: Vec<EventRow> = events::table
        .filter(events::stream_id.eq(head.id))
        .filter(events::rev.is_not_null())
        .filter(events::msg_no.gt(first))
        .filter(events::msg_no.le(last))
        .order(events::msg_no)
        .select(EventRow::as_select())
        .load(conn)
        .await?;
    let messages = decode(conn, rows).await?;
    let mut messages: Vec<Arc<Event>> = messages.into_iter().map(Arc::new).collect();
    let texts = messages.iter().map(|message| text(message));
    let (cut, more) = match range {
        HistoryRange::After(_) => {
            let fitting = budget::fitting(budget::PAGE, texts);
            let cut = messages.len() - fitting;
            messages.truncate(fitting);
            (cut, last < head.msg_no)
        }
        HistoryRange::Newest | HistoryRange::Before(_) => {
            let cut = messages.len() - budget::fitting(budget::PAGE, texts.rev());
            messages.drain(..cut);
            (cut, first > hidden)
        }
    };
    Ok(Some(HistoryPage {
        played: plays::among(conn, room, viewer, &messages).await?,
        reacted: reactions::of_viewer(conn, (room, RoomKind::decode(kind)?), viewer, &messages).await?,
        messages,
        more: more || cut > 0,
        as_of: head.position(),
    }))
}
