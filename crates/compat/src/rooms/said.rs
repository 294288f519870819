//! Messages as this dialect shows them.

use parlor_domain::{Event, Media, MessageBody, Timestamp, UserRef, What};
use serde_json::{Value, json};

use crate::drf::time;
use crate::links::{Links, media_type};

/// What a message says.
pub(super) struct Said<'a> {
    number: i64,
    at: Timestamp,
    author: Option<UserRef>,
    body: &'a MessageBody,
    media: &'a [Media],
    edited_at: Option<Timestamp>,
}

impl<'a> Said<'a> {
    /// Of the message that an event is, or is an edit of; `None` if it is neither, or the message was deleted.
    pub(super) fn by(event: &'a Event) -> Option<Self> {
        let (number, at, body, media, edited_at) = match &event.what {
            What::Message(message) => (
                event.number,
                event.at,
                &message.body,
                &message.media,
                message.edited_at,
            ),
            What::MessageEdited {
                number,
                at,
                body,
                media,
                edited_at,
                ..
            } => (*number, *at, body, media, *edited_at),
            _ => return None,
        };
        Some(Self {
            number,
            at,
            // Nobody edits what another has said.
            author: event.actor,
            body: body.as_ref()?,
            media,
            edited_at,
        })
    }

    /// What it shows besides its one file.
    pub(super) fn beyond_file(&self) -> &'a [Media] {
        self.media.get(1..).unwrap_or_default()
    }

    /// As JSON, in the room with this number.
    ///
    /// A message has one file here, and one id. One that shows more has the others' URLs in its text.
    pub(super) fn shown(&self, room: i64, files: &Links, others: &Links) -> Value {
        let file = self.media.first();
        let rest = self.beyond_file();
        json!({
            "id": self.number,
            "text": others.text_with_media(self.body, rest),
            "file": file.map(|media| files.url(media)),
            "file_type": file.map(media_type),
            "created_at": time::drf(self.at),
            "updated_at": time::drf(self.edited_at.unwrap_or(self.at)),
            "room": room,
            "owner": self.author.map(|author| author.number),
        })
    }
}
