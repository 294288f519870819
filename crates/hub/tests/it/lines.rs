//! A wire format that a test can read.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use parlor_domain::{Event, MarksUpdate, Position, Seq, StreamId, UserId, UserRef, What};
use parlor_hub::{FutureFrame, PresenceState, WireFormat};

/// A stream's short name: its number.
pub(crate) fn name(stream: StreamId) -> String {
    stream.uuid().as_u128().to_string()
}

/// Frames that are words: `STREAM:SEQ:TEXT`. That of a text that begins with "slow" takes a second, or as many as the next word says.
#[derive(Default)]
pub(crate) struct Lines {
    /// How many of those were begun.
    pub(crate) begun: AtomicUsize,
    /// Whether there is little memory left for them.
    pub(crate) short: AtomicBool,
}

/// How many seconds the frame of an event takes; `None` if it is there at once.
fn seconds(event: &Event) -> Option<u64> {
    let What::Message(message) = &event.what else {
        return None;
    };
    let mut words = message.body.as_ref()?.as_str().split(' ');
    words.next().filter(|word| *word == "slow")?;
    Some(words.next().and_then(|word| word.parse().ok()).unwrap_or(1))
}

fn line(text: String) -> Option<Bytes> {
    Some((text + "\n").into())
}

impl WireFormat for Lines {
    fn event(&self, event: &Event) -> Option<Bytes> {
        let text = match &event.what {
            What::Message(message) => message
                .body
                .as_ref()
                .map_or("deleted", |body| body.as_str())
                .to_owned(),
            What::MessageEdited { body, .. } => {
                let body = body.as_ref().map_or("deleted", |body| body.as_str());
                format!("edits {body}")
            }
            What::MessageDeleted { .. } => "deletes".to_owned(),
            other => format!("{other:?}")
                .split([' ', '{'])
                .next()
                .unwrap_or_default()
                .to_owned(),
        };
        line(format!("{}:{}:{text}", name(event.stream), event.seq))
    }

    fn takes_a_while(&self, event: &Event) -> bool {
        seconds(event).is_some()
    }

    fn later(&self, event: Arc<Event>) -> FutureFrame {
        self.begun.fetch_add(1, Ordering::Relaxed);
        let (frame, seconds) = (self.event(&event), seconds(&event).unwrap_or(0));
        Box::pin(async move {
            tokio::time::sleep(Duration::from_secs(seconds)).await;
            assert!(seconds > 0, "no frame can be made in no time");
            frame
        })
    }

    fn is_short(&self) -> bool {
        self.short.load(Ordering::Relaxed)
    }

    fn hidden(&self, event: &Event) -> Option<Bytes> {
        line(format!("{}:{}:hidden", name(event.stream), event.seq))
    }

    fn marks(&self, update: &MarksUpdate) -> Option<Bytes> {
        let reads = update.marks.iter().filter(|of| of.mark.read > Seq::ZERO).count();
        line(format!("marks:{}-{}:{reads}", update.after, update.rev))
    }

    fn done(&self, command: u64, event: &Event) -> Option<Bytes> {
        line(format!("done:{command}:{}", event.seq))
    }

    fn reset(&self, stream: StreamId, position: Position) -> Option<Bytes> {
        line(format!("reset:{}:{}", name(stream), position.seq))
    }

    fn typing(&self, _room: StreamId, user: UserRef) -> Option<Bytes> {
        line(format!("typing:{}", user.number))
    }

    fn presence(&self, people: &[(UserId, PresenceState)]) -> Option<Bytes> {
        let (user, state) = people.first()?;
        let state = match state {
            PresenceState::Online => "online",
            PresenceState::Away => "away",
            PresenceState::Offline => "offline",
        };
        line(format!("presence:{}:{state}", user.uuid().as_u128()))
    }

    fn ping(&self) -> Bytes {
        Bytes::from_static(b"ping\n")
    }

    fn leave(&self, after_ms: u64) -> Option<Bytes> {
        line(format!("leave:{after_ms}"))
    }
}
