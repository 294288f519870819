//! What wire formats must know of rooms that their events do not say.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use parlor_domain::StreamId;

/// Facts of the rooms that sockets of a dialect follow. Each is there before a socket follows its room, and as long as one does.
#[derive(Debug)]
pub(crate) struct Directory<F> {
    rooms: RwLock<HashMap<StreamId, (F, usize)>>,
}

/// That a room's facts are needed. Dropping it says that they are not any more.
#[derive(Debug)]
pub(crate) struct Held<F: Clone> {
    directory: Arc<Directory<F>>,
    room: StreamId,
}

impl<F: Clone> Directory<F> {
    /// Nothing yet.
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            rooms: RwLock::default(),
        })
    }

    /// Keeps the facts of a room; those that are there already stay.
    pub(crate) fn hold(self: &Arc<Self>, room: StreamId, facts: F) -> Held<F> {
        let mut rooms = self.rooms.write().unwrap_or_else(PoisonError::into_inner);
        rooms.entry(room).or_insert((facts, 0)).1 += 1;
        Held {
            directory: self.clone(),
            room,
        }
    }

    /// The facts of a room, if they are needed by somebody.
    pub(crate) fn find(&self, room: StreamId) -> Option<F> {
        let rooms = self.rooms.read().unwrap_or_else(PoisonError::into_inner);
        rooms.get(&room).map(|(facts, _)| facts.clone())
    }
}

impl<F: Clone> Drop for Held<F> {
    fn drop(&mut self) {
        let mut rooms = self
            .directory
            .rooms
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some((_, holders)) = rooms.get_mut(&self.room) {
            *holders -= 1;
            if *holders == 0 {
                rooms.remove(&self.room);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn facts_are_there_as_long_as_somebody_needs_them() {
        let directory = Directory::new();
        let room = StreamId::new(Uuid::from_u128(1));
        let one = directory.hold(room, 7);
        let other = directory.hold(room, 8);
        assert_eq!(directory.find(room), Some(7));
        drop(one);
        assert_eq!(directory.find(room), Some(7));
        drop(other);
        assert_eq!(directory.find(room), None);
    }
}
