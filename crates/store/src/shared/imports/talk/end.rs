//! The ends of rooms, at which messages come.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{Event, LeaveReason, MsgNo, RoomKind, Seq, Tag, Timestamp, UserRef, What};

use super::super::super::Tx;
use super::{draw, store};
use crate::code::Code;
use crate::counter::{Counter, stored_tag};
use crate::id::Id;
use crate::rows::StreamRow;
use crate::schema::{events, members, rooms, streams};

/// The end of a room's stream, which grows.
pub(super) struct End {
    pub(super) stream: StreamRow,
    pub(super) kind: RoomKind,
    /// How many messages there were.
    before: i64,
    /// The number of the last of them.
    pub(super) last: i64,
    /// Who came to say something, and has to go again.
    pub(super) guests: Vec<UserRef>,
    /// Where and when each of the members has spoken last.
    pub(super) spoken: HashMap<Id, (i64, i64)>,
    /// What nobody but its author has read: seq, how many messages were before, and whose it is.
    pub(super) unread: Vec<(i64, i64, Id)>,
}

/// The ends of these rooms, as far as they are there.
pub(super) async fn ends(tx: &mut Tx<'_>, wanted: Vec<Id>) -> QueryResult<HashMap<Id, End>> {
    let last: Vec<(Id, i64)> = streams::table
        .inner_join(
            events::table.on(events::stream_id
                .eq(streams::id)
                .and(events::msg_no.eq(streams::msg_no))
                .and(events::rev.is_not_null())),
        )
        .filter(streams::id.eq_any(wanted.clone()))
        .select((streams::id, events::number))
        .load(tx.conn)
        .await?;
    let last: HashMap<Id, i64> = last.into_iter().collect();
    let found: Vec<(i16, StreamRow)> = rooms::table
        .inner_join(streams::table.on(streams::id.eq(rooms::id)))
        .filter(rooms::id.eq_any(wanted))
        .filter(rooms::deleted_at.is_null())
        .select((rooms::kind, StreamRow::as_select()))
        .load(tx.conn)
        .await?;
    let ends = found.into_iter().map(|(kind, stream)| {
        let end = End {
            kind: RoomKind::decode(kind)?,
            before: stream.msg_no,
            last: last.get(&stream.id).copied().unwrap_or(0),
            stream,
            guests: Vec::new(),
            spoken: HashMap::new(),
            unread: Vec::new(),
        };
        Ok((stream.id, end))
    });
    ends.collect()
}

impl End {
    /// The next event.
    pub(super) fn grow(
        &mut self,
        (number, tag): (i64, Tag),
        actor: UserRef,
        what: What,
        at: Timestamp,
    ) -> Event {
        let row = &mut self.stream;
        row.seq += 1;
        row.msg_no += i64::from(matches!(what, What::Message(_)));
        row.tag = stored_tag(tag);
        row.active_at = row.active_at.max(at.micros());
        Event {
            stream: row.id.into(),
            seq: Seq::loaded(row.seq),
            tag,
            number,
            msg_no: MsgNo::loaded(row.msg_no),
            at,
            actor: Some(actor),
            what,
        }
    }

    /// How far somebody has read who has read all up to here: the seq, and how many messages.
    fn read(&self, since: i64, reader: Option<Id>) -> (i64, i64) {
        let stop = self
            .unread
            .iter()
            .find(|(seq, _, author)| *seq > since && Some(*author) != reader);
        stop.map_or((self.stream.seq, self.stream.msg_no), |(seq, before, _)| {
            (*seq - 1, *before)
        })
    }
}

/// Lets guests go, and writes down how far the room has grown and how far its members have read.
///
/// That marks have moved is told to nobody: devices learn them with the rooms, which they do not know yet.
pub(super) async fn finish(tx: &mut Tx<'_>, mut end: End) -> QueryResult<()> {
    if end.stream.msg_no == end.before {
        return Ok(());
    }
    let at = Timestamp::from_micros(end.stream.active_at);
    for guest in std::mem::take(&mut end.guests) {
        let left = What::MemberLeft {
            user: guest,
            reason: LeaveReason::Left,
        };
        let event = end.grow((draw(tx)?, tx.tag()), guest, left, at);
        store(tx, event, None, None).await?;
    }
    let StreamRow {
        id,
        seq,
        tag,
        msg_no,
        active_at,
        ..
    } = end.stream;
    diesel::update(streams::table.find(id))
        .set((
            streams::seq.eq(seq),
            streams::tag.eq(tag),
            streams::msg_no.eq(msg_no),
            streams::active_at.eq(active_at),
        ))
        .execute(tx.conn)
        .await?;
    let authors: Vec<Id> = end.spoken.keys().copied().collect();
    let (read_seq, read_msg_no) = end.read(0, None);
    let others = members::table
        .filter(members::room_id.eq(id))
        .filter(members::read_msg_no.ge(end.before))
        .filter(members::user_id.ne_all(authors));
    diesel::update(others)
        .set((
            members::read_seq.eq(read_seq),
            members::read_msg_no.eq(read_msg_no),
            members::delivered_seq.eq(read_seq),
            members::shown_read.eq(read_seq),
        ))
        .execute(tx.conn)
        .await?;
    for (author, (since, posted_at)) in &end.spoken {
        let (read_seq, read_msg_no) = end.read(*since, Some(*author));
        diesel::update(members::table.find((id, *author)))
            .set((
                members::read_seq.eq(read_seq),
                members::read_msg_no.eq(read_msg_no),
                members::delivered_seq.eq(read_seq),
                members::shown_read.eq(read_seq),
                members::posted_at.eq(*posted_at),
            ))
            .execute(tx.conn)
            .await?;
    }
    Ok(())
}
