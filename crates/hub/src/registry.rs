//! Which workers want to hear of which streams, and what was published lately.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};

use parlor_domain::{Position, StreamId};

/// A set of workers: bit n is worker n.
pub(crate) type WorkerSet = u64;

/// Interest and recent heads, in shards that each have a lock.
///
/// Somebody who starts to follow reads the stream's head from the database first and registers then. What was
/// published in between he finds under recent heads: a publisher notes the head before it looks for interest.
pub(crate) struct Registry {
    shards: Box<[Mutex<Shard>]>,
    hasher: RandomState,
}

#[derive(Default)]
struct Shard {
    interest: HashMap<StreamId, WorkerSet>,
    recent: HashMap<StreamId, Position>,
    older: HashMap<StreamId, Position>,
}

impl Registry {
    pub(crate) fn new() -> Self {
        Self {
            shards: (0..64).map(|_| Mutex::default()).collect(),
            hasher: RandomState::new(),
        }
    }

    fn shard(&self, stream: StreamId) -> MutexGuard<'_, Shard> {
        let at = self.hasher.hash_one(stream) as usize % self.shards.len();
        self.shards[at].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes how far a stream has grown, and says who wants to know.
    pub(crate) fn published(&self, stream: StreamId, head: impl FnOnce(&mut Position)) -> WorkerSet {
        let mut shard = self.shard(stream);
        let older = shard.older.get(&stream).copied().unwrap_or_default();
        head(shard.recent.entry(stream).or_insert(older));
        shard.interest.get(&stream).copied().unwrap_or(0)
    }

    /// Who wants to hear of a stream.
    pub(crate) fn interested(&self, stream: StreamId) -> WorkerSet {
        self.shard(stream).interest.get(&stream).copied().unwrap_or(0)
    }

    /// A worker wants to hear of a stream from now on. Gives what was published of it within the last minute.
    pub(crate) fn register(&self, stream: StreamId, worker: usize) -> Option<Position> {
        let mut shard = self.shard(stream);
        *shard.interest.entry(stream).or_insert(0) |= 1 << worker;
        shard
            .recent
            .get(&stream)
            .or_else(|| shard.older.get(&stream))
            .copied()
    }

    /// A worker does not want to hear of a stream any more.
    pub(crate) fn unregister(&self, stream: StreamId, worker: usize) {
        if let Entry::Occupied(mut entry) = self.shard(stream).interest.entry(stream) {
            *entry.get_mut() &= !(1 << worker);
            if *entry.get() == 0 {
                entry.remove();
            }
        }
    }

    /// Forgets what was published before the last call. To be called once a minute.
    pub(crate) fn age(&self) {
        for shard in &self.shards {
            let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            shard.older = std::mem::take(&mut shard.recent);
        }
    }
}

#[cfg(test)]
mod tests {
    use parlor_domain::{Seq, UserId};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_late_follower_learns_what_he_missed() {
        let registry = Registry::new();
        let stream = StreamId::from(UserId::new(Uuid::from_u128(7)));
        assert_eq!(registry.published(stream, |head| head.seq = Seq(3)), 0);
        assert_eq!(registry.register(stream, 1).map(|head| head.seq), Some(Seq(3)));
        assert_eq!(registry.published(stream, |head| head.seq = Seq(4)), 0b10);
        registry.age();
        assert_eq!(
            registry.register(stream, 0).map(|head| head.seq),
            Some(Seq(4)),
            "kept for another minute"
        );
        registry.age();
        assert_eq!(registry.register(stream, 0), None);
        registry.unregister(stream, 1);
        assert_eq!(registry.interested(stream), 0b01);
    }
}
