//! How what happens in chats becomes a frame.

mod said;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use parlor_domain::{Event, What};
use parlor_http::frame;
use parlor_hub::WireFormat;
use serde_json::json;

pub(super) use self::said::{MediaLinks, Said, is_attachment};
use crate::compat::Compat;
use crate::directory::Directory;
use crate::mount::Mount;

/// How often people came into a room while somebody followed it. Whoever tells who is there looks again when it changes.
#[derive(Debug, Default)]
pub(crate) struct Turnout(AtomicU64);

impl Turnout {
    /// How often, up to what the reader has read.
    pub(super) fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn note(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Frames of messages. Of edits and deletions this dialect tells nothing.
pub(crate) struct MessengerFormat {
    /// Of the rooms that sockets follow.
    turnouts: Arc<Directory<Arc<Turnout>>>,
    media: MediaLinks,
}

impl MessengerFormat {
    /// Frames for sockets at this mount.
    pub(crate) fn new(compat: &Compat, mount: Mount, turnouts: Arc<Directory<Arc<Turnout>>>) -> Self {
        Self {
            turnouts,
            media: MediaLinks::in_frames(compat, mount),
        }
    }
}

impl WireFormat for MessengerFormat {
    fn event(&self, event: &Event) -> Option<Bytes> {
        if let What::MembersJoined { .. } = &event.what {
            // Before anybody has read the event, since its frame is made first.
            if let Some(turnout) = self.turnouts.find(event.stream) {
                turnout.note();
            }
            return None;
        }
        let said = Said::by(event)?;
        let message = said.shown(false, &self.media);
        Some(frame::json(&json!({ "message": message })))
    }

    fn ping(&self) -> Bytes {
        frame::ping()
    }
}
