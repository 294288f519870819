//! What a message of the room says here.

use parlor_domain::{Event, Media, Message, MessageBody, What};
use serde::Serialize;
use serde_json::Value;

use super::kind::Kind;
use super::label::Label;

/// What a message says.
pub(super) enum Said<'a> {
    /// A value of JSON, mostly a text, whatever type it is said to be of.
    Value(Kind, Value),
    /// Media, with a text that may be empty.
    Media(&'a MessageBody, &'a [Media]),
}

impl<'a> Said<'a> {
    /// Of the message that an event is; `None` if it is none, or was deleted.
    pub(super) fn by(event: &'a Event) -> Option<Self> {
        let (message, body) = message(event)?;
        if !message.media.is_empty() {
            return Some(Self::Media(body, &message.media));
        }
        let label = Label::of(&message.client_id);
        let json = label.is_json.then(|| serde_json::from_str(body.as_str()).ok());
        // Somebody may have edited it, who knows nothing of JSON.
        let value = json.flatten().unwrap_or_else(|| body.as_str().into());
        Some(Self::Value(label.kind, value))
    }
}

/// Whether an event is a message with pictures or voice, which are told themselves and not by their URLs.
pub(super) fn is_shown(event: &Event) -> bool {
    message(event).is_some_and(|(message, _)| {
        let mut media = message.media.iter();
        media.any(|media| Kind::of(media.kind).is_some())
    })
}

fn message(event: &Event) -> Option<(&Message, &MessageBody)> {
    match &event.what {
        What::Message(message) => Some((message, message.body.as_ref()?)),
        _ => None,
    }
}

/// A frame of `{"message", "type"}`.
#[derive(Serialize)]
pub(super) struct Told<M> {
    message: M,
    #[serde(rename = "type")]
    kind: &'static str,
}

impl<M> Told<M> {
    pub(super) fn new(kind: Kind, message: M) -> Self {
        let kind = kind.name();
        Self { message, kind }
    }
}
