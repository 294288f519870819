//! Marks that wait to be written.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::mem;
use std::time::Duration;

use parlor_domain::{Mark, MemberMark, RoomId, Timestamp, UserId};

/// Marks of several rooms, as the store takes them.
pub(super) type Batch = Vec<(RoomId, Vec<MemberMark>)>;

/// Marks that wait to be written.
#[derive(Default)]
pub(super) struct Waiting {
    pub(super) rooms: HashMap<RoomId, RoomMarks>,
    /// Marks in all rooms together.
    pub(super) marks: usize,
}

/// Marks of one room that wait; none, while the room may not be written again.
#[derive(Default)]
pub(super) struct RoomMarks {
    marks: HashMap<UserId, Mark>,
    written_at: Option<Timestamp>,
}

impl Waiting {
    /// Adds a mark to those that wait; false if `most` wait already and none of them is the same member's.
    pub(super) fn put(&mut self, room: RoomId, user: UserId, mark: Mark, most: usize) -> bool {
        match self.rooms.entry(room).or_default().marks.entry(user) {
            Entry::Occupied(mut latest) => {
                let merged = latest.get().merge(mark);
                latest.insert(merged);
            }
            Entry::Vacant(_) if self.marks >= most => return false,
            Entry::Vacant(place) => {
                place.insert(Mark::default().merge(mark));
                self.marks += 1;
            }
        }
        true
    }

    /// Takes out the marks of these rooms, and forgets rooms that may be written again and have nothing to be written.
    pub(super) fn draw(&mut self, now: Timestamp, mut turn: impl FnMut(&RoomMarks) -> bool) -> Batch {
        let mut drawn = Batch::new();
        self.rooms.retain(|id, room| {
            if !turn(room) {
                return true;
            }
            if room.marks.is_empty() {
                return false;
            }
            let marks = mem::take(&mut room.marks);
            self.marks -= marks.len();
            let marks = marks.into_iter().map(|(user, mark)| MemberMark { user, mark });
            drawn.push((*id, marks.collect()));
            room.written_at = Some(now);
            true
        });
        drawn
    }

    /// Takes out one user's marks in these rooms.
    pub(super) fn draw_of(&mut self, user: UserId, rooms: &[RoomId]) -> Batch {
        let mut drawn = Batch::new();
        for id in rooms {
            let mark = self.rooms.get_mut(id).and_then(|room| room.marks.remove(&user));
            if let Some(mark) = mark {
                self.marks -= 1;
                drawn.push((*id, vec![MemberMark { user, mark }]));
            }
        }
        drawn
    }
}

impl RoomMarks {
    /// Whether the last write is long enough ago. A clock that was set back does not keep marks waiting.
    pub(super) fn may_be_written(&self, now: Timestamp, interval: Duration) -> bool {
        self.written_at
            .is_none_or(|at| now < at || now.since(at) >= interval)
    }
}
