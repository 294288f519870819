//! Marks that move.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{Mark, MarksUpdate, MemberMark, Rev, RoomId, UserId};

use super::super::Tx;
use super::super::log::messages_by;
use crate::counter::Counter;
use crate::id::Id;
use crate::rows::{MemberRow, StreamRow};
use crate::schema::{members, streams};

pub(super) async fn advance(tx: &mut Tx<'_>, marks: Vec<(RoomId, Vec<MemberMark>)>) -> QueryResult<()> {
    tx.lock(marks.iter().map(|(room, _)| Id::of(*room))).await?;
    for (room, marks) in marks {
        let mut asked: BTreeMap<UserId, Mark> = BTreeMap::new();
        for MemberMark { user, mark } in marks {
            let known = asked.entry(user).or_default();
            *known = known.merge(mark);
        }
        advance_room(tx, room, asked).await?;
    }
    Ok(())
}

async fn advance_room(tx: &mut Tx<'_>, room: RoomId, asked: BTreeMap<UserId, Mark>) -> QueryResult<()> {
    let head: Option<StreamRow> = streams::table
        .find(Id::of(room))
        .select(StreamRow::as_select())
        .first(tx.conn)
        .await
        .optional()?;
    let Some(head) = head else {
        return Ok(());
    };
    let rev = head.rev + 1;
    let mut moved = Vec::with_capacity(asked.len());
    for (user, mark) in asked {
        if let Some(mark) = advance_member(tx, &head, user, mark, rev).await? {
            moved.push(MemberMark { user, mark });
        }
    }
    if moved.is_empty() {
        return Ok(());
    }
    diesel::update(streams::table.find(head.id))
        .set(streams::rev.eq(rev))
        .execute(tx.conn)
        .await?;
    tx.publish_marks(MarksUpdate {
        stream: room.into(),
        after: Rev::loaded(head.rev),
        rev: Rev::loaded(rev),
        marks: moved,
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
