//! How what happened becomes bytes on a socket.

use bytes::Bytes;
use parlor_domain::{Event, MarksUpdate, Position, StreamId, UserId, UserRef};

use crate::PresenceState;

/// One dialect's encoding of what sockets are told. Every method gives complete frames, header included, ready to be
/// written to the socket; `None` where the dialect has no such thing.
pub trait WireFormat: Send + Sync {
    /// An event, for a reader who may see everything it says.
    fn event(&self, event: &Event) -> Option<Bytes>;

    /// An event, for a reader who may not see the one that it is about.
    fn hidden(&self, event: &Event) -> Option<Bytes>;

    /// Marks that moved.
    fn marks(&self, update: &MarksUpdate) -> Option<Bytes>;

    /// The answer to the command that asked for this event.
    fn done(&self, command: u64, event: &Event) -> Option<Bytes>;

    /// What a reader has of a stream is of no more use; he goes on from this position.
    fn reset(&self, stream: StreamId, position: Position) -> Option<Bytes>;

    /// Somebody is typing in a room.
    fn typing(&self, room: StreamId, user: UserRef) -> Option<Bytes>;

    /// People came or went.
    fn presence(&self, people: &[(UserId, PresenceState)]) -> Option<Bytes>;

    /// A sign of life that the other side must answer.
    fn ping(&self) -> Bytes;

    /// The server is about to stop: connect anew after so many milliseconds.
    fn leave(&self, after_ms: u64) -> Option<Bytes>;
}

/// The place of a wire format in the hub's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Format(pub u8);

impl Format {
    pub(crate) fn index(self) -> usize {
        self.0.into()
    }
}
