//! The streams that a worker's connections follow, by key and by id.

use std::hash::{BuildHasher, RandomState};
use std::ops::{Index, IndexMut};

use hashbrown::HashTable;
use parlor_domain::StreamId;
use slab::Slab;

use crate::stream::Stream;

/// Streams, each under a small key. An id stands once, in its stream: there may be a thousand rooms for each connection.
#[derive(Default)]
pub(crate) struct Streams {
    all: Slab<Stream>,
    keys: HashTable<u32>,
    hasher: RandomState,
}

impl Streams {
    /// The key of a stream that is here.
    pub(crate) fn key(&self, id: StreamId) -> Option<u32> {
        let hash = self.hasher.hash_one(id);
        self.keys.find(hash, |key| self[*key].id == id).copied()
    }

    /// Adds a stream that is not here yet.
    pub(crate) fn insert(&mut self, stream: Stream) -> u32 {
        let hash = self.hasher.hash_one(stream.id);
        let key = self.all.insert(stream) as u32;
        let Self { all, keys, hasher } = self;
        keys.insert_unique(hash, key, |key| hasher.hash_one(all[*key as usize].id));
        key
    }

    /// Takes a stream out.
    pub(crate) fn remove(&mut self, key: u32) -> Stream {
        let hash = self.hasher.hash_one(self[key].id);
        if let Ok(found) = self.keys.find_entry(hash, |other| *other == key) {
            found.remove();
        }
        self.all.remove(key as usize)
    }

    pub(crate) fn get(&self, key: u32) -> Option<&Stream> {
        self.all.get(key as usize)
    }

    pub(crate) fn get_mut(&mut self, key: u32) -> Option<&mut Stream> {
        self.all.get_mut(key as usize)
    }
}

impl Index<u32> for Streams {
    type Output = Stream;

    fn index(&self, key: u32) -> &Stream {
        &self.all[key as usize]
    }
}

impl IndexMut<u32> for Streams {
    fn index_mut(&mut self, key: u32) -> &mut Stream {
        &mut self.all[key as usize]
    }
}
