//! The part of the hub that belongs to one server thread.

use std::cell::{RefCell, RefMut};
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use parlor_domain::{ConnectionId, Seq, StreamId, UserId};
use slab::Slab;
use tokio::time::MissedTickBehavior;

use crate::connection::{Connection, Transport};
use crate::flush::Buffers;
use crate::follow::{Lead, Start};
use crate::format::Format;
use crate::hub::{Hub, TooMany};
use crate::inbox::Inbox;
use crate::making::Making;
use crate::pages::Pages;
use crate::peer::Peer;
use crate::presence::{PresenceState, Watch};
use crate::streams::Streams;

/// A server thread's connections, and the streams that they follow.
pub struct Worker {
    inbox: Arc<Inbox>,
    state: RefCell<State>,
}

/// Everything that a worker holds. Nothing in it is shared with another thread.
pub(crate) struct State {
    pub(crate) hub: Arc<Hub>,
    pub(crate) number: usize,
    /// Seconds since the worker began.
    pub(crate) tick: u32,
    pub(crate) streams: Streams,
    pub(crate) peers: Slab<Peer>,
    generation: u32,
    /// Connections with answers to write.
    pub(crate) urgent: VecDeque<u32>,
    /// Connections with anything to write.
    pub(crate) ready: VecDeque<u32>,
    /// Connections whose answers may wait for the next tick.
    pub(crate) lazy: Vec<u32>,
    /// The events of all rings, oldest first.
    pub(crate) ring_order: VecDeque<RingEntry>,
    pub(crate) ring_bytes: usize,
    pub(crate) pages: Pages,
    pub(crate) making: Making,
    /// Streams with marks that are to be told with the next tick.
    pub(crate) held: Vec<u32>,
    /// What watchers are to be told with the next tick.
    pub(crate) presence: HashMap<u32, HashMap<UserId, PresenceState>>,
    pub(crate) buffers: Buffers,
}

/// An event in some ring.
pub(crate) struct RingEntry {
    pub(crate) stream: u32,
    pub(crate) seq: Seq,
    pub(crate) weight: usize,
    pub(crate) tick: u32,
}

impl Worker {
    /// Starts this thread's worker. Must be called within a [`tokio::task::LocalSet`].
    pub fn start(hub: Arc<Hub>) -> Rc<Self> {
        let inbox = Arc::new(Inbox::default());
        let number = hub.add_worker(inbox.clone());
        let state = State {
            hub,
            number,
            tick: 0,
            streams: Streams::default(),
            peers: Slab::new(),
            generation: 0,
            urgent: VecDeque::new(),
            ready: VecDeque::new(),
            lazy: Vec::new(),
            ring_order: VecDeque::new(),
            ring_bytes: 0,
            pages: Pages::default(),
            making: Making::default(),
            held: Vec::new(),
            presence: HashMap::new(),
            buffers: Buffers::default(),
        };
        let worker = Rc::new(Self {
            inbox,
            state: RefCell::new(state),
        });
        tokio::task::spawn_local(or_abort(worker.clone().work()));
        tokio::task::spawn_local(or_abort(worker.clone().keep_time()));
        worker
    }

    /// Takes a socket in. Until it [begins](Connection::begin) it follows nothing.
    ///
    /// # Errors
    /// If the server has as many sockets as it may have.
    pub fn connect(
        self: &Rc<Self>,
        transport: Rc<dyn Transport>,
        format: Format,
    ) -> Result<Connection, TooMany> {
        let mut state = self.state();
        state.hub.open_socket()?;
        state.generation = state.generation.wrapping_add(1);
        let peer = Peer::new(state.generation, transport, format, state.tick);
        let key = state.peers.insert(peer) as u32;
        assert!(key < 1 << 24, "at most 16 million sockets a worker");
        let id = (state.number as u64) << 56 | u64::from(state.generation) << 24 | u64::from(key);
        Ok(Connection::new(self.clone(), key, ConnectionId(id)))
    }

    /// Writes whatever is ready, again and again.
    async fn work(self: Rc<Self>) {
        loop {
            self.inbox.woken().await;
            loop {
                self.take_in();
                // Whatever else is ready now runs first, so that its answers ride in the same write.
                tokio::task::yield_now().await;
                self.take_in();
                let more = self.state().flush_some();
                self.begin_loads();
                self.begin_making();
                if !more {
                    break;
                }
            }
        }
    }

    async fn keep_time(self: Rc<Self>) {
        let mut seconds = tokio::time::interval(Duration::from_secs(1));
        seconds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            seconds.tick().await;
            self.state().tick();
            self.wake();
        }
    }

    pub(crate) fn state(&self) -> RefMut<'_, State> {
        self.state.borrow_mut()
    }

    pub(crate) fn wake(&self) {
        self.inbox.wake();
    }

    pub(crate) fn begin(&self, key: u32, id: ConnectionId, start: Start) -> Result<(), TooMany> {
        let mut state = self.state();
        let hub = state.hub.clone();
        let changes = hub
            .presence
            .arrive(start.user.id, start.away, hub.settings.connections_per_user)
            .map_err(|()| TooMany::Devices)?;
        state.start(key, &start);
        drop(state);
        tracing::debug!(connection = id.0, user = %start.user.id, "socket begins");
        hub.tell_presence(changes);
        self.wake();
        Ok(())
    }

    pub(crate) fn disconnect(&self, key: u32, id: ConnectionId) {
        let mut state = self.state();
        let peer = state.peers.remove(key as usize);
        for cursor in peer.cursors.iter().filter(|cursor| cursor.is_used()) {
            state.unlisten(cursor.stream, cursor.listener);
        }
        state.presence.remove(&key);
        for user in peer.followed() {
            state.hub.presence.unwatch(user, id);
        }
        let hub = state.hub.clone();
        drop(state);
        if let Some(user) = peer.user {
            let changes = hub.presence.depart(user.id, peer.away, hub.clock.now());
            hub.tell_presence(changes);
        }
        hub.close_socket();
    }

    pub(crate) fn set_away(&self, key: u32, away: bool) {
        let mut state = self.state();
        let peer = &mut state.peers[key as usize];
        let Some(user) = peer.user.filter(|_| peer.away != away) else {
            return;
        };
        peer.away = away;
        let hub = state.hub.clone();
        drop(state);
        hub.tell_presence(hub.presence.set_away(user.id, away));
    }

    /// Takes in what was published up to now.
    pub(crate) fn take_in(&self) {
        let waiting = self.inbox.take();
        self.state().accept_all(waiting);
    }

    pub(crate) fn say(&self, key: u32, frame: Bytes) {
        let mut state = self.state();
        state.peers[key as usize].control(&frame);
        state.enqueue_urgent(key);
        self.wake();
    }

    pub(crate) fn say_lazily(&self, key: u32, frame: Bytes) {
        let mut state = self.state();
        let peer = &mut state.peers[key as usize];
        let first = peer.control.is_empty();
        peer.control(&frame);
        if first {
            state.lazy.push(key);
        }
    }

    pub(crate) fn writable(&self, key: u32) {
        let mut state = self.state();
        let tick = state.tick;
        let peer = &mut state.peers[key as usize];
        peer.blocked = false;
        peer.heard = tick;
        state.enqueue(key);
        self.wake();
    }

    pub(crate) fn follows(&self, key: u32, stream: StreamId) -> Option<Seq> {
        let state = self.state();
        state.listener(key, stream)?;
        let key = state.streams.key(stream)?;
        Some(state.streams[key].head.seq)
    }

    pub(crate) fn follow(&self, key: u32, room: StreamId, joined: Seq, visible_from: Seq) {
        let mut state = self.state();
        state.follow_joined(key, room, joined, visible_from);
        state.enqueue(key);
        self.wake();
    }

    pub(crate) fn unfollow_after(&self, key: u32, room: StreamId, last: Seq) {
        let mut state = self.state();
        state.unfollow_after(key, room, last);
        state.enqueue(key);
        self.wake();
    }

    pub(crate) fn reached(&self, key: u32, stream: StreamId) -> Option<Seq> {
        let state = self.state();
        let cursor = state.listener(key, stream)?;
        Some(state.peers[key as usize].cursors[cursor as usize].seq)
    }

    pub(crate) fn may_type(&self, key: u32, room: StreamId) -> bool {
        let mut state = self.state();
        let tick = state.tick;
        state.listener(key, room).is_some() && state.peers[key as usize].may_type(room, tick)
    }

    pub(crate) fn typing(&self, key: u32, room: StreamId) {
        let state = self.state();
        if state.listener(key, room).is_none() {
            return;
        }
        if let Some(user) = state.peers[key as usize].user {
            let hub = state.hub.clone();
            drop(state);
            hub.tell_typing(room, user);
        }
    }

    pub(crate) fn watch(&self, key: u32, id: ConnectionId, user: UserId) -> Option<PresenceState> {
        let mut state = self.state();
        let most = state.hub.settings.follows;
        let peer = &mut state.peers[key as usize];
        let watch = match peer.lead {
            Lead::Hub => Watch::Patient,
            Lead::Owner | Lead::OwnerOfAll => Watch::Prompt,
        };
        let follows = &mut peer.rare().follows;
        if follows.len() >= most && !follows.contains(&user) {
            return None;
        }
        follows.insert(user);
        Some(state.hub.presence.watch(user, id, watch))
    }

    pub(crate) fn unwatch(&self, key: u32, id: ConnectionId, user: UserId) -> bool {
        let mut state = self.state();
        let watched = state.peers[key as usize].rare().forget(user);
        if watched {
            state.hub.presence.unwatch(user, id);
        }
        watched
    }
}

impl State {
    /// Gives a connection its turn to write, unless its socket takes nothing.
    pub(crate) fn enqueue(&mut self, key: u32) {
        let Some(peer) = self.peers.get_mut(key as usize) else {
            return;
        };
        if !peer.queued && !peer.blocked {
            peer.queued = true;
            self.ready.push_back(key);
        }
    }

    /// Gives a connection with an answer its turn before the others.
    pub(crate) fn enqueue_urgent(&mut self, key: u32) {
        let peer = &mut self.peers[key as usize];
        if !peer.urgent && !peer.blocked {
            peer.urgent = true;
            self.urgent.push_back(key);
        }
    }
}

/// Runs a task without which the process must not go on.
async fn or_abort(task: impl Future<Output = ()>) {
    struct AbortOnPanic;
    impl Drop for AbortOnPanic {
        fn drop(&mut self) {
            if std::thread::panicking() {
                std::process::abort();
            }
        }
    }
    let _guard = AbortOnPanic;
    task.await;
}
