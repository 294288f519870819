//! What other threads tell a worker.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use parlor_domain::{ConnectionId, Position, StreamId, UserId, UserRef};
use tokio::sync::Notify;

use crate::presence::PresenceState;
use crate::slot::{EventSlot, MarksSlot};

/// Bytes of events that may wait. Beyond, a worker is told only that there is more, and reads it from the log.
const MOST_BYTES: usize = 64 << 20;

/// One thing that a worker is told.
#[derive(Clone)]
pub(crate) enum Item {
    /// An event was committed.
    Event(Arc<EventSlot>),
    /// Marks were committed.
    Marks(Arc<MarksSlot>),
    /// Somebody types in a room.
    Typing(StreamId, UserRef),
    /// Somebody whom connections of this worker follow came or went.
    Presence(UserId, PresenceState, Arc<[ConnectionId]>),
    /// Whether one person may follow the presence of another is in doubt; these connections of any people follow it.
    Doubt {
        /// Whose presence.
        of: UserId,
        /// Who may perhaps not follow it any more; `None` for anybody.
        by: Option<UserId>,
        watchers: Arc<[ConnectionId]>,
    },
    /// All connections shall move elsewhere, spread over so many milliseconds.
    Leave(u64),
    /// All connections shall close now.
    Stop,
}

/// A worker's inbox. Pushing never waits and never fails.
#[derive(Default)]
pub(crate) struct Inbox {
    waiting: Mutex<Waiting>,
    wake: Notify,
}

/// What waits in an inbox.
#[derive(Default)]
pub(crate) struct Waiting {
    pub(crate) items: Vec<Item>,
    /// Streams that have grown to here, where the events themselves were too much to hold.
    pub(crate) grown: HashMap<StreamId, Position>,
    bytes: usize,
}

impl Inbox {
    /// Adds a few things and wakes the worker once.
    pub(crate) fn push(&self, items: impl IntoIterator<Item = Item>) {
        {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            for item in items {
                waiting.push(item);
            }
        }
        self.wake.notify_one();
    }

    /// Wakes the worker.
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }

    /// Waits for a reason to work.
    pub(crate) async fn woken(&self) {
        self.wake.notified().await;
    }

    /// Takes everything.
    pub(crate) fn take(&self) -> Waiting {
        std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Waiting {
    fn push(&mut self, item: Item) {
        if let Item::Event(slot) = &item {
            self.bytes += slot.weight();
            if self.bytes > MOST_BYTES {
                let head = self.grown.entry(slot.event.stream).or_default();
                (head.seq, head.tag) = (slot.event.seq, slot.event.tag);
                return;
            }
        }
        self.items.push(item);
    }
}
