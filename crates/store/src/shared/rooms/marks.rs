//! Marks that move.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{Mark, MarksUpdate, MemberMark, Rev, RoomId, RoomKind, RoomMark, UserId};

use super::super::Tx;
use super::super::log::messages_by;
use super::super::users::private_among;
use crate::code::Code;
use crate::counter::Counter;
use crate::id::Id;
use crate::rows::{MemberRow, StreamRow};
use crate::schema::{members, rooms, streams};

pub(super) async fn advance(tx: &mut Tx<'_>, marks: Vec<(RoomId, Vec<MemberMark>)>) -> QueryResult<()> {
    let people = marks.iter().flat_map(|(_, marks)| marks).map(|mark| mark.user);
    let hidden = Hidden {
        channels: channels(tx, marks.iter().map(|(room, _)| Id::of(*room)).collect()).await?,
        private: private_among(tx.conn, people).await?,
    };
    let mut streams = BTreeSet::new();
    for (room, marks) in &marks {
        if !hidden.channels.contains(&Id::of(*room)) {
            streams.insert(Id::of(*room));
        }
        let unseen = marks.iter().filter(|mark| hidden.hides(*room, mark.user));
        streams.extend(unseen.map(|mark| Id::of(mark.user)));
    }
    tx.lock(streams).await?;
    for (room, marks) in marks {
        let mut asked: BTreeMap<UserId, Mark> = BTreeMap::new();
        for MemberMark { user, mark } in marks {
            let known = asked.entry(user).or_default();
            *known = known.merge(mark);
        }
        advance_room(tx, room, asked, &hidden).await?;
    }
    Ok(())
}

/// Whose reading nobody else sees.
struct Hidden {
    channels: BTreeSet<Id>,
    private: BTreeSet<Id>,
}

impl Hidden {
    fn hides(&self, room: RoomId, user: UserId) -> bool {
        self.channels.contains(&Id::of(room)) || self.private.contains(&Id::of(user))
    }
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

async fn advance_room(
    tx: &mut Tx<'_>,
    room: RoomId,
    asked: BTreeMap<UserId, Mark>,
    hidden: &Hidden,
) -> QueryResult<()> {
    let Some(head) = head(tx, Id::of(room)).await? else {
        return Ok(());
    };
    let mut marks = Vec::with_capacity(asked.len());
    for (user, mark) in asked {
        if let Some(mark) = advance_member(tx, &head, (user, mark), hidden).await? {
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

/// Moves a member's mark, and tells himself of it where nobody else sees it. Gives what the others see, if that moved.
async fn advance_member(
    tx: &mut Tx<'_>,
    head: &StreamRow,
    (user, asked): (UserId, Mark),
    hidden: &Hidden,
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
    let (before, shown_before) = (row.mark(), row.shown_mark());
    let mark = before.merge(asked);
    if mark == before {
        return Ok(None);
    }
    let room = RoomId::from(head.id);
    let (shown, told) = if hidden.channels.contains(&head.id) {
        (shown_before, true)
    } else if hidden.hides(room, user) {
        let read = shown_before.read;
        (Mark { read, ..mark }, mark.read != before.read)
    } else {
        (mark, false)
    };
    let own = if told {
        self::head(tx, Id::of(user)).await?
    } else {
        None
    };
    let read_msg_no = if mark.read == before.read {
        row.read_msg_no
    } else {
        messages_by(tx.conn, head, mark.read.stored()).await?
    };
    let is_news = shown != shown_before;
    diesel::update(members::table.find((head.id, Id::of(user))))
        .set((
            members::read_seq.eq(mark.read.stored()),
            members::read_msg_no.eq(read_msg_no),
            members::delivered_seq.eq(mark.delivered.stored()),
            members::shown_read.eq(shown.read.stored()),
            members::rev.eq(if is_news { head.rev + 1 } else { row.rev }),
            members::own_rev.eq(own.as_ref().map_or(row.own_rev, |own| own.rev + 1)),
        ))
        .execute(tx.conn)
        .await?;
    if let Some(own) = own {
        let moved = Moved {
            marks: Vec::new(),
            own: vec![RoomMark { room, mark }],
        };
        tell(tx, &own, moved).await?;
    }
    Ok(is_news.then_some(shown))
}
