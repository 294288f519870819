//! What a device must say again on each new connection.

use std::collections::{BTreeMap, BTreeSet};

use parlor_wire::{ClientMark, Command, Follow, Hello, StreamPosition};
use uuid::Uuid;

use crate::Positions;

/// Positions or marks in one frame: so many of them stay below half of a frame's limit.
const PER_FRAME: usize = 1000;

/// Positions, own marks, whom one follows, and whether one is away.
#[derive(Debug)]
pub(crate) struct Memory {
    pub(crate) positions: Positions,
    marks: BTreeMap<Uuid, ClientMark>,
    followed: BTreeSet<Uuid>,
    away: bool,
}

impl Memory {
    pub(crate) fn new(positions: Positions) -> Self {
        Self {
            positions,
            marks: BTreeMap::new(),
            followed: BTreeSet::new(),
            away: false,
        }
    }

    /// Keeps what a command says for later.
    pub(crate) fn asked(&mut self, command: &Command) {
        match command {
            Command::Read(to) => {
                let mark = self.mark(to.room);
                mark.read = mark.read.max(to.seq);
                mark.delivered = mark.delivered.max(to.seq);
            }
            Command::Delivered(to) => {
                let mark = self.mark(to.room);
                mark.delivered = mark.delivered.max(to.seq);
            }
            Command::Away(away) => self.away = away.on,
            Command::Follow(follow) => drop(self.followed.insert(follow.user)),
            Command::Unfollow(follow) => drop(self.followed.remove(&follow.user)),
            _ => {}
        }
    }

    /// Forgets a room that is no longer one's own.
    pub(crate) fn forget(&mut self, room: Uuid) {
        self.marks.remove(&room);
    }

    /// Forgets somebody whom one may not follow.
    pub(crate) fn refused(&mut self, command: &Command) {
        if let Command::Follow(follow) = command {
            self.followed.remove(&follow.user);
        }
    }

    /// What begins a connection: as many frames as it takes.
    pub(crate) fn hellos(&self) -> Vec<Hello> {
        let positions: Vec<StreamPosition> = self.positions.iter().collect();
        let marks: Vec<ClientMark> = self.marks.values().copied().collect();
        let frames = positions.len().max(marks.len()).div_ceil(PER_FRAME).max(1);
        let part = |n: usize, all: usize| (n * PER_FRAME).min(all)..((n + 1) * PER_FRAME).min(all);
        (0..frames)
            .map(|n| Hello {
                token: None,
                positions: positions[part(n, positions.len())].to_vec(),
                marks: marks[part(n, marks.len())].to_vec(),
                away: self.away,
                more: n + 1 < frames,
            })
            .collect()
    }

    /// Following again, after a new welcome.
    pub(crate) fn follows(&self) -> impl Iterator<Item = Command> {
        self.followed
            .iter()
            .map(|user| Command::Follow(Follow { id: 0, user: *user }))
    }

    fn mark(&mut self, room: Uuid) -> &mut ClientMark {
        self.marks.entry(room).or_insert(ClientMark {
            room,
            read: 0,
            delivered: 0,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_device_says_one_empty_hello() {
        assert_eq!(Memory::new(Positions::default()).hellos(), [Hello::default()]);
    }

    #[test]
    fn many_positions_take_several_frames_and_all_but_the_last_say_more() {
        let position = |n| StreamPosition {
            stream: Uuid::from_u128(n),
            seq: 1,
            tag: 2,
            rev: 3,
        };
        let hellos = Memory::new((0..2001).map(position).collect()).hellos();
        let shapes: Vec<_> = hellos
            .iter()
            .map(|hello| (hello.positions.len(), hello.more))
            .collect();
        assert_eq!(shapes, [(1000, true), (1000, true), (1, false)]);
    }
}
