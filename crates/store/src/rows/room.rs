//! Rooms, their streams, and who is in them.

use diesel::{Insertable, QueryResult, Queryable, Selectable};
use parlor_domain::{
    Capacity, Head, Mark, MsgNo, Notify, Position, Rev, Room, RoomKind, Rules, Seq, SlowMode, Timestamp, Who,
};

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
    posting: i16,
    adding: i16,
    slow_seconds: i64,
    avatar: Option<Id>,
    everyones: bool,
    pub(crate) listed_at: Option<i64>,
    changed_at: i64,
}

impl TryFrom<RoomRow> for Room {
    type Error = diesel::result::Error;

    fn try_from(row: RoomRow) -> QueryResult<Self> {
        let small = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
        Ok(Self {
            id: row.id.into(),
            number: row.number,
            kind: Code::decode(row.kind)?,
            everyones: row.everyones,
            name: row.name.map(|text| parse("room name", &text)).transpose()?,
            topic: parse("topic", &row.topic)?,
            avatar: row.avatar.map(Into::into),
            owner: row.owner_id.map(Into::into),
            rules: Rules {
                history: Code::decode(row.history)?,
                join: Code::decode(row.join_policy)?,
                posting: Code::decode(row.posting)?,
                adding: Code::decode(row.adding)?,
                slow_mode: SlowMode::stored(small(row.slow_seconds)),
                listed: row.listed_at.is_some(),
            },
            capacity: Capacity::stored(small(row.capacity)),
            members: small(row.member_count),
            created_at: Timestamp::from_micros(row.created_at),
            changed_at: Timestamp::from_micros(row.changed_at),
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

/// A room's stream, and the rules that decide about an append to it.
#[derive(Debug, Clone, Copy, Queryable, Selectable)]
#[diesel(table_name = rooms)]
pub(crate) struct Place {
    #[diesel(embed)]
    pub(crate) stream: StreamRow,
    kind: i16,
    posting: i16,
    slow_seconds: i64,
}

impl Place {
    /// Whether its readers see each other.
    pub(crate) fn shows_members(&self) -> QueryResult<bool> {
        Ok(RoomKind::decode(self.kind)? != RoomKind::Channel)
    }

    /// The place once its stream has grown.
    pub(crate) fn grown(self, stream: StreamRow) -> Self {
        Self { stream, ..self }
    }

    /// Who may write.
    pub(crate) fn posting(&self) -> QueryResult<Who> {
        Code::decode(self.posting)
    }

    /// The least time between two messages of a member, in microseconds.
    pub(crate) fn slow_mode(&self) -> i64 {
        self.slow_seconds.saturating_mul(1_000_000)
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
    pub(crate) muted_until: Option<i64>,
    pub(crate) notify: i16,
    pub(crate) quiet_until: Option<i64>,
    pub(crate) notify_seq: i64,
    pub(crate) peer_id: Option<Id>,
    pub(crate) shown_read: i64,
    pub(crate) own_rev: i64,
    pub(crate) absent: bool,
}

impl MemberRow {
    /// Until when the member may not write.
    pub(crate) fn muted_until(&self) -> Option<Timestamp> {
        self.muted_until.map(Timestamp::from_micros)
    }

    /// How the member wants to be notified.
    pub(crate) fn notify(&self) -> QueryResult<Notify> {
        Ok(Notify {
            level: Code::decode(self.notify)?,
            muted_until: self.quiet_until.map(Timestamp::from_micros),
        })
    }

    /// How far the member is, as he knows himself.
    pub(crate) fn mark(&self) -> Mark {
        Mark {
            delivered: Seq::loaded(self.delivered_seq),
            read: Seq::loaded(self.read_seq),
        }
    }

    /// How far the member is, as the others know: in private mode he reads on without their knowing.
    pub(crate) fn shown_mark(&self) -> Mark {
        Mark {
            read: Seq::loaded(self.shown_read),
            ..self.mark()
        }
    }
}
