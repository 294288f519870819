//! Messages as this dialect shows them.

use actix_web::HttpRequest;
use parlor_domain::{Broadcast, Event, Media, MediaKind, MessageBody, Timestamp, What};
use serde_json::{Value, json};

use super::super::FOLDERS;
use crate::compat::Compat;
use crate::drf::time;
use crate::links::Links;
use crate::mount::Mount;

/// Makes URLs of what messages show.
pub(in super::super) struct MediaLinks {
    /// Of attachments: paths.
    attachments: Links,
    /// Of what stands in the text.
    others: Links,
}

impl MediaLinks {
    /// For frames, which are the same for all.
    pub(in super::super) fn in_frames(compat: &Compat, mount: Mount) -> Self {
        Self {
            attachments: compat.paths_at(mount).in_folders(FOLDERS),
            others: compat.links_at(mount).in_folders(FOLDERS),
        }
    }

    /// For the answer to a request.
    pub(in super::super) fn in_answer(compat: &Compat, request: &HttpRequest) -> Self {
        Self {
            attachments: compat.paths_at(Mount::of(request)).in_folders(FOLDERS),
            others: compat.links_for(request).in_folders(FOLDERS),
        }
    }
}

/// What a message says.
pub(in super::super) struct Said<'a> {
    number: i64,
    at: Timestamp,
    author: Option<i64>,
    body: &'a MessageBody,
    media: &'a [Media],
}

impl<'a> Said<'a> {
    /// Of an event; `None` if it is no message, or one that was deleted.
    pub(in super::super) fn by(event: &'a Event) -> Option<Self> {
        let What::Message(message) = &event.what else {
            return None;
        };
        Some(Self {
            number: event.number,
            at: event.at,
            author: event.actor.map(|author| author.number),
            body: message.body.as_ref()?,
            media: &message.media,
        })
    }

    /// Of what somebody, who has this number, has sent to a broadcast list. Its number is the time: it need only be the only one in its
    /// list.
    pub(in super::super) fn to_list(broadcast: &'a Broadcast, sender: i64) -> Self {
        Self {
            number: broadcast.at.micros(),
            at: broadcast.at,
            author: Some(sender),
            body: &broadcast.body,
            media: &broadcast.media,
        }
    }

    /// As JSON.
    ///
    /// A message has one attachment here: a picture, a video or a sound. What it shows besides stands in its text, each with its URL.
    pub(in super::super) fn shown(&self, is_read: bool, links: &MediaLinks) -> Value {
        let first = self.media.first().filter(|media| is_attachment(media));
        let rest = &self.media[usize::from(first.is_some())..];
        json!({
            "id": self.number,
            "text": links.others.text_with_media(self.body, rest),
            "attachment": first.map(|media| links.attachments.url(media)),
            "timestamp": time::drf(self.at),
            "is_read": is_read,
            "sender": self.author,
        })
    }

    /// What it says in words, with a line for each piece of media.
    pub(in super::super) fn text(&self, links: &MediaLinks) -> String {
        links.others.text_with_media(self.body, self.media)
    }
}

/// Whether this dialect knows such media as attachments.
pub(in super::super) fn is_attachment(media: &Media) -> bool {
    match media.kind {
        MediaKind::Image | MediaKind::Voice | MediaKind::Audio | MediaKind::Video => true,
        MediaKind::File => false,
    }
}
