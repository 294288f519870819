//! What this device has of each stream.

use std::collections::{BTreeMap, BTreeSet};

use parlor_wire::{
    EventBody, EventView, MarksView, PositionView, StreamHead, StreamPosition, Verdict, Welcome,
};
use uuid::Uuid;

/// The positions that `hello` carries, moved by everything that the server sends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Positions(BTreeMap<Uuid, PositionView>);

impl Positions {
    /// Where this device is in a stream; `None` if it has nothing of it.
    pub fn of(&self, stream: Uuid) -> Option<PositionView> {
        self.0.get(&stream).copied()
    }

    /// All of them, for `hello` or for keeping.
    pub fn iter(&self) -> impl Iterator<Item = StreamPosition> {
        self.0.iter().map(|(stream, at)| StreamPosition {
            stream: *stream,
            seq: at.seq,
            tag: at.tag,
            rev: at.rev,
        })
    }

    /// Takes the heads of streams whose verdict is `reset`, and forgets those that are not listed: they are gone.
    pub fn welcome(&mut self, welcome: &Welcome) {
        let listed: BTreeSet<Uuid> = welcome.streams.iter().map(|head| head.stream).collect();
        self.0.retain(|stream, _| listed.contains(stream));
        for head in &welcome.streams {
            if head.verdict == Verdict::Reset {
                self.reset(head);
            }
        }
    }

    /// Takes the head of a stream.
    pub fn reset(&mut self, head: &StreamHead) {
        self.0.insert(head.stream, head.head);
    }

    /// Moves with an event; false if this device has it already.
    pub fn event(&mut self, event: &EventView) -> bool {
        let new = self.pass(event.stream, event.seq, event.tag);
        match &event.body {
            EventBody::RoomLeft { room, .. } if new => drop(self.0.remove(room)),
            EventBody::RoomDeleted { .. } => drop(self.0.remove(&event.stream)),
            _ => {}
        }
        new
    }

    /// Moves with an event of which only the place is known; false if this device has it already.
    pub fn pass(&mut self, stream: Uuid, seq: u64, tag: u32) -> bool {
        let at = self.0.entry(stream).or_default();
        if seq <= at.seq {
            return false;
        }
        (at.seq, at.tag) = (seq, tag);
        true
    }

    /// Moves with marks, unless some before them are missing.
    pub fn marks(&mut self, marks: &MarksView) {
        if let Some(at) = self.0.get_mut(&marks.stream)
            && marks.after <= at.rev
        {
            at.rev = at.rev.max(marks.rev);
        }
    }
}

impl FromIterator<StreamPosition> for Positions {
    fn from_iter<I: IntoIterator<Item = StreamPosition>>(positions: I) -> Self {
        let at = |position: StreamPosition| PositionView {
            seq: position.seq,
            tag: position.tag,
            rev: position.rev,
        };
        Self(
            positions
                .into_iter()
                .map(|position| (position.stream, at(position)))
                .collect(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: Uuid = Uuid::from_u128(1);

    fn marks(after: u64, rev: u64) -> MarksView {
        MarksView {
            stream: ROOM,
            after,
            rev,
            marks: Vec::new(),
            own: Vec::new(),
        }
    }

    #[test]
    fn an_event_is_taken_once() {
        let mut positions = Positions::default();
        assert!(positions.pass(ROOM, 1, 11));
        assert!(positions.pass(ROOM, 2, 22));
        assert!(!positions.pass(ROOM, 2, 22));
        assert_eq!(
            positions.of(ROOM),
            Some(PositionView {
                seq: 2,
                tag: 22,
                rev: 0
            })
        );
    }

    #[test]
    fn marks_after_a_gap_leave_the_position_where_it_is() {
        let mut positions = Positions::default();
        positions.pass(ROOM, 1, 11);
        positions.marks(&marks(0, 4));
        positions.marks(&marks(6, 7));
        assert_eq!(positions.of(ROOM).unwrap().rev, 4);
        positions.marks(&marks(3, 7));
        assert_eq!(positions.of(ROOM).unwrap().rev, 7);
    }
}
