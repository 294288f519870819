//! Writing: each connection that is ready pulls what its socket takes, with one call.

use std::io::{ErrorKind, IoSlice};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use smallvec::SmallVec;

use crate::connection::CloseReason;
use crate::cursor::CursorState;
use crate::pages::Want;
use crate::plan::{Planned, Step};
use crate::slot::{Encoded, EventSlot};
use crate::worker::State;

/// Frames that are fewer bytes in all are copied into one: that costs less than to hand them over one by one.
const GATHER_BYTES: usize = 4 << 10;
/// Writes in one turn of the loop.
const TURN_WRITES: usize = 256;
/// How long one turn of the loop may take, and after how many writes that is looked at.
const TURN: Duration = Duration::from_millis(1);
const TURN_LOOKS: usize = 16;

/// Places that a worker keeps for the next write.
#[derive(Default)]
pub(crate) struct Buffers {
    /// What a write changes, and how many bytes of each went.
    steps: Vec<(Step, usize)>,
    gathered: Vec<u8>,
}

/// How a write went.
struct Written {
    /// The socket takes no more for now.
    blocked: bool,
    broken: bool,
    /// What is left of a frame that was begun.
    rest: Bytes,
}

/// What a cursor needs to go on.
enum Missing {
    /// Something from the log.
    Page(Want),
    /// The frame of this event.
    Frame(Arc<EventSlot>),
}

impl State {
    /// Writes to connections that are ready, answers first, until nothing is left or the turn is over. Says whether
    /// something is left.
    pub(crate) fn flush_some(&mut self) -> bool {
        let began = Instant::now();
        for number in 1..=TURN_WRITES {
            let Some(key) = self.next_ready() else {
                return false;
            };
            self.flush(key);
            if number % TURN_LOOKS == 0 && began.elapsed() > TURN {
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
        let Some(peer) = self.peers.get_mut(key as usize) else {
            return;
        };
        if peer.blocked || peer.closing == Some(CloseReason::Broken) {
            return;
        }
        if !peer.has_output() {
            return peer.attend_if_room();
        }
        let mut buffers = std::mem::take(&mut self.buffers);
        let written = self.write(key, &mut buffers);
        self.settle(key, buffers.steps.drain(..), written);
        self.buffers = buffers;
        self.drop_done(key);
        let peer = &mut self.peers[key as usize];
        peer.attend_if_room();
        if peer.has_output() && !peer.blocked {
            self.enqueue(key);
        }
    }

    /// Writes once, and notes what that changes.
    fn write(&self, key: u32, buffers: &mut Buffers) -> Written {
        let peer = &self.peers[key as usize];
        let planned = self.plan(peer);
        let whole: usize = planned.iter().map(|frame| frame.bytes.len()).sum();
        let sent = if whole == 0 {
            Ok(0)
        } else if let [only] = &planned[..] {
            peer.transport.write(&[IoSlice::new(only.bytes)])
        } else if whole <= GATHER_BYTES {
            buffers.gathered.clear();
            planned
                .iter()
                .for_each(|frame| buffers.gathered.extend_from_slice(frame.bytes));
            peer.transport.write(&[IoSlice::new(&buffers.gathered)])
        } else {
            let slices: SmallVec<[_; 4]> = planned.iter().map(|frame| IoSlice::new(frame.bytes)).collect();
            peer.transport.write(&slices)
        };
        let mut written = Written {
            blocked: false,
            broken: false,
            rest: Bytes::new(),
        };
        let mut left = match sent {
            Ok(sent) => sent,
            Err(error) => {
                written.broken = error.kind() != ErrorKind::WouldBlock;
                0
            }
        };
        written.blocked = left < whole && !written.broken;
        for Planned { bytes, shared, step } in planned {
            if !bytes.is_empty() && left == 0 {
                break;
            }
            let went = left.min(bytes.len());
            left -= went;
            buffers.steps.push((step, went));
            if went < bytes.len() {
                // A frame written in part counts as written: what is left of it goes before anything else.
                written.rest = shared.map(|shared| shared.slice(went..)).unwrap_or_default();
                break;
            }
        }
        written
    }

    /// Takes note of what was written.
    fn settle(&mut self, key: u32, steps: impl Iterator<Item = (Step, usize)>, written: Written) {
        let peer = &mut self.peers[key as usize];
        if written.broken {
            peer.close(CloseReason::Broken);
        } else if written.blocked {
            peer.blocked = true;
            peer.transport.attend();
        }
        let mut begun = self.tick;
        for (step, went) in steps {
            let peer = &mut self.peers[key as usize];
            begun = match step {
                Step::Partial => peer.begun,
                _ => self.tick,
            };
            match step {
                Step::Partial => peer.partial = Bytes::new(),
                Step::Control => peer.control_went(went),
                Step::Event {
                    cursor,
                    seq,
                    is_said,
                    turn,
                } => {
                    peer.read(cursor, seq, is_said);
                    if let Some(event) = turn {
                        self.turn_with(key, cursor, &event);
                    }
                    self.end_if_read(key, cursor);
                }
                Step::Marks { cursor, rev } => peer.cursors[cursor as usize].set_rev(rev),
            }
        }
        if !written.rest.is_empty() {
            let peer = &mut self.peers[key as usize];
            (peer.partial, peer.begun) = (written.rest, begun);
        }
    }

    /// Takes off the list the cursors that have read everything, or need something from the log or a frame that is still to be made.
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
                let slot = self
                    .making
                    .event(stream.id, next)
                    .or_else(|| stream.event(next))
                    .or_else(|| self.pages.event(key_of_stream, next));
                let formats = &self.hub.formats;
                match slot.map(|slot| (slot, slot.encoded(peer.format, cursor.visible_from, formats))) {
                    None => Some(Missing::Page(Want::Events(after))),
                    Some((slot, Encoded::Awaited)) => Some(Missing::Frame(slot.clone())),
                    Some((_, Encoded::Frame(_))) => None,
                }
            } else {
                let there = stream.marks(rev).is_some() || self.pages.marks(key_of_stream, rev).is_some();
                (!there).then_some(Missing::Page(Want::Marks(rev)))
            };
            match missing {
                _ if !events && !marks => peer.unpend_first(CursorState::IDLE),
                Some(Missing::Page(want)) => {
                    peer.unpend_first(CursorState::LOADING);
                    self.want(key, number, want);
                }
                Some(Missing::Frame(slot)) => {
                    peer.unpend_first(CursorState::LOADING);
                    self.await_frame(key, number, slot);
                }
                None => return,
            }
        }
    }
}
