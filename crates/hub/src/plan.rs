//! What the next write of a connection carries.

use std::sync::Arc;

use bytes::Bytes;
use parlor_domain::{Event, Rev, Seq};
use smallvec::SmallVec;

use crate::peer::Peer;
use crate::slot::Encoded;
use crate::worker::State;

/// Bytes that one write carries, about.
const WRITE_BYTES: usize = 32 << 10;
/// Frames that one write carries.
const WRITE_FRAMES: usize = 64;

/// A frame about to be written, and what is true once it is begun.
pub(crate) struct Planned<'a> {
    pub(crate) bytes: &'a [u8],
    /// The same bytes where others share them, so that what is left of them can be kept.
    pub(crate) shared: Option<&'a Bytes>,
    pub(crate) step: Step,
}

/// What a write changes.
pub(crate) enum Step {
    /// The frame begun before went on.
    Partial,
    /// Some of the answers went.
    Control,
    /// The cursor has read this event, which may change what the connection follows.
    Event {
        cursor: u32,
        seq: Seq,
        /// Whether it is a message that was not deleted.
        is_said: bool,
        turn: Option<Arc<Event>>,
    },
    /// The cursor has read marks up to here.
    Marks { cursor: u32, rev: Rev },
}

impl State {
    /// Gathers what the next write carries.
    pub(crate) fn plan<'a>(&'a self, peer: &'a Peer) -> SmallVec<[Planned<'a>; 4]> {
        let mut planned = SmallVec::new();
        let mut bytes = 0;
        let mut add = |frame: Planned<'a>| {
            bytes += frame.bytes.len();
            planned.push(frame);
            bytes < WRITE_BYTES && planned.len() < WRITE_FRAMES
        };
        let partial = Planned {
            bytes: &peer.partial,
            shared: Some(&peer.partial),
            step: Step::Partial,
        };
        let control = Planned {
            bytes: &peer.control,
            shared: None,
            step: Step::Control,
        };
        for first in [partial, control] {
            if !first.bytes.is_empty() && !add(first) {
                return planned;
            }
        }
        let mut next = (peer.first != crate::cursor::NONE).then_some(peer.first);
        while let Some(cursor) = next {
            if !self.pull(peer, cursor, &mut add) {
                break;
            }
            next = peer.cursors[cursor as usize].state.next();
        }
        planned
    }

    /// Gathers what a cursor can read without waiting; false once the write is full.
    fn pull<'a>(&'a self, peer: &Peer, number: u32, add: &mut impl FnMut(Planned<'a>) -> bool) -> bool {
        let cursor = &peer.cursors[number as usize];
        let Some(stream) = self.streams.get(cursor.stream) else {
            return true;
        };
        let formats = &self.hub.formats;
        let planned = |shared: Option<&'a Bytes>, step| Planned {
            bytes: shared.map_or(&[], |bytes| bytes),
            shared,
            step,
        };
        let mut seq = cursor.seq;
        let last = peer.last_of(stream.id, seq);
        while seq < stream.head.seq && last.is_none_or(|last| seq < last) {
            seq = seq.next();
            let awaited = self.making.event(stream.id, seq);
            let slot = awaited.or_else(|| stream.event(seq));
            let Some(slot) = slot.or_else(|| self.pages.event(cursor.stream, seq)) else {
                return true;
            };
            let Encoded::Frame(frame) = slot.encoded(peer.format, cursor.visible_from, formats) else {
                return true;
            };
            let step = Step::Event {
                cursor: number,
                seq,
                is_said: slot.is_said(),
                turn: slot.is_turn().then(|| slot.event.clone()),
            };
            if !add(planned(frame, step)) {
                return false;
            }
            if peer.user.is_some_and(|user| slot.event.is_last_for(user.id)) {
                return true;
            }
        }
        if last.is_some_and(|last| seq >= last) {
            return true;
        }
        let mut rev = cursor.rev();
        while rev < stream.head.rev {
            let Some(slot) = stream.marks(rev).or_else(|| self.pages.marks(cursor.stream, rev)) else {
                return true;
            };
            rev = slot.update.rev;
            let step = Step::Marks { cursor: number, rev };
            if !add(planned(slot.encoded(peer.format, peer.private, formats), step)) {
                return false;
            }
        }
        true
    }
}
