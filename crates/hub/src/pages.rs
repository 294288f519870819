//! Pages of the log, for those who are behind the rings: each is read once and shared by all who want it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use parlor_domain::{Event, MarksUpdate, Rev, Seq, StreamId};
use parlor_ports::StoreError;

use crate::slot::{EventSlot, MarksSlot};
use crate::stream::amend;
use crate::worker::{State, Worker};

/// Events in a page, at most; pages begin after multiples of it.
const PAGE: u64 = 64;
/// Reads of the log that one worker has under way.
const LOADS: usize = 8;

/// What of a stream is wanted from the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Want {
    /// The events after this one.
    Events(Seq),
    /// The marks after this rev.
    Marks(Rev),
}

/// A stream's key, and what of it is wanted.
type PageKey = (u32, Want);

/// The pages of one worker.
#[derive(Default)]
pub(crate) struct Pages {
    loaded: BTreeMap<PageKey, Page>,
    /// Loaded pages, oldest first, with their weights.
    order: VecDeque<(PageKey, usize)>,
    bytes: usize,
    wanted: BTreeMap<PageKey, Load>,
    waiting: VecDeque<PageKey>,
    under_way: usize,
}

enum Page {
    Events(Vec<Arc<EventSlot>>),
    Marks(Arc<MarksSlot>),
}

/// A read that is under way or waits for its turn.
#[derive(Default)]
struct Load {
    /// Cursors that wait for it: connection, its generation, cursor.
    waiters: Vec<(u32, u32, u32)>,
    /// Edits and deletions that were published since the read began, which it may have missed.
    missed: Vec<Arc<EventSlot>>,
    /// Nobody knows how far the stream has grown: go on until nothing more comes.
    probe: bool,
}

/// What a read brought.
pub(crate) enum Brought {
    Events(Vec<Arc<Event>>),
    Marks(Arc<MarksUpdate>),
}

impl Brought {
    fn is_empty(&self) -> bool {
        matches!(self, Self::Events(events) if events.is_empty())
    }
}

impl Pages {
    /// The event with this seq, if it is in a page.
    pub(crate) fn event(&self, stream: u32, seq: Seq) -> Option<&Arc<EventSlot>> {
        let before = (stream, Want::Events(Seq(seq.0.saturating_sub(1))));
        let (key, page) = self.loaded.range(..=before).next_back()?;
        let Page::Events(slots) = page else { return None };
        let first = slots.first().filter(|_| key.0 == stream)?.seq();
        slots.get(usize::try_from(seq.0.checked_sub(first.0)?).ok()?)
    }

    /// The marks that follow this rev, if they are loaded.
    pub(crate) fn marks(&self, stream: u32, after: Rev) -> Option<&Arc<MarksSlot>> {
        match self.loaded.get(&(stream, Want::Marks(after)))? {
            Page::Marks(slot) => Some(slot),
            Page::Events(_) => None,
        }
    }

    /// The page to be read for the event after this one: it begins at a multiple of its size, or where a page that
    /// was cut short by its bytes ends.
    fn page_for(&self, stream: u32, after: Seq) -> Want {
        let aligned = Seq(after.0 / PAGE * PAGE);
        let before = self
            .loaded
            .range((stream, Want::Events(aligned))..=(stream, Want::Events(after)))
            .next_back();
        let end = before.and_then(|(_, page)| match page {
            Page::Events(slots) => slots.last().map(|slot| slot.seq()).filter(|last| *last <= after),
            Page::Marks(_) => None,
        });
        Want::Events(end.unwrap_or(aligned))
    }

    /// Brings up to date what an edit or a deletion changes wherever it is loaded, or will be in a moment.
    pub(crate) fn amend(&mut self, stream: u32, by: &Arc<EventSlot>) {
        let all = (stream, Want::Events(Seq::ZERO))..=(stream, Want::Events(by.seq()));
        for (_, page) in self.loaded.range_mut(all.clone()) {
            if let Page::Events(slots) = page {
                amend(slots, by);
            }
        }
        for (_, load) in self.wanted.range_mut(all) {
            load.missed.push(by.clone());
        }
    }

    /// Drops what is loaded of a stream.
    pub(crate) fn forget(&mut self, stream: u32) {
        let all = (stream, Want::Events(Seq::ZERO))..=(stream, Want::Marks(Rev(u64::MAX)));
        let keys: Vec<PageKey> = self.loaded.range(all).map(|(key, _)| *key).collect();
        for key in keys {
            self.loaded.remove(&key);
        }
    }

    fn insert(&mut self, key: PageKey, page: Page, most: usize) {
        let weight = match &page {
            Page::Events(slots) => slots.iter().map(|slot| slot.weight()).sum(),
            Page::Marks(slot) => 256 + slot.update.marks.len() * 128,
        };
        self.loaded.insert(key, page);
        self.order.push_back((key, weight));
        self.bytes += weight;
        while self.bytes > most && self.order.len() > 1 {
            self.drop_oldest();
        }
    }

    /// Drops the page that was loaded first; false if there is none.
    pub(crate) fn drop_oldest(&mut self) -> bool {
        let Some((key, weight)) = self.order.pop_front() else {
            return false;
        };
        self.bytes -= weight;
        // A key stands in the queue twice if its page was loaded anew; the page lives as long as the last.
        if !self.order.iter().any(|(other, _)| *other == key) {
            self.loaded.remove(&key);
        }
        true
    }
}

impl State {
    /// Sees to it that what a cursor needs next is read, and wakes it then.
    pub(crate) fn want(&mut self, connection: u32, cursor: u32, want: Want) {
        let peer = &self.peers[connection as usize];
        let stream = peer.cursors[cursor as usize].stream;
        let waiter = (connection, peer.generation, cursor);
        let want = match want {
            Want::Events(after) => self.pages.page_for(stream, after),
            marks => marks,
        };
        self.load((stream, want)).waiters.push(waiter);
    }

    /// Reads what lies behind the head of a stream, to learn whether there is more.
    pub(crate) fn probe(&mut self, stream: u32) {
        let head = self.streams[stream].head.seq;
        self.load((stream, Want::Events(head))).probe = true;
    }

    fn load(&mut self, key: PageKey) -> &mut Load {
        let pages = &mut self.pages;
        pages.wanted.entry(key).or_insert_with(|| {
            pages.waiting.push_back(key);
            Load::default()
        })
    }

    /// The next read to begin, if another may.
    pub(crate) fn next_load(&mut self) -> Option<(PageKey, StreamId)> {
        while self.pages.under_way < LOADS {
            let key = self.pages.waiting.pop_front()?;
            if let Some(stream) = self.streams.get(key.0) {
                self.pages.under_way += 1;
                return Some((key, stream.id));
            }
            self.pages.wanted.remove(&key);
        }
        None
    }

    /// Takes what a read brought, and wakes who waited for it.
    pub(crate) fn loaded(&mut self, key: PageKey, id: StreamId, brought: Result<Brought, StoreError>) {
        self.pages.under_way -= 1;
        let Some(load) = self.pages.wanted.remove(&key) else {
            return;
        };
        let known = self.streams.get(key.0).is_some_and(|stream| stream.id == id);
        let brought = brought
            .inspect_err(|error| tracing::warn!(%error, "a page of the log could not be read"))
            .ok();
        match brought {
            Some(brought) if known => self.keep(key, brought, load.probe, &load.missed),
            _ => {}
        }
        for (connection, generation, cursor) in load.waiters {
            self.wake(connection, generation, cursor);
        }
    }

    fn keep(&mut self, (stream, want): PageKey, brought: Brought, probe: bool, missed: &[Arc<EventSlot>]) {
        let most = self.hub.settings.ring_bytes;
        match brought {
            Brought::Events(events) => {
                let Some(last) = events.last().cloned() else {
                    return;
                };
                let head = self.streams[stream].head;
                if probe && last.seq > head.seq {
                    let grown = parlor_domain::Position {
                        seq: last.seq,
                        tag: last.tag,
                        rev: head.rev,
                    };
                    self.grow(stream, grown);
                    self.probe(stream);
                }
                let slots = events
                    .into_iter()
                    .map(|event| Arc::new(EventSlot::new(event, None)));
                let mut slots: Vec<_> = slots.collect();
                for by in missed {
                    amend(&mut slots, by);
                }
                self.pages.insert((stream, want), Page::Events(slots), most);
            }
            Brought::Marks(update) => {
                let slot = Arc::new(MarksSlot::new(update));
                self.pages.insert((stream, want), Page::Marks(slot), most);
            }
        }
    }

    /// Gives a cursor its turn that waited for a page or a frame.
    pub(crate) fn wake(&mut self, connection: u32, generation: u32, cursor: u32) {
        let Some(peer) = self
            .peers
            .get_mut(connection as usize)
            .filter(|peer| peer.generation == generation)
        else {
            return;
        };
        let Some(waiting) = peer.cursors.get_mut(cursor as usize) else {
            return;
        };
        if waiting.state == crate::cursor::CursorState::LOADING {
            waiting.state = crate::cursor::CursorState::IDLE;
            peer.pend(cursor);
            self.enqueue(connection);
        }
    }
}

impl Worker {
    /// Begins the reads that may begin.
    pub(crate) fn begin_loads(self: &std::rc::Rc<Self>) {
        loop {
            let next = self.state().next_load();
            let Some(((stream, want), id)) = next else { return };
            let worker = self.clone();
            tokio::task::spawn_local(async move {
                let log = worker.state().hub.log.clone();
                let brought = match want {
                    Want::Events(after) => log.events_after(id, after).await.map(Brought::Events),
                    Want::Marks(after) => log
                        .marks_after(id, after)
                        .await
                        .map(|update| Brought::Marks(Arc::new(update))),
                };
                let nothing = brought.as_ref().map_or(true, Brought::is_empty);
                if nothing {
                    // Whoever waits asks again at once; the pause keeps that from becoming a storm.
                    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
                }
                worker.state().loaded((stream, want), id, brought);
                worker.wake();
            });
        }
    }
}
