//! Taking in what was committed, and marking ready who follows it.

use std::sync::Arc;

use parlor_domain::{ConnectionId, Origin, Position, Seq, StreamId, What};

use crate::connection::CloseReason;
use crate::follow::Lead;
use crate::inbox::{Item, Waiting};
use crate::slot::{EventSlot, MarksSlot};
use crate::stream::MarksPushed;
use crate::worker::{RingEntry, State};

impl State {
    /// Takes everything that waited in the inbox.
    pub(crate) fn accept_all(&mut self, waiting: Waiting) {
        for item in waiting.items {
            self.accept(item);
        }
        for (id, head) in waiting.grown {
            if let Some(stream) = self.streams.key(id) {
                self.grow(stream, head);
            }
        }
    }

    fn accept(&mut self, item: Item) {
        match item {
            Item::Event(slot) => self.accept_event(slot),
            Item::Marks(slot) => self.accept_marks(slot),
            Item::Typing(room, user) => self.accept_typing(room, user),
            Item::Presence(user, presence, watchers) => {
                for watcher in watchers.iter() {
                    let Some(key) = self.local(*watcher) else {
                        continue;
                    };
                    let peer = &mut self.peers[key as usize];
                    match peer.lead {
                        Lead::Hub => {
                            self.presence.entry(key).or_default().insert(user, presence);
                        }
                        Lead::Owner | Lead::OwnerOfAll => peer.notice(user, presence),
                    }
                }
            }
            Item::Doubt { of, by, watchers } => {
                for watcher in watchers.iter() {
                    let Some(key) = self.local(*watcher) else {
                        continue;
                    };
                    let peer = &mut self.peers[key as usize];
                    if by.is_none_or(|by| peer.user.is_some_and(|user| user.id == by)) {
                        peer.doubt(Some(of));
                    }
                }
            }
            Item::Leave(window_ms) => self.ask_to_leave(window_ms),
            Item::Stop => {
                for (_, peer) in &mut self.peers {
                    peer.close(CloseReason::Stopping);
                }
            }
        }
    }

    fn accept_event(&mut self, slot: Arc<EventSlot>) {
        if let Some(origin) = slot.origin {
            self.acknowledge(origin, &slot);
        }
        let Some(key) = self.streams.key(slot.event.stream) else {
            return;
        };
        let stream = &mut self.streams[key];
        if !stream.push(slot.clone()) {
            return;
        }
        stream.amend(&slot);
        if slot.event.target().is_some() {
            self.pages.amend(key, &slot);
            self.making.amend(&slot);
        }
        let weight = slot.weight();
        self.ring_bytes += weight;
        self.ring_order.push_back(RingEntry {
            stream: key,
            seq: slot.seq(),
            weight,
            tick: self.tick,
        });
        while self.ring_bytes > self.hub.settings.ring_bytes && self.forget_oldest() {}
        match slot.event.what {
            What::SessionsRevoked { .. } => self.close_revoked(key, &slot),
            What::RoomLeft { room, left: None, .. } => self.end_channel(key, room.into(), slot.seq()),
            _ => {}
        }
        self.pend_listeners(key);
    }

    /// Answers the command that asked for an event, before the event itself is written.
    fn acknowledge(&mut self, origin: Origin, slot: &EventSlot) {
        let Some(key) = self.local(origin.connection) else {
            return;
        };
        let peer = &mut self.peers[key as usize];
        if let Some(id) = peer.land(origin.command) {
            if let Some(frame) = self.hub.formats[peer.format.index()].done(id, &slot.event) {
                peer.control(&frame);
            }
            // Also if nothing is said: perhaps another command may be read now.
            self.enqueue_urgent(key);
        }
    }

    fn accept_marks(&mut self, slot: Arc<MarksSlot>) {
        let Some(key) = self.streams.key(slot.update.stream) else {
            return;
        };
        match self.streams[key].push_marks(slot, self.tick) {
            MarksPushed::Known => {}
            MarksPushed::Now => self.pend_listeners(key),
            MarksPushed::Held => self.held.push(key),
        }
    }

    fn accept_typing(&mut self, room: parlor_domain::StreamId, user: parlor_domain::UserRef) {
        let Some(key) = self.streams.key(room) else { return };
        let mut encoded = vec![None; self.hub.formats.len()];
        for at in 0..self.streams[key].listeners.len() {
            let connection = self.streams[key].listeners[at].connection;
            let peer = &mut self.peers[connection as usize];
            if peer.user.is_none_or(|peer| peer.id == user.id) {
                continue;
            }
            let format = peer.format.index();
            let frame = encoded[format]
                .get_or_insert_with(|| self.hub.formats[format].typing(room, user))
                .clone();
            if frame.is_some_and(|frame| peer.ephemeral(&frame)) {
                self.enqueue(connection);
            }
        }
    }

    /// Closes the sockets of revoked sessions at once, whatever they have still to read.
    fn close_revoked(&mut self, key: u32, slot: &EventSlot) {
        let What::SessionsRevoked { sessions } = &slot.event.what else {
            return;
        };
        for listener in &self.streams[key].listeners {
            let peer = &mut self.peers[listener.connection as usize];
            if peer.session.is_some_and(|mine| sessions.contains(&mine)) {
                peer.close(CloseReason::SessionRevoked);
            }
        }
    }

    /// Ends for all connections of a user a channel that he has left, at once, since what follows in the channel does not tell of
    /// it.
    fn end_channel(&mut self, own: u32, channel: StreamId, seq: Seq) {
        let listeners = &self.streams[own].listeners;
        let connections: Vec<u32> = listeners.iter().map(|listener| listener.connection).collect();
        for connection in connections {
            if self.peers[connection as usize].settled < seq {
                self.unfollow_stream(connection, channel);
            }
        }
    }

    /// A stream has grown to here, and the events are in the log.
    pub(crate) fn grow(&mut self, key: u32, to: Position) {
        if self.streams[key].grow(to) {
            self.pend_listeners(key);
        }
    }

    /// Marks ready who follows a stream.
    pub(crate) fn pend_listeners(&mut self, key: u32) {
        for listener in &self.streams[key].listeners {
            let peer = &mut self.peers[listener.connection as usize];
            peer.pend(listener.cursor);
            if !peer.queued && !peer.blocked {
                peer.queued = true;
                self.ready.push_back(listener.connection);
            }
        }
    }

    /// Tells every connection to go, each at another time within the window.
    fn ask_to_leave(&mut self, window_ms: u64) {
        let count = self.peers.len().max(1) as u64;
        let keys: Vec<u32> = self.peers.iter().map(|(key, _)| key as u32).collect();
        for (number, key) in keys.into_iter().enumerate() {
            let peer = &mut self.peers[key as usize];
            if let Some(frame) =
                self.hub.formats[peer.format.index()].leave(window_ms * number as u64 / count)
            {
                peer.control(&frame);
                self.enqueue(key);
            }
        }
    }

    /// The key of a connection of this worker, if it is still there.
    fn local(&self, connection: ConnectionId) -> Option<u32> {
        let (generation, key) = ((connection.0 >> 24) as u32, (connection.0 & 0xff_ffff) as u32);
        let mine = crate::hub::worker_of(connection) == self.number;
        let peer = self.peers.get(key as usize).filter(|_| mine)?;
        (peer.generation == generation).then_some(key)
    }
}
