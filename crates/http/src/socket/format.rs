//! Parlor's own wire format.

use bytes::Bytes;
use parlor_domain::{Event, MarksUpdate, Position, StreamId, Timestamp, UserId, UserRef};
use parlor_hub::{PresenceState, WireFormat};
use parlor_wire::{EventView, MarksView, Notice, Presence, StreamHead, StreamKind, Success, Verdict};

use super::frame;

/// For how long "is typing" holds.
const TYPING_MS: u32 = 6000;

/// JSON text frames, as docs/PROTOCOL.md describes them.
#[derive(Debug, Clone, Copy, Default)]
pub struct JsonFormat;

impl WireFormat for JsonFormat {
    fn event(&self, event: &Event) -> Option<Bytes> {
        Some(frame::json(&EventView::from(event)))
    }

    fn hidden(&self, event: &Event) -> Option<Bytes> {
        Some(frame::json(&EventView::hidden(event)))
    }

    fn marks(&self, update: &MarksUpdate) -> Option<Bytes> {
        Some(frame::notice(&Notice::Marks(MarksView::from(update))))
    }

    fn done(&self, command: u64, event: &Event) -> Option<Bytes> {
        Some(done(command, event))
    }

    fn reset(&self, stream: StreamId, position: Position) -> Option<Bytes> {
        let stream = stream.uuid();
        let (kind, verdict) = (StreamKind::Group, Verdict::Reset);
        Some(frame::notice(&Notice::Reset(StreamHead {
            stream,
            kind,
            head: position.into(),
            verdict,
        })))
    }

    fn typing(&self, room: StreamId, user: UserRef) -> Option<Bytes> {
        let (room, user) = (room.uuid(), user.into());
        Some(frame::notice(&Notice::Typing {
            room,
            user,
            expires_ms: TYPING_MS,
        }))
    }

    fn presence(&self, people: &[(UserId, PresenceState)]) -> Option<Bytes> {
        let users = people
            .iter()
            // All who follow somebody get the same, and not all of them may know when he was last there.
            .map(|(user, state)| presence(*user, *state, None))
            .collect();
        Some(frame::notice(&Notice::Presence { users }))
    }

    fn ping(&self) -> Bytes {
        frame::ping()
    }

    fn leave(&self, after_ms: u64) -> Option<Bytes> {
        Some(frame::notice(&Notice::Move { after_ms }))
    }
}

/// The answer to a command that appended an event.
pub(crate) fn done(command: u64, event: &Event) -> Bytes {
    let (seq, tag, at) = (Some(event.seq.0), Some(event.tag.0), Some(event.at.into()));
    frame::notice(&Notice::Ok(Success {
        id: command,
        seq,
        tag,
        at,
        ..Success::default()
    }))
}

/// How somebody is, and when he was last there.
pub(crate) fn presence(user: UserId, state: PresenceState, last_seen: Option<Timestamp>) -> Presence {
    Presence {
        user: user.uuid(),
        online: state != PresenceState::Offline,
        away: state == PresenceState::Away,
        last_seen: last_seen.map(Into::into),
    }
}
