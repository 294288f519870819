//! What a worker does once a second for all its connections: pings, batches of presence, letting go of the old.

use std::collections::HashMap;

use crate::connection::CloseReason;
use crate::worker::State;

/// At least once in so many seconds it is looked after each connection.
const LOOK_AFTER: u32 = 5;

impl State {
    /// One second passed.
    pub(crate) fn tick(&mut self) {
        self.tick = self.tick.wrapping_add(1);
        self.forget_old();
        for key in std::mem::take(&mut self.lazy) {
            self.enqueue(key);
        }
        self.tell_held_marks();
        self.tell_presence();
        self.close_slow();
        self.ping();
    }

    /// Tells marks that were gathered since the last tick.
    fn tell_held_marks(&mut self) {
        for key in std::mem::take(&mut self.held) {
            let tick = self.tick;
            // The stream may be gone, or its key another's by now.
            if self
                .streams
                .get_mut(key)
                .is_some_and(|stream| stream.release_marks(tick))
            {
                self.pend_listeners(key);
            }
        }
    }

    /// Lets go of what has been in the rings too long, of one page, and of frames that were made for those who waited.
    fn forget_old(&mut self) {
        let age = self.hub.settings.ring_age.as_secs() as u32;
        while self
            .ring_order
            .front()
            .is_some_and(|entry| self.tick.wrapping_sub(entry.tick) > age)
        {
            self.forget_oldest();
        }
        self.pages.drop_oldest();
        self.making.forget_old(self.tick);
    }

    /// Drops the oldest event of all rings; false if there is none.
    pub(crate) fn forget_oldest(&mut self) -> bool {
        let Some(entry) = self.ring_order.pop_front() else {
            return false;
        };
        self.ring_bytes -= entry.weight;
        if let Some(stream) = self.streams.get_mut(entry.stream) {
            stream.forget(entry.seq);
        }
        if self.ring_order.is_empty() {
            self.ring_order.shrink_to(64);
        }
        true
    }

    /// Tells watchers who came and went within the last second.
    fn tell_presence(&mut self) {
        for (key, people) in std::mem::take(&mut self.presence) {
            let Some(peer) = self.peers.get_mut(key as usize) else {
                continue;
            };
            // What was under way when the connection ceased to follow somebody is not for it any more.
            let people: HashMap<_, _> = people
                .into_iter()
                .filter(|(user, _)| peer.follows(*user))
                .collect();
            if people.is_empty() {
                continue;
            }
            let news: Vec<_> = people.iter().map(|(user, state)| (*user, *state)).collect();
            let Some(frame) = self.hub.formats[peer.format.index()].presence(&news) else {
                continue;
            };
            if peer.ephemeral(&frame) {
                self.enqueue(key);
            } else {
                // It takes nothing just now: the latest state of each waits for the next second.
                self.presence.insert(key, people);
            }
        }
    }

    /// Where memory for frames is short, closes the connections that alone keep one from being let go of.
    fn close_slow(&mut self) {
        let age = self.hub.settings.ring_age.as_secs() as u32;
        for (number, format) in self.hub.formats.iter().enumerate() {
            if !format.is_short() {
                continue;
            }
            for (_, peer) in &mut self.peers {
                let is_slow = !peer.partial.is_empty() && self.tick.wrapping_sub(peer.begun) > age;
                if is_slow && peer.format.index() == number {
                    peer.close(CloseReason::Stalled);
                }
            }
        }
    }

    /// Looks after one in so many connections, so that each has its turn every few seconds.
    fn ping(&mut self) {
        let ping = self.hub.settings.ping.as_secs().max(1) as u32;
        let stalled = self.hub.settings.stalled.as_secs() as u32;
        let every = ping.min(LOOK_AFTER);
        let now = self.hub.clock.now();
        let mut quiet = Vec::new();
        let first = (self.tick % every) as usize;
        for key in (first..self.peers.capacity()).step_by(every as usize) {
            let Some(peer) = self.peers.get_mut(key) else {
                continue;
            };
            if peer.expires_at.is_some_and(|at| at <= now) {
                peer.close(CloseReason::TokenExpired);
            }
            let silence = self.tick.wrapping_sub(peer.heard);
            let before = silence.saturating_sub(every);
            if silence + every > stalled && !peer.held {
                // The next look would be too late.
                peer.close(CloseReason::Stalled);
            } else if silence / ping > before / ping {
                let frame = self.hub.formats[peer.format.index()].ping();
                if peer.ephemeral(&frame) {
                    quiet.push(key as u32);
                }
            }
        }
        for key in quiet {
            self.enqueue(key);
        }
    }
}
