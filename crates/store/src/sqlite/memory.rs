//! What the writer knows of rooms from one batch to the next. Only the writer changes them, so it holds until something
//! else than an append writes.

use std::collections::HashMap;
use std::hash::Hash;

use parlor_domain::{RoomId, UserId};

use crate::appending::Standing;
use crate::rows::Place;

/// So many are remembered of each kind: a few megabytes.
const MOST: usize = 32_768;

#[derive(Debug, Default)]
pub(super) struct Memory {
    places: HashMap<RoomId, Place>,
    members: HashMap<(RoomId, UserId), Option<Standing>>,
}

impl Memory {
    pub(super) fn place(&self, room: RoomId) -> Option<Place> {
        self.places.get(&room).copied()
    }

    pub(super) fn standing(&self, room: RoomId, user: UserId) -> Option<Option<Standing>> {
        self.members.get(&(room, user)).copied()
    }

    pub(super) fn keep_place(&mut self, room: RoomId, place: Place) {
        keep(&mut self.places, room, place);
    }

    pub(super) fn keep_standing(&mut self, room: RoomId, user: UserId, standing: Option<Standing>) {
        keep(&mut self.members, (room, user), standing);
    }
}

/// Begins anew when it is full: what is used is soon there again.
fn keep<K: Eq + Hash, V>(map: &mut HashMap<K, V>, key: K, value: V) {
    if map.len() >= MOST && !map.contains_key(&key) {
        map.clear();
    }
    map.insert(key, value);
}
