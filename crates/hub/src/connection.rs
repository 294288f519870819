//! One socket, as the hub and its owner see it.

use std::io::{self, IoSlice};
use std::rc::Rc;

use bytes::Bytes;
use parlor_domain::{ConnectionId, Seq, StreamId, Timestamp, UserId};

use crate::follow::Start;
use crate::hub::TooMany;
use crate::peer::Peer;
use crate::presence::PresenceState;
use crate::worker::Worker;

/// What a connection writes to.
pub trait Transport {
    /// Writes as much as goes now, in this order, and says how many bytes that was.
    ///
    /// # Errors
    /// `WouldBlock` if nothing goes; any other error means that the socket is broken.
    fn write(&self, frames: &[IoSlice<'_>]) -> io::Result<usize>;

    /// The connection [has a reason to close](Connection::closing), [wants to write](Connection::wants_to_write) or
    /// [may be read](Connection::may_read) again: look.
    fn attend(&self);
}

/// Why the hub wants a connection closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseReason {
    /// The socket is broken: nothing can be said on it.
    Broken,
    /// Nothing was heard for too long.
    Stalled,
    /// Its session was revoked.
    SessionRevoked,
    /// Its access token expired.
    TokenExpired,
    /// The server stops.
    Stopping,
}

/// A socket's place in the hub. Dropping it takes the socket out.
pub struct Connection {
    worker: Rc<Worker>,
    key: u32,
    id: ConnectionId,
}

impl Connection {
    pub(crate) fn new(worker: Rc<Worker>, key: u32, id: ConnectionId) -> Self {
        Self { worker, key, id }
    }

    /// The connection's id, for [`Origin`](parlor_domain::Origin)s.
    pub fn id(&self) -> ConnectionId {
        self.id
    }

    fn with<T>(&self, act: impl FnOnce(&mut Peer) -> T) -> T {
        act(&mut self.worker.state().peers[self.key as usize])
    }

    /// Begins to feed the connection. What it is told first, such as its welcome, is said before or at once after.
    ///
    /// # Errors
    /// If the user has as many sockets as one may have.
    pub fn begin(&self, start: Start) -> Result<(), TooMany> {
        self.worker.begin(self.key, self.id, start)
    }

    /// Takes note that the other side is alive.
    pub fn heard(&self) {
        let mut state = self.worker.state();
        let tick = state.tick;
        state.peers[self.key as usize].heard = tick;
    }

    /// Whether another command may be read. If not, the transport is told to look again when it may.
    pub fn may_read(&self) -> bool {
        self.with(|peer| {
            peer.full = !peer.has_room();
            !peer.full
        })
    }

    /// Reads no more commands for now, since one is worked on that takes a lot of memory, until it is [let go of](Self::let_go).
    pub fn hold(&self) {
        self.with(|peer| peer.held = true);
    }

    /// Commands may be read again. Silence counts from now on, since whatever came meanwhile was not read.
    pub fn let_go(&self) {
        let mut state = self.worker.state();
        let tick = state.tick;
        let peer = &mut state.peers[self.key as usize];
        peer.held = false;
        peer.heard = tick;
        peer.attend_if_room();
    }

    /// A command was read, which the client calls `id`. Gives its number here, for its answer and for
    /// [`Origin`](parlor_domain::Origin)s.
    pub fn command(&self, id: u64) -> u64 {
        self.with(|peer| peer.begin(id))
    }

    /// Answers a command, if the hub did not do so when it saw the event that the command asked for. The frame is made
    /// with what the client calls the command. What was published before is taken in first, so that the commands of which
    /// it tells are answered first.
    pub fn answer(&self, command: u64, frame: impl FnOnce(u64) -> Bytes) {
        self.worker.take_in();
        let landed = self.with(|peer| peer.land(command));
        if let Some(id) = landed {
            self.say(frame(id));
        }
    }

    /// Answers a command with the next frame that goes out, at the latest with the next tick.
    pub fn answer_lazily(&self, command: u64, frame: impl FnOnce(u64) -> Bytes) {
        let landed = self.with(|peer| peer.land(command));
        if let Some(id) = landed {
            self.worker.say_lazily(self.key, frame(id));
        }
    }

    /// From when on the connection needs another access token.
    pub fn expire_at(&self, at: Timestamp) {
        self.with(|peer| peer.expires_at = Some(at));
    }

    /// Says something, before any event.
    pub fn say(&self, frame: Bytes) {
        self.worker.say(self.key, frame);
    }

    /// The room's head if the connection follows its stream.
    pub fn follows(&self, stream: StreamId) -> Option<Seq> {
        self.worker.follows(self.key, stream)
    }

    /// Follows a room from this event on, after what was followed before if the end of that is still to be read: for owners who
    /// [lead](crate::Lead).
    pub fn follow(&self, room: StreamId, joined: Seq, visible_from: Seq) {
        self.worker.follow(self.key, room, joined, visible_from);
    }

    /// Follows a room up to this event and no longer: for owners who [lead](crate::Lead).
    pub fn unfollow_after(&self, room: StreamId, last: Seq) {
        self.worker.unfollow_after(self.key, room, last);
    }

    /// Up to which event of a stream everything was written or is in a frame that was begun; `None` if the connection does not follow
    /// it.
    pub fn reached(&self, stream: StreamId) -> Option<Seq> {
        self.worker.reached(self.key, stream)
    }

    /// How many messages were read since the last call, without those that were deleted: for owners who
    /// [lead all](crate::Lead::OwnerOfAll).
    pub fn said(&self) -> u64 {
        self.with(Peer::take_said)
    }

    /// Whether the others in a room are to be told that this user is typing: the connection follows the room, and this was not
    /// asked a moment ago.
    pub fn may_type(&self, room: StreamId) -> bool {
        self.worker.may_type(self.key, room)
    }

    /// Tells the others in a room that this user is typing. Only where the connection follows the room, and if it
    /// [may](Self::may_type).
    pub fn typing(&self, room: StreamId) {
        self.worker.typing(self.key, room);
    }

    /// The user leaves this device for a while, or comes back to it.
    pub fn set_away(&self, away: bool) {
        self.worker.set_away(self.key, away);
    }

    /// Follows a person's presence, and says how that person is; `None` if too many are followed. An owner who
    /// [leads](crate::Lead) is told to look at once when the person's first device comes or the last one goes: see
    /// [`noticed`](Self::noticed).
    pub fn watch(&self, user: UserId) -> Option<PresenceState> {
        self.worker.watch(self.key, self.id, user)
    }

    /// Those of the people whose presence is followed who came or went since the last call: for owners who
    /// [lead](crate::Lead). Others hear of it by their wire format, and of who went only when he did not come back for a while.
    pub fn noticed(&self) -> Vec<(UserId, PresenceState)> {
        self.with(Peer::take_noticed)
    }

    /// The people whose presence is followed, if somebody left a room since the last call, so that perhaps there is no room left
    /// with one of them in it, or somebody was blocked. Their follower is told to look when there are any.
    pub fn doubted(&self) -> Vec<UserId> {
        self.with(Peer::take_doubted)
    }

    /// Follows a person's presence no longer. Says whether it was followed.
    pub fn unwatch(&self, user: UserId) -> bool {
        self.worker.unwatch(self.key, self.id, user)
    }

    /// Whether something waits that the socket did not take.
    pub fn wants_to_write(&self) -> bool {
        self.with(|peer| peer.blocked)
    }

    /// The socket takes more.
    pub fn writable(&self) {
        self.worker.writable(self.key);
    }

    /// Makes the connection's owner look, as the hub does.
    pub fn attend(&self) {
        self.with(|peer| peer.transport.attend());
    }

    /// Why the connection shall be closed, if it shall.
    pub fn closing(&self) -> Option<CloseReason> {
        self.with(|peer| peer.closing)
    }

    /// What is left to be written of answers and of a frame begun, for the close frame to follow.
    pub fn rest(&self) -> Vec<Bytes> {
        self.with(|peer| {
            let mut rest = vec![std::mem::take(&mut peer.partial)];
            rest.push(std::mem::take(&mut peer.control).freeze());
            rest
        })
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.worker.disconnect(self.key, self.id);
    }
}
