//! Writing: each connection that is ready pulls what its socket takes, with one call.

use std::io::{ErrorKind, IoSlice};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Buf, Bytes};
use parlor_domain::{Event, Rev, Seq};

use crate::connection::CloseReason;
use crate::cursor::CursorState;
use crate::pages::Want;
use crate::peer::Peer;
use crate::worker::State;

/// Bytes that one write carries, about.
const WRITE_BYTES: usize = 32 << 10;
/// Frames that one write carries.
const WRITE_FRAMES: usize = 64;
/// Frames that are fewer bytes in all are copied into one: that costs less than to hand them over one by one.
const GATHER_BYTES: usize = 4 << 10;
/// Writes in one turn of the loop.
const TURN_WRITES: usize = 256;
/// How long one turn of the loop may take.
const TURN: Duration = Duration::from_millis(1);

/// A frame about to be written, and what is true once it is.
pub(crate) struct Planned {
    bytes: Bytes,
    then: Then,
}

enum Then {
    /// The frame begun before is complete.
    Partial,
    /// The first of the answers is gone.
    Control,
    /// The cursor has read this event, which may change what the connection follows.
    Event {
        cursor: u32,
        seq: Seq,
        turn: Option<Arc<Event>>,
    },
    /// The cursor has read marks up to here.
    Marks { cursor: u32, rev: Rev },
}

impl State {
    /// Writes to connections that are ready, answers first, until nothing is left or the turn is over. Says whether
    /// something is left.
    pub(crate) fn flush_some(&mut self) -> bool {
        let began = Instant::now();
        for _ in 0..TURN_WRITES {
            let Some(key) = self.next_ready() else {
                return false;
            };
            self.flush(key);
            if began.elapsed() > TURN {
                break;
            }
        }
        !self.urgent.is_empty() || !self.ready.is_empty()
    }

    fn next_ready(&mut self) -> Option<u32> {
        if let Some(key) = self.urgent.pop_front() {
            if let Some(peer) = self.peers.get_mut(key as usize) {
                peer.urgent = false;
            }
            return Some(key);
        }
        let key = self.ready.pop_front()?;
        if let Some(peer) = self.peers.get_mut(key as usize) {
            peer.queued = false;
        }
        Some(key)
    }

    /// Writes once to a connection, as much as its socket takes.
    fn flush(&mut self, key: u32) {
        // The key may stand in a queue although its connection is gone, or is another by now: harmless.
        let Some(peer) = self.peers.get(key as usize) else {
            return;
        };
        if peer.blocked || !peer.has_output() || peer.closing == Some(CloseReason::Broken) {
            return;
        }
        let mut planned = std::mem::take(&mut self.planned);
        self.plan(key, &mut planned);
        let written = self.write(key, &planned);
        self.settle(key, planned.drain(..), written);
        self.planned = planned;
        self.drop_done(key);
        let peer = &mut self.peers[key as usize];
        peer.attend_if_room();
        if peer.has_output() && !peer.blocked {
            self.enqueue(key);
        }
    }

    /// Gathers what the next write carries.
    fn plan(&self, key: u32, planned: &mut Vec<Planned>) {
        let peer = &self.peers[key as usize];
        let mut bytes = 0;
        let mut add = |frame: Bytes, then: Then| {
            bytes += frame.len();
            planned.push(Planned { bytes: frame, then });
            bytes < WRITE_BYTES && planned.len() < WRITE_FRAMES
        };
        if !peer.partial.is_empty() && !add(peer.partial.clone(), Then::Partial) {
            return;
        }
        for frame in &peer.control {
            if !add(frame.clone(), Then::Control) {
                return;
            }
        }
        let mut next = (peer.first != crate::cursor::NONE).then_some(peer.first);
        while let Some(cursor) = next {
            if !self.pull(peer, cursor, &mut add) {
                return;
            }
            next = peer.cursors[cursor as usize].state.next();
        }
    }

    /// Gathers what a cursor can read without waiting; false once the write is full.
    fn pull(&self, peer: &Peer, number: u32, add: &mut impl FnMut(Bytes, Then) -> bool) -> bool {
        let cursor = &peer.cursors[number as usize];
        let Some(stream) = self.streams.get(cursor.stream) else {
            return true;
        };
        let formats = &self.hub.formats;
        let mut seq = cursor.seq;
        while seq < stream.head.seq {
            seq = seq.next();
            let Some(slot) = stream.event(seq).or_else(|| self.pages.event(cursor.stream, seq)) else {
                return true;
            };
            let frame = slot
                .encoded(peer.format, cursor.visible_from, formats)
                .unwrap_or_default();
            let turn = slot.is_turn().then(|| slot.event.clone());
            let last = peer.user.is_some_and(|user| slot.event.is_last_for(user.id));
            if !add(
                frame,
                Then::Event {
                    cursor: number,
                    seq,
                    turn,
                },
            ) {
                return false;
            }
            if last {
                return true;
            }
        }
        let mut rev = cursor.rev();
        while rev < stream.head.rev {
            let Some(slot) = stream.marks(rev).or_else(|| self.pages.marks(cursor.stream, rev)) else {
                return true;
            };
            let frame = slot.encoded(peer.format, formats).unwrap_or_default();
            rev = slot.update.rev;
            if !add(frame, Then::Marks { cursor: number, rev }) {
                return false;
            }
        }
        true
    }

    /// Writes, and says how many bytes went.
    fn write(&mut self, key: u32, planned: &[Planned]) -> usize {
        let frames = || planned.iter().map(|planned| &planned.bytes[..]);
        let whole: usize = frames().map(<[u8]>::len).sum();
        if whole == 0 {
            return 0;
        }
        let peer = &mut self.peers[key as usize];
        let outcome = if let [only] = planned {
            peer.transport.write(&[IoSlice::new(&only.bytes)])
        } else if whole <= GATHER_BYTES {
            self.gathered.clear();
            frames().for_each(|frame| self.gathered.extend_from_slice(frame));
            peer.transport.write(&[IoSlice::new(&self.gathered)])
        } else {
            let mut slices = [IoSlice::new(&[]); WRITE_FRAMES];
            for (slice, frame) in slices.iter_mut().zip(frames()) {
                *slice = IoSlice::new(frame);
            }
            peer.transport.write(&slices[..planned.len()])
        };
        match outcome {
            Ok(written) => {
                peer.blocked = written < whole;
                if peer.blocked {
                    peer.transport.attend();
                }
                written
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                peer.blocked = true;
                peer.transport.attend();
                0
            }
            Err(_) => {
                peer.close(CloseReason::Broken);
                0
            }
        }
    }

    /// Takes note of what was written.
    fn settle(&mut self, key: u32, planned: impl Iterator<Item = Planned>, mut written: usize) {
        for Planned { mut bytes, then } in planned {
            if !bytes.is_empty() && written == 0 {
                return;
            }
            let went = written.min(bytes.len());
            written -= went;
            bytes.advance(went);
            let peer = &mut self.peers[key as usize];
            match then {
                Then::Partial => {}
                Then::Control => {
                    peer.control_bytes -= went + bytes.len();
                    peer.control.pop_front();
                    if peer.control.is_empty() {
                        peer.control.shrink_to(0);
                    }
                }
                Then::Event {
                    cursor,
                    seq,
                    ref turn,
                } => {
                    peer.cursors[cursor as usize].seq = seq;
                    if let Some(event) = turn {
                        self.turn_with(key, cursor, event);
                    }
                }
                Then::Marks { cursor, rev } => peer.cursors[cursor as usize].set_rev(rev),
            }
            // A frame written in part counts as written: what is left of it goes before anything else. Of one written whole
            // nothing is kept, not even its place.
            let begun = !bytes.is_empty();
            self.peers[key as usize].partial = if begun { bytes } else { Bytes::new() };
            if begun {
                return;
            }
        }
    }

    /// Takes off the list the cursors that have read everything, or need something from the log.
    fn drop_done(&mut self, key: u32) {
        loop {
            let peer = &mut self.peers[key as usize];
            if peer.first == crate::cursor::NONE {
                return;
            }
            let (number, cursor) = (peer.first, &peer.cursors[peer.first as usize]);
            let Some(stream) = self.streams.get(cursor.stream) else {
                peer.unpend_first(CursorState::IDLE);
                continue;
            };
            let (events, marks) = (cursor.seq < stream.head.seq, cursor.rev() < stream.head.rev);
            let (after, rev, key_of_stream) = (cursor.seq, cursor.rev(), cursor.stream);
            let missing = if events {
                let next = after.next();
                let there = stream.event(next).is_some() || self.pages.event(key_of_stream, next).is_some();
                (!there).then_some(Want::Events(after))
            } else {
                let there = stream.marks(rev).is_some() || self.pages.marks(key_of_stream, rev).is_some();
                (!there).then_some(Want::Marks(rev))
            };
            match missing {
                _ if !events && !marks => peer.unpend_first(CursorState::IDLE),
                Some(want) => {
                    peer.unpend_first(CursorState::LOADING);
                    self.want(key, number, want);
                }
                None => return,
            }
        }
    }
}
