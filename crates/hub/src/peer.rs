//! A connection's state in its worker.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use bytes::{Buf, Bytes, BytesMut};
use parlor_domain::{Seq, SessionId, StreamId, Timestamp, UserId, UserRef};
use smallvec::SmallVec;

use crate::connection::{CloseReason, Transport};
use crate::cursor::{Cursor, CursorState, NONE};
use crate::follow::Lead;
use crate::format::Format;
use crate::presence::PresenceState;

/// Bytes of answers that may wait in a connection. While more wait, nothing is read from its socket.
const CONTROL_BYTES: usize = 16 << 10;
/// Ephemeral frames are dropped while more than this waits.
const EPHEMERAL_BYTES: usize = 4 << 10;
/// For so many seconds a room that was told that somebody is typing is not told again.
const TYPING_SECONDS: u32 = 2;
/// Commands that may wait for their answers.
const IN_FLIGHT: usize = 32;

/// What a worker holds of a connection.
pub(crate) struct Peer {
    pub(crate) generation: u32,
    pub(crate) transport: Rc<dyn Transport>,
    pub(crate) format: Format,
    pub(crate) user: Option<UserRef>,
    pub(crate) session: Option<SessionId>,
    pub(crate) away: bool,
    pub(crate) private: bool,
    pub(crate) lead: Lead,
    /// The user's own stream.
    pub(crate) own: u32,
    /// Joins up to here in the user's own stream took effect at `hello`.
    pub(crate) settled: Seq,
    pub(crate) cursors: Vec<Cursor>,
    /// How many of them are not used.
    pub(crate) unused: u32,
    /// The list of cursors with something to write.
    pub(crate) first: u32,
    pub(crate) last: u32,
    /// What is left of a frame that was written in part.
    pub(crate) partial: Bytes,
    /// The tick in which that frame was begun.
    pub(crate) begun: u32,
    /// Answers and notices, which go before events.
    pub(crate) control: BytesMut,
    /// Commands that wait for their answers, as the hub and as the client number them: mostly none or one.
    pub(crate) in_flight: SmallVec<[(u64, u64); 1]>,
    pub(crate) commands: u64,
    /// When its access token expires.
    pub(crate) expires_at: Option<Timestamp>,
    rare: Option<Box<Rare>>,
    /// The tick of the last sign of life.
    pub(crate) heard: u32,
    pub(crate) queued: bool,
    pub(crate) urgent: bool,
    pub(crate) blocked: bool,
    pub(crate) full: bool,
    /// Nothing more is to be read for now, whatever room there is.
    pub(crate) held: bool,
    pub(crate) closing: Option<CloseReason>,
}

/// What few connections have.
#[derive(Default)]
pub(crate) struct Rare {
    /// People whose presence is followed.
    pub(crate) follows: HashSet<UserId>,
    /// Those of them who came or went, of which the owner is still to take note.
    noticed: HashMap<UserId, PresenceState>,
    /// Somebody left a room, or was blocked: perhaps those who are followed may not be any more.
    pub(crate) doubt: bool,
    /// How many messages were read of which the owner, who is told of all streams, is still to take note.
    said: u64,
    /// Rooms that the user is in again, while the end of the membership before is still to be read.
    pub(crate) rejoined: Vec<(StreamId, Seq, Seq)>,
    /// Rooms that are followed up to an event only, in the order in which that was decided.
    pub(crate) ending: Vec<(StreamId, Seq)>,
    /// Rooms that were told lately that the user is typing, and at which tick.
    pub(crate) typing: Vec<(StreamId, u32)>,
}

impl Rare {
    /// Follows somebody's presence no longer. Says whether it was followed.
    pub(crate) fn forget(&mut self, user: UserId) -> bool {
        self.noticed.remove(&user);
        self.follows.remove(&user)
    }
}

impl Peer {
    pub(crate) fn new(generation: u32, transport: Rc<dyn Transport>, format: Format, tick: u32) -> Self {
        Self {
            generation,
            transport,
            format,
            user: None,
            session: None,
            away: false,
            private: false,
            lead: Lead::Hub,
            own: NONE,
            settled: Seq::ZERO,
            cursors: Vec::new(),
            unused: 0,
            first: NONE,
            last: NONE,
            partial: Bytes::new(),
            begun: tick,
            control: BytesMut::new(),
            in_flight: SmallVec::new(),
            commands: 0,
            expires_at: None,
            rare: None,
            heard: tick,
            queued: false,
            urgent: false,
            blocked: false,
            full: false,
            held: false,
            closing: None,
        }
    }

    /// Takes a cursor that is not used any more, for another stream.
    pub(crate) fn free_cursor(&mut self) -> Option<usize> {
        if self.unused == 0 {
            return None;
        }
        let free = |cursor: &Cursor| !cursor.is_used() && cursor.state == CursorState::IDLE;
        let at = self.cursors.iter().position(free)?;
        self.unused -= 1;
        Some(at)
    }

    /// Puts a cursor on the list of those with something to write; one that waits for a page stays where it is.
    pub(crate) fn pend(&mut self, cursor: u32) {
        if self.cursors[cursor as usize].state != CursorState::IDLE {
            return;
        }
        self.cursors[cursor as usize].state = CursorState::LAST;
        match self.last {
            NONE => self.first = cursor,
            last => self.cursors[last as usize].state = CursorState::before(cursor),
        }
        self.last = cursor;
    }

    /// Takes the first cursor off the list.
    pub(crate) fn unpend_first(&mut self, state: CursorState) {
        let first = &mut self.cursors[self.first as usize];
        let next = std::mem::replace(&mut first.state, state).next();
        self.first = next.unwrap_or(NONE);
        if next.is_none() {
            self.last = NONE;
        }
    }

    /// Adds an answer or a notice.
    pub(crate) fn control(&mut self, frame: &[u8]) {
        self.control.extend_from_slice(frame);
    }

    /// So many bytes of answers and notices are written.
    pub(crate) fn control_went(&mut self, bytes: usize) {
        self.control.advance(bytes);
        if self.control.is_empty() {
            self.control = BytesMut::new();
        }
    }

    /// Adds a frame that nobody misses, unless others wait.
    pub(crate) fn ephemeral(&mut self, frame: &[u8]) -> bool {
        let fits = !self.blocked && self.control.len() < EPHEMERAL_BYTES;
        if fits {
            self.control(frame);
        }
        fits
    }

    /// Whether another command may be read.
    pub(crate) fn has_room(&self) -> bool {
        !self.held && self.control.len() < CONTROL_BYTES && self.in_flight.len() < IN_FLIGHT
    }

    /// What few connections have, made now if it is not there.
    pub(crate) fn rare(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    /// Whether a room is to be told that the user is typing: it was not told a moment ago.
    pub(crate) fn may_type(&mut self, room: StreamId, tick: u32) -> bool {
        let typing = &mut self.rare().typing;
        typing.retain(|(_, at)| tick.wrapping_sub(*at) < TYPING_SECONDS);
        let news = typing.iter().all(|(told, _)| *told != room);
        if news {
            typing.push((room, tick));
        }
        news
    }

    /// Notes how far a stream was read, and whether by a message, and tells the owner if he wants to know.
    pub(crate) fn read(&mut self, cursor: u32, seq: Seq, is_said: bool) {
        let cursor = &mut self.cursors[cursor as usize];
        cursor.seq = seq;
        let told = match self.lead {
            Lead::Hub => false,
            Lead::Owner => cursor.stream == self.own,
            Lead::OwnerOfAll => {
                if is_said {
                    self.rare().said += 1;
                }
                true
            }
        };
        if told {
            self.transport.attend();
        }
    }

    /// How many messages were read since the last call, where the owner is told of all streams.
    pub(crate) fn take_said(&mut self) -> u64 {
        self.rare
            .as_mut()
            .map_or(0, |rare| std::mem::take(&mut rare.said))
    }

    /// Somebody, perhaps the user himself, is no longer in a room that the connection follows, or one has blocked the other.
    pub(crate) fn doubt(&mut self, gone: Option<UserId>) {
        if let Some(rare) = &mut self.rare
            && gone.map_or(!rare.follows.is_empty(), |gone| rare.follows.contains(&gone))
        {
            rare.doubt = true;
            self.transport.attend();
        }
    }

    /// The people whose presence is followed, if it is in doubt whether they may be.
    pub(crate) fn take_doubted(&mut self) -> Vec<UserId> {
        let doubted = self.rare.as_mut().filter(|rare| rare.doubt);
        doubted.map_or_else(Vec::new, |rare| {
            rare.doubt = false;
            rare.follows.iter().copied().collect()
        })
    }

    /// Somebody came or went, of which the owner takes note if he follows it.
    pub(crate) fn notice(&mut self, user: UserId, state: PresenceState) {
        if let Some(rare) = self.rare.as_mut().filter(|rare| rare.follows.contains(&user)) {
            rare.noticed.insert(user, state);
            self.transport.attend();
        }
    }

    /// Who came or went since the last call.
    pub(crate) fn take_noticed(&mut self) -> Vec<(UserId, PresenceState)> {
        let noticed = self.rare.as_mut().map(|rare| std::mem::take(&mut rare.noticed));
        noticed.into_iter().flatten().collect()
    }

    /// Whether this person's presence is followed.
    pub(crate) fn follows(&self, user: UserId) -> bool {
        self.rare
            .as_ref()
            .is_some_and(|rare| rare.follows.contains(&user))
    }

    /// The people whose presence is followed.
    pub(crate) fn followed(&self) -> impl Iterator<Item = UserId> {
        self.rare.iter().flat_map(|rare| rare.follows.iter().copied())
    }

    /// Where the newer membership of a room begins, and what it shows, if it was noticed before the end of the older.
    pub(crate) fn take_rejoined(&mut self, room: StreamId) -> Option<(Seq, Seq)> {
        let rejoined = &mut self.rare.as_mut()?.rejoined;
        let at = rejoined.iter().position(|(stream, ..)| *stream == room)?;
        // In their order: he may have come and gone several times.
        let (_, joined, visible_from) = rejoined.remove(at);
        Some((joined, visible_from))
    }

    /// Whether there are rooms that are followed up to an event only.
    pub(crate) fn is_ending(&self) -> bool {
        self.rare.as_ref().is_some_and(|rare| !rare.ending.is_empty())
    }

    /// Forgets up to where and from where on a room was to be followed, because it is not followed any more at all.
    pub(crate) fn forget_plans(&mut self, room: StreamId) {
        if let Some(rare) = &mut self.rare {
            rare.rejoined.retain(|(stream, ..)| *stream != room);
            rare.ending.retain(|(stream, _)| *stream != room);
        }
    }

    /// The last event of a stream that a cursor is to read which has read up to here, if it is not to read on and on.
    pub(crate) fn last_of(&self, stream: StreamId, read: Seq) -> Option<Seq> {
        let mut ending = self.rare.as_ref()?.ending.iter();
        let found = ending.find(|(ending, last)| *ending == stream && *last > read);
        found.map(|(_, last)| *last)
    }

    /// Whether a cursor that has read up to here is to read no more of a stream, which is forgotten with that.
    pub(crate) fn take_ended(&mut self, stream: StreamId, read: Seq) -> bool {
        let Some(rare) = &mut self.rare else { return false };
        let ending = rare.ending.len();
        rare.ending
            .retain(|(ended, last)| *ended != stream || *last > read);
        rare.ending.len() < ending
    }

    /// Begins a command that the client calls `id`, and numbers it.
    pub(crate) fn begin(&mut self, id: u64) -> u64 {
        self.commands += 1;
        self.in_flight.push((self.commands, id));
        self.commands
    }

    /// Ends a command, and says what the client calls it; `None` if it was answered already.
    pub(crate) fn land(&mut self, command: u64) -> Option<u64> {
        let at = self.in_flight.iter().position(|(number, _)| *number == command)?;
        let (_, id) = self.in_flight.swap_remove(at);
        if self.in_flight.is_empty() {
            self.in_flight = SmallVec::new();
        }
        Some(id)
    }

    /// Tells the owner if something changed that he waits for.
    pub(crate) fn attend_if_room(&mut self) {
        if self.full && self.has_room() {
            self.full = false;
            self.transport.attend();
        }
    }

    pub(crate) fn close(&mut self, reason: CloseReason) {
        if self.closing.is_none() {
            self.closing = Some(reason);
            self.transport.attend();
        }
    }

    /// Whether there is anything to write.
    pub(crate) fn has_output(&self) -> bool {
        !self.partial.is_empty() || !self.control.is_empty() || self.first != NONE
    }
}
