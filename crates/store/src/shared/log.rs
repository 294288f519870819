//! The log: what was said, and reading it.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use parlor_domain::{
    Event, MarksUpdate, MemberMark, MessageBody, PageSize, Rev, Revision, RoomId, Seq, StreamId, Timestamp,
    UserId, What,
};
use parlor_ports::{Append, Appended, EventLog, HistoryPage, HistoryRange, StoreError};

use super::super::{Backend, Conn};
use crate::counter::Counter;
use crate::id::Id;
use crate::rows::{EventRow, MemberRow, StreamRow, Target};
use crate::schema::{events, members, revisions, streams};

/// Most events that one read of a stream gives.
const PAGE_EVENTS: i64 = 64;
/// So much text ends a page early.
const PAGE_BYTES: usize = 64 * 1024;

#[async_trait]
impl EventLog for Backend {
    async fn append(&self, append: Append) -> Result<Appended, StoreError> {
        self.enqueue(append).await
    }

    async fn events_after(&self, stream: StreamId, after: Seq) -> Result<Vec<Arc<Event>>, StoreError> {
        self.read(move |conn| events_after(conn, stream, after).boxed())
            .await
    }

    async fn marks_after(&self, stream: StreamId, rev: Rev) -> Result<MarksUpdate, StoreError> {
        self.snapshot(move |conn| marks_after(conn, stream, rev).boxed())
            .await
    }

    async fn history(
        &self,
        room: RoomId,
        viewer: UserId,
        range: HistoryRange,
        size: PageSize,
    ) -> Result<Option<HistoryPage>, StoreError> {
        self.snapshot(move |conn| history(conn, room, viewer, range, size).boxed())
            .await
    }

    async fn message(
        &self,
        room: RoomId,
        viewer: UserId,
        seq: Seq,
    ) -> Result<Option<Arc<Event>>, StoreError> {
        self.read(move |conn| message(conn, room, viewer, seq).boxed())
            .await
    }

    async fn revisions(
        &self,
        room: RoomId,
        viewer: UserId,
        seq: Seq,
    ) -> Result<Option<Vec<Revision>>, StoreError> {
        self.snapshot(move |conn| revisions_of(conn, room, viewer, seq).boxed())
            .await
    }
}

async fn events_after(conn: &mut Conn, stream: StreamId, after: Seq) -> QueryResult<Vec<Arc<Event>>> {
    let rows = events::table
        .filter(events::stream_id.eq(Id::of(stream)))
        .filter(events::seq.gt(after.stored()))
        .order(events::seq)
        .limit(PAGE_EVENTS)
        .select(EventRow::as_select())
        .load(conn)
        .await?;
    let mut text = 0;
    let page = decode(conn, rows).await?.into_iter();
    let fits = |event: &Event| {
        let first = text == 0;
        text += body(event).map_or(0, |body| body.as_str().len());
        first || text <= PAGE_BYTES
    };
    Ok(page.take_while(fits).map(Arc::new).collect())
}

/// What an event lets somebody read.
fn body(event: &Event) -> Option<&MessageBody> {
    match &event.what {
        What::Message(message) => message.body.as_ref(),
        What::MessageEdited { body, .. } => body.as_ref(),
        _ => None,
    }
}

/// Makes events of rows, with what edited messages say now.
pub(in super::super) async fn decode(conn: &mut Conn, rows: Vec<EventRow>) -> QueryResult<Vec<Event>> {
    let targets = edited(conn, &rows).await?;
    rows.into_iter()
        .map(|row| {
            let target = row.edited().and_then(|place| targets.get(&place));
            row.event(target)
        })
        .collect()
}

/// The messages that edits among these rows changed.
async fn edited(conn: &mut Conn, rows: &[EventRow]) -> QueryResult<HashMap<(Id, i64), Target>> {
    let mut wanted: HashMap<Id, Vec<i64>> = HashMap::new();
    for (stream, seq) in rows.iter().filter_map(EventRow::edited) {
        wanted.entry(stream).or_default().push(seq);
    }
    let mut found = HashMap::new();
    for (stream, seqs) in wanted {
        let targets: Vec<Target> = events::table
            .filter(events::stream_id.eq(stream))
            .filter(events::seq.eq_any(seqs))
            .select(Target::as_select())
            .load(conn)
            .await?;
        found.extend(targets.into_iter().map(|target| ((stream, target.seq), target)));
    }
    Ok(found)
}

async fn marks_after(conn: &mut Conn, stream: StreamId, rev: Rev) -> QueryResult<MarksUpdate> {
    let now: i64 = streams::table
        .find(Id::of(stream))
        .select(streams::rev)
        .first(conn)
        .await
        .optional()?
        .unwrap_or(0);
    let moved: Vec<MemberRow> = members::table
        .filter(members::room_id.eq(Id::of(stream)))
        .filter(members::rev.gt(rev.stored()))
        .order(members::user_id)
        .select(MemberRow::as_select())
        .load(conn)
        .await?;
    Ok(MarksUpdate {
        stream,
        after: rev,
        rev: Rev::loaded(now),
        marks: moved
            .iter()
            .map(|member| MemberMark {
                user: member.user_id.into(),
                mark: member.mark(),
            })
            .collect(),
    })
}

/// The first event that the viewer may see, and the stream's head; `None` if he is not in the room.
async fn view(conn: &mut Conn, room: RoomId, viewer: UserId) -> QueryResult<Option<(i64, StreamRow)>> {
    members::table
        .inner_join(streams::table.on(streams::id.eq(members::room_id)))
        .filter(members::room_id.eq(Id::of(room)))
        .filter(members::user_id.eq(Id::of(viewer)))
        .select((members::visible_from, StreamRow::as_select()))
        .first(conn)
        .await
        .optional()
}

/// How many messages the room had by then. Every event knows, so this is one look-up however long the history is.
pub(super) async fn messages_by(conn: &mut Conn, head: &StreamRow, seq: i64) -> QueryResult<i64> {
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

async fn history(
    conn: &mut Conn,
    room: RoomId,
    viewer: UserId,
    range: HistoryRange,
    size: PageSize,
) -> QueryResult<Option<HistoryPage>> {
    let Some((visible_from, head)) = view(conn, room, viewer).await? else {
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
    let messages: Vec<EventRow> = events::table
        .filter(events::stream_id.eq(head.id))
        .filter(events::rev.is_not_null())
        .filter(events::msg_no.gt(first))
        .filter(events::msg_no.le(last))
        .order(events::msg_no)
        .select(EventRow::as_select())
        .load(conn)
        .await?;
    Ok(Some(HistoryPage {
        messages: messages
            .into_iter()
            .map(|row| Ok(Arc::new(row.event(None)?)))
            .collect::<QueryResult<_>>()?,
        more: match range {
            HistoryRange::After(_) => last < head.msg_no,
            HistoryRange::Newest | HistoryRange::Before(_) => first > hidden,
        },
        as_of: head.position(),
    }))
}

async fn message(conn: &mut Conn, room: RoomId, viewer: UserId, seq: Seq) -> QueryResult<Option<Arc<Event>>> {
    let found: Option<EventRow> = members::table
        .inner_join(events::table.on(events::stream_id.eq(members::room_id)))
        .filter(members::room_id.eq(Id::of(room)))
        .filter(members::user_id.eq(Id::of(viewer)))
        .filter(members::visible_from.le(seq.stored()))
        .filter(events::seq.eq(seq.stored()))
        .filter(events::rev.is_not_null())
        .select(EventRow::as_select())
        .first(conn)
        .await
        .optional()?;
    found.map(|row| Ok(Arc::new(row.event(None)?))).transpose()
}

async fn revisions_of(
    conn: &mut Conn,
    room: RoomId,
    viewer: UserId,
    seq: Seq,
) -> QueryResult<Option<Vec<Revision>>> {
    if message(conn, room, viewer, seq).await?.is_none() {
        return Ok(None);
    }
    let rows: Vec<(String, i64)> = revisions::table
        .filter(revisions::stream_id.eq(Id::of(room)))
        .filter(revisions::seq.eq(seq.stored()))
        .order(revisions::no)
        .select((revisions::body, revisions::replaced_at))
        .load(conn)
        .await?;
    Ok(Some(
        rows.into_iter()
            .map(|(body, replaced_at)| Revision {
                body: MessageBody::stored(body),
                replaced_at: Timestamp::from_micros(replaced_at),
            })
            .collect(),
    ))
}
