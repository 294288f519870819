//! The part of the hub that the whole process shares.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use parlor_domain::{ConnectionId, StreamId, Timestamp, UserId, UserRef, What};
use parlor_ports::{Clock, EventLog, EventSink, Published};

use crate::format::WireFormat;
use crate::inbox::{Inbox, Item};
use crate::presence::{Change, Presence};
use crate::registry::{Registry, WorkerSet};
use crate::settings::Settings;
use crate::slot::{EventSlot, Formats, MarksSlot};

/// Tells all workers what was committed, and holds what they share.
pub struct Hub {
    pub(crate) settings: Settings,
    pub(crate) formats: Formats,
    pub(crate) log: Arc<dyn EventLog>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) registry: Registry,
    pub(crate) presence: Presence,
    inboxes: RwLock<Vec<Arc<Inbox>>>,
    sockets: AtomicUsize,
}

/// A limit on sockets that is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TooMany {
    /// The server's.
    Sockets,
    /// The user's.
    Devices,
}

impl Hub {
    /// A hub that reads what it misses from this log. A format's place in the list is its [`Format`](crate::Format).
    pub fn new(
        settings: Settings,
        formats: Vec<Arc<dyn WireFormat>>,
        log: Arc<dyn EventLog>,
        clock: Arc<dyn Clock>,
    ) -> Arc<Self> {
        Arc::new(Self {
            settings,
            formats: formats.into(),
            log,
            clock,
            registry: Registry::new(),
            presence: Presence::default(),
            inboxes: RwLock::default(),
            sockets: AtomicUsize::new(0),
        })
    }

    /// How many sockets are open.
    pub fn sockets(&self) -> usize {
        self.sockets.load(Ordering::Relaxed)
    }

    /// To be called every second: notices who is gone for good, and gives when each of these was last seen.
    pub fn sweep(&self) -> Vec<(UserId, Timestamp)> {
        let (gone, changes) = self.presence.sweep(self.clock.now(), self.settings.offline_grace);
        self.tell_presence(changes);
        gone
    }

    /// To be called when all sockets are closed: gives when those were last seen who were there until then.
    pub fn sweep_all(&self) -> Vec<(UserId, Timestamp)> {
        let (gone, _) = self.presence.sweep(self.clock.now(), Duration::ZERO);
        gone
    }

    /// To be called once a minute: forgets what is too old to be of use.
    pub fn forget_old(&self) {
        self.registry.age();
    }

    /// Tells every socket to move elsewhere, spread over so many milliseconds.
    pub fn ask_to_leave(&self, window_ms: u64) {
        self.tell(WorkerSet::MAX, &Item::Leave(window_ms));
    }

    /// Closes every socket.
    pub fn stop(&self) {
        self.tell(WorkerSet::MAX, &Item::Stop);
    }

    pub(crate) fn open_socket(&self) -> Result<(), TooMany> {
        let most = self.settings.connections;
        let one_more = |sockets| (sockets < most).then_some(sockets + 1);
        self.sockets
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more)
            .map(|_| ())
            .map_err(|_| TooMany::Sockets)
    }

    pub(crate) fn close_socket(&self) {
        self.sockets.fetch_sub(1, Ordering::Relaxed);
    }

    pub(crate) fn add_worker(&self, inbox: Arc<Inbox>) -> usize {
        let mut inboxes = self.inboxes.write().unwrap_or_else(PoisonError::into_inner);
        assert!(inboxes.len() < WorkerSet::BITS as usize, "at most 64 workers");
        inboxes.push(inbox);
        inboxes.len() - 1
    }

    pub(crate) fn tell_presence(&self, changes: impl IntoIterator<Item = Change>) {
        for (user, state, watchers) in changes {
            let workers = watchers
                .iter()
                .fold(0, |set, connection| set | bit(worker_of(*connection)));
            self.tell(workers, &Item::Presence(user, state, watchers.into()));
        }
    }

    pub(crate) fn tell_typing(&self, room: StreamId, user: UserRef) {
        self.tell(self.registry.interested(room), &Item::Typing(room, user));
    }

    /// Puts it into doubt whether somebody, or anybody, may still follow a person's presence.
    fn doubt_presence(&self, of: UserId, by: Option<UserId>) {
        let watchers = self.presence.watchers(of);
        let workers = watchers
            .iter()
            .fold(0, |set, connection| set | bit(worker_of(*connection)));
        let watchers = watchers.into();
        self.tell(workers, &Item::Doubt { of, by, watchers });
    }

    fn tell(&self, workers: WorkerSet, item: &Item) {
        let inboxes = self.inboxes.read().unwrap_or_else(PoisonError::into_inner);
        for (_, inbox) in inboxes
            .iter()
            .enumerate()
            .filter(|(number, _)| workers & bit(*number) != 0)
        {
            inbox.push([item.clone()]);
        }
    }
}

fn bit(worker: usize) -> WorkerSet {
    1 << worker
}

/// The worker's number in a connection's id.
pub(crate) fn worker_of(connection: ConnectionId) -> usize {
    (connection.0 >> 56) as usize
}

impl EventSink for Hub {
    fn publish(&self, batch: Vec<Published>) {
        for published in &batch {
            let Published::Event { event, .. } = published else {
                continue;
            };
            let own = UserId::new(event.stream.uuid());
            match &event.what {
                // Those to whom the owner shows it may be contacts only.
                What::ContactRemoved { user } => self.doubt_presence(own, Some(user.id)),
                What::BlockChanged { user, blocked: true } => {
                    self.doubt_presence(own, Some(user.id));
                    self.doubt_presence(user.id, Some(own));
                }
                What::PrivacyChanged { .. } => self.doubt_presence(own, None),
                _ => {}
            }
        }
        let inboxes = self.inboxes.read().unwrap_or_else(PoisonError::into_inner);
        let mut letters: Vec<Vec<Item>> = inboxes.iter().map(|_| Vec::new()).collect();
        for published in batch {
            let (workers, item) = self.address(published);
            for (_, letter) in letters
                .iter_mut()
                .enumerate()
                .filter(|(number, _)| workers & bit(*number) != 0)
            {
                letter.push(item.clone());
            }
        }
        for (inbox, letter) in inboxes
            .iter()
            .zip(letters)
            .filter(|(_, letter)| !letter.is_empty())
        {
            inbox.push(letter);
        }
    }
}

impl Hub {
    /// Notes what was published, and says which workers are to be told what.
    fn address(&self, published: Published) -> (WorkerSet, Item) {
        match published {
            Published::Event { event, origin } => {
                let interested = self.registry.published(event.stream, |head| {
                    if event.seq > head.seq {
                        (head.seq, head.tag) = (event.seq, event.tag);
                    }
                });
                let asked = origin.map_or(0, |origin| bit(worker_of(origin.connection)));
                (
                    interested | asked,
                    Item::Event(Arc::new(EventSlot::new(event, origin))),
                )
            }
            Published::Marks(update) => {
                let interested = self
                    .registry
                    .published(update.stream, |head| head.rev = head.rev.max(update.rev));
                (interested, Item::Marks(Arc::new(MarksSlot::new(update))))
            }
        }
    }
}
