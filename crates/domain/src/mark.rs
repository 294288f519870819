//! Delivered and read marks: state with last-wins values, not events.

use std::collections::BTreeMap;

use crate::{Rev, RoomId, Seq, StreamId, UserId};

/// How far a member's devices have received and how far the member has read. Both only ever grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mark {
    /// Everything up to here has reached a device of the member.
    pub delivered: Seq,
    /// Everything up to here was read by the member.
    pub read: Seq,
}

impl Mark {
    /// Whoever has read up to `seq` has also received it.
    pub fn read(seq: Seq) -> Self {
        Self {
            delivered: seq,
            read: seq,
        }
    }

    /// Received up to `seq`, nothing said of reading.
    pub fn delivered(seq: Seq) -> Self {
        Self {
            delivered: seq,
            read: Seq::ZERO,
        }
    }

    /// The further of the two in each value, so that marks may arrive in any order.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        Self {
            delivered: self.delivered.max(other.delivered).max(other.read),
            read: self.read.max(other.read),
        }
    }
}

/// One member's mark in some room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemberMark {
    /// Whose.
    pub user: UserId,
    /// How far.
    pub mark: Mark,
}

/// Marks that moved together, committed under one `rev`: those of a room's members, or those of one user that only he sees, in channels
/// and in private mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarksUpdate {
    /// The room's stream, or the user's own.
    pub stream: StreamId,
    /// What a reader must have for this to be all that is new to him.
    pub after: Rev,
    /// What he has then.
    pub rev: Rev,
    /// Of the members of the room: at most one of each.
    pub marks: Vec<MemberMark>,
    /// Of the user, where only he sees them: at most one in each room.
    pub own: Vec<RoomMark>,
}

impl MarksUpdate {
    /// The same for somebody who does not learn what others have read.
    #[must_use]
    pub fn without_reads(&self) -> Self {
        let marks = self.marks.iter().map(|of| MemberMark {
            user: of.user,
            mark: Mark::delivered(of.mark.delivered),
        });
        Self {
            marks: marks.collect(),
            ..self.clone()
        }
    }

    /// This, and what followed it, as one.
    #[must_use]
    pub fn then(&self, next: &Self) -> Self {
        let mut marks: BTreeMap<UserId, Mark> = self.marks.iter().map(|of| (of.user, of.mark)).collect();
        marks.extend(next.marks.iter().map(|of| (of.user, of.mark)));
        let mut own: BTreeMap<RoomId, Mark> = self.own.iter().map(|of| (of.room, of.mark)).collect();
        own.extend(next.own.iter().map(|of| (of.room, of.mark)));
        Self {
            stream: self.stream,
            after: self.after,
            rev: next.rev,
            marks: marks
                .into_iter()
                .map(|(user, mark)| MemberMark { user, mark })
                .collect(),
            own: own
                .into_iter()
                .map(|(room, mark)| RoomMark { room, mark })
                .collect(),
        }
    }
}

/// One's own mark where only one sees it oneself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoomMark {
    /// Where.
    pub room: RoomId,
    /// How far.
    pub mark: Mark,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_only_grow_and_reading_implies_delivery() {
        let mark = Mark::delivered(Seq(5)).merge(Mark::read(Seq(3)));
        assert_eq!(
            mark,
            Mark {
                delivered: Seq(5),
                read: Seq(3)
            }
        );
        assert_eq!(mark.merge(Mark::read(Seq(9))), Mark::read(Seq(9)));
        assert_eq!(mark.merge(Mark::default()), mark);
    }
}
