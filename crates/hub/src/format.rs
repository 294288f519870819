//! How what happened becomes bytes on a socket.

use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use parlor_domain::{Event, MarksUpdate, Position, StreamId, UserId, UserRef};

use crate::PresenceState;

/// One dialect's encoding of what sockets are told. Every method gives complete frames, header included, ready to be
/// written to the socket; `None` where the dialect has no such thing, as is so of all but events where nothing else is said.
pub trait WireFormat: Send + Sync {
    /// An event, for a reader who may see everything it says. Also if a frame that takes a while could not be made.
    fn event(&self, event: &Event) -> Option<Bytes>;

    /// Whether the frame of an event takes a while, since something must be read or worked out for it. Then it is not asked for at
    /// once, but made by [`later`](Self::later).
    fn takes_a_while(&self, _event: &Event) -> bool {
        false
    }

    /// The frame of an event that takes a while. It is made once for all who are to be told, who are told nothing of what comes after
    /// the event in its stream meanwhile. It lives as long as the event is in a ring, some seconds for those who waited for it, and as
    /// long as somebody has not taken all of it: how much of that there may be is for the format to see to.
    fn later(&self, event: Arc<Event>) -> FutureFrame {
        let frame = self.event(&event);
        Box::pin(async move { frame })
    }

    /// Whether memory for such frames is short. As long as it is, connections are closed that have taken longer with a frame than events
    /// are in a ring: nobody else needs it any more.
    fn is_short(&self) -> bool {
        false
    }

    /// An event, for a reader who may not see the one that it is about.
    fn hidden(&self, _event: &Event) -> Option<Bytes> {
        None
    }

    /// Marks that moved.
    fn marks(&self, _update: &MarksUpdate) -> Option<Bytes> {
        None
    }

    /// The answer to the command that asked for this event.
    fn done(&self, _command: u64, _event: &Event) -> Option<Bytes> {
        None
    }

    /// What a reader has of a stream is of no more use; he goes on from this position.
    fn reset(&self, _stream: StreamId, _position: Position) -> Option<Bytes> {
        None
    }

    /// Somebody is typing in a room.
    fn typing(&self, _room: StreamId, _user: UserRef) -> Option<Bytes> {
        None
    }

    /// People came or went.
    fn presence(&self, _people: &[(UserId, PresenceState)]) -> Option<Bytes> {
        None
    }

    /// A sign of life that the other side must answer.
    fn ping(&self) -> Bytes;

    /// The server is about to stop: connect anew after so many milliseconds.
    fn leave(&self, _after_ms: u64) -> Option<Bytes> {
        None
    }
}

/// A frame that is being made; `None` if there is none after all.
pub type FutureFrame = Pin<Box<dyn Future<Output = Option<Bytes>>>>;

/// The place of a wire format in the hub's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Format(pub u8);

impl Format {
    pub(crate) fn index(self) -> usize {
        self.0.into()
    }
}
