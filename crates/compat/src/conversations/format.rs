//! How what happens in a conversation becomes a frame.

use std::sync::Arc;

use bytes::Bytes;
use parlor_domain::{Event, UserId, What};
use parlor_http::frame;
use parlor_hub::WireFormat;
use serde::Serialize;

use crate::directory::Directory;
use crate::links::Links;

/// The two people of a conversation.
pub(crate) type Pair = [UserId; 2];

/// Frames of `{"message", "recipient_id"}`.
pub(crate) struct ConversationsFormat {
    pub(crate) pairs: Arc<Directory<Pair>>,
    pub(crate) links: Links,
}

#[derive(Serialize)]
struct Said {
    message: String,
    recipient_id: String,
}

impl WireFormat for ConversationsFormat {
    fn event(&self, event: &Event) -> Option<Bytes> {
        let What::Message(message) = &event.what else {
            return None;
        };
        let body = message.body.as_ref()?;
        let sender = event.actor?;
        let [one, other] = self.pairs.find(event.stream)?;
        let recipient = if one == sender.id { other } else { one };
        Some(frame::json(&Said {
            message: self.links.text_with_media(body, &message.media),
            recipient_id: recipient.uuid().to_string(),
        }))
    }

    fn ping(&self) -> Bytes {
        frame::ping()
    }
}
