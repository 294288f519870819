//! Rooms, their streams, and who is in them.

use diesel::{Insertable, QueryResult, Queryable, Selectable};
use parlor_domain::{Capacity, Head, Mark, MsgNo, Position, Rev, Room, Seq, Timestamp};

use crate::code::Code;
use crate::counter::{Counter, loaded_tag};
use crate::error::parse;
use crate::id::Id;
use crate::schema::{members, rooms, streams};

/// A room.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = rooms)]
pub(crate) struct RoomRow {
    pub(crate) id: Id,
    number: i64,
    kind: i16,
    name: Option<String>,
    topic: String,
    owner_id: Option<Id>,
    history: i16,
    join_policy: i16,
    capacity: i64,
    member_count: i64,
    created_at: i64,
}

impl TryFrom<RoomRow> for Room {
    type Error = diesel::result::Error;

    fn try_from(row: RoomRow) -> QueryResult<Self> {
        let small = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
        Ok(Self {
            id: row.id.into(),
            number: row.number,
            kind: Code::decode(row.kind)?,
            name: row.name.map(|text| parse("room name", &text)).transpose()?,
            topic: parse("topic", &row.topic)?,
            owner: row.owner_id.map(Into::into),
            history: Code::decode(row.history)?,
            join: Code::decode(row.join_policy)?,
            capacity: Capacity::stored(small(row.capacity)),
            members: small(row.member_count),
            created_at: Timestamp::from_micros(row.created_at),
        })
    }
}

/// How far a stream has grown.
#[derive(Debug, Clone, Copy, Queryable, Selectable, Insertable)]
#[diesel(table_name = streams)]
pub(crate) struct StreamRow {
    pub(crate) id: Id,
    pub(crate) seq: i64,
    pub(crate) tag: i32,
    pub(crate) rev: i64,
    pub(crate) msg_no: i64,
    pub(crate) active_at: i64,
}

impl StreamRow {
    /// A stream to which nothing was appended yet.
    pub(crate) fn new(id: Id, at: Timestamp) -> Self {
        Self {
            id,
            seq: 0,
            tag: 0,
            rev: 0,
            msg_no: 0,
            active_at: at.micros(),
        }
    }

    /// The position of a reader who has everything.
    pub(crate) fn position(&self) -> Position {
        Position {
            seq: Seq::loaded(self.seq),
            tag: loaded_tag(self.tag),
            rev: Rev::loaded(self.rev),
        }
    }

    pub(crate) fn head(&self) -> Head {
        Head {
            position: self.position(),
            msg_no: MsgNo::loaded(self.msg_no),
        }
    }
}

/// A membership.
#[derive(Debug, Clone, Copy, Queryable, Selectable, Insertable)]
#[diesel(table_name = members)]
pub(crate) struct MemberRow {
    pub(crate) room_id: Id,
    pub(crate) user_id: Id,
    pub(crate) role: i16,
    pub(crate) visible_from: i64,
    pub(crate) joined_seq: i64,
    pub(crate) joined_at: i64,
    pub(crate) read_seq: i64,
    pub(crate) read_msg_no: i64,
    pub(crate) delivered_seq: i64,
    pub(crate) rev: i64,
    pub(crate) barred: i16,
}

impl MemberRow {
    pub(crate) fn mark(&self) -> Mark {
        Mark {
            delivered: Seq::loaded(self.delivered_seq),
            read: Seq::loaded(self.read_seq),
        }
    }
}
