//! Marks that move.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{Mark, MarksUpdate, MemberMark, Rev, RoomId, RoomKind, RoomMark, UserId};

use super::super::Tx;
use super::super::log::messages_by;
use crate::code::Code;
use crate::counter::Counter;
use crate::id::Id;
use crate::rows::{MemberRow, StreamRow};
use crate::schema::{members, rooms, streams};

pub(super) async fn advance(tx: &mut Tx<'_>, marks: Vec<(RoomId, Vec<MemberMark>)>) -> QueryResult<()> {
    let channels = channels(tx, marks.iter().map(|(room, _)| Id::of(*room)).collect()).await?;
    let mut streams = BTreeSet::new();
    for (room, marks) in &marks {
        if channels.contains(&Id::of(*room)) {
            streams.extend(marks.iter().map(|mark| Id::of(mark.user)));
        } else {
            streams.insert(Id::of(*room));
        }
    }
    tx.lock(streams).await?;
    for (room, marks) in marks {
        let mut asked: BTreeMap<UserId, Mark> = BTreeMap::new();
        for MemberMark { user, mark } in marks {
            let known = asked.entry(user).or_default();
            *known = known.merge(mark);
        }
        if channels.contains(&Id::of(room)) {
            advance_unseen(tx, room, asked).await?;
        } else {
            advance_room(tx, room, asked).await?;
        }
    }
    Ok(())
}

/// Those of these rooms that are channels.
async fn channels(tx: &mut Tx<'_>, rooms: Vec<Id>) -> QueryResult<BTreeSet<Id>> {
    let channels: Vec<Id> = rooms::table
        .filter(rooms::id.eq_any(rooms))
        .filter(rooms::kind.eq(RoomKind::Channel.code()))
        .select(rooms::id)
        .load(tx.conn)
        .await?;
    Ok(channels.into_iter().collect())
}

/// Moves marks in a channel, of which each reader is told in his own stream.
async fn advance_unseen(tx: &mut Tx<'_>, room: RoomId, asked: BTreeMap<UserId, Mark>) -> QueryResult<()> {
    let Some(head) = head(tx, Id::of(room)).await? else {
        return Ok(());
    };
    for (user, mark) in asked {
        let Some(own) = self::head(tx, Id::of(user)).await? else {
            continue;
        };
        let rev = own.rev + 1;
        let Some(mark) = advance_member(tx, &head, user, mark, rev).await? else {
            continue;
        };
        let moved = Moved {
            marks: Vec::new(),
            own: vec![RoomMark { room, mark }],
        };
        tell(tx, &own, moved).await?;
    }
    Ok(())
}

async fn advance_room(tx: &mut Tx<'_>, room: RoomId, asked: BTreeMap<UserId, Mark>) -> QueryResult<()> {
    let Some(head) = head(tx, Id::of(room)).await? else {
        return Ok(());
    };
    let rev = head.rev + 1;
    let mut marks = Vec::with_capacity(asked.len());
    for (user, mark) in asked {
        if let Some(mark) = advance_member(tx, &head, user, mark, rev).await? {
            marks.push(MemberMark { user, mark });
        }
    }
    if marks.is_empty() {
        return Ok(());
    }
    let moved = Moved {
        marks,
        own: Vec::new(),
    };
    tell(tx, &head, moved).await
}

async fn head(tx: &mut Tx<'_>, stream: Id) -> QueryResult<Option<StreamRow>> {
    streams::table
        .find(stream)
        .select(StreamRow::as_select())
        .first(tx.conn)
        .await
        .optional()
}

/// What moved.
struct Moved {
    marks: Vec<MemberMark>,
    own: Vec<RoomMark>,
}

/// Tells of marks that moved under the next `rev` of a stream.
async fn tell(tx: &mut Tx<'_>, head: &StreamRow, Moved { marks, own }: Moved) -> QueryResult<()> {
    let rev = head.rev + 1;
    diesel::update(streams::table.find(head.id))
        .set(streams::rev.eq(rev))
        .execute(tx.conn)
        .await?;
    tx.publish_marks(MarksUpdate {
        stream: head.id.into(),
        after: Rev::loaded(head.rev),
        rev: Rev::loaded(rev),
        marks,
        own,
    });
    Ok(())
}

/// The member's mark after this, if it moved.
async fn advance_member(
    tx: &mut Tx<'_>,
    head: &StreamRow,
    user: UserId,
    asked: Mark,
    rev: i64,
) -> QueryResult<Option<Mark>> {
    let row: Option<MemberRow> = members::table
        .find((head.id, Id::of(user)))
        .select(MemberRow::as_select())
        .first(tx.conn)
        .await
        .optional()?;
    // Where a block is, marks rest: neither side learns of the other's.
    let Some(row) = row.filter(|row| row.barred == 0) else {
        return Ok(None);
    };
    let last = head.position().seq;
    let asked = Mark {
        delivered: asked.delivered.min(last),
        read: asked.read.min(last),
    };
    let mark = row.mark().merge(asked);
    if mark == row.mark() {
        return Ok(None);
    }
    let read = mark.read.stored();
    let read_msg_no = if read == row.read_seq {
        row.read_msg_no
    } else {
        messages_by(tx.conn, head, read).await?
    };
    diesel::update(members::table.find((head.id, Id::of(user))))
        .set((
            members::read_seq.eq(read),
            members::read_msg_no.eq(read_msg_no),
            members::delivered_seq.eq(mark.delivered.stored()),
            members::rev.eq(rev),
        ))
        .execute(tx.conn)
        .await?;
    Ok(Some(mark))
}
