//! How what happens in the room becomes a frame.

use std::sync::Arc;

use bytes::Bytes;
use parlor_domain::Event;
use parlor_http::frame;
use parlor_hub::{FutureFrame, WireFormat};

use super::kind::Kind;
use super::media_frames::MediaFrames;
use super::said::{Said, Told, is_shown};
use crate::directory::Directory;
use crate::links::Links;

/// Frames of messages. Those with pictures and voice take a while.
pub(crate) struct RelayFormat {
    /// The room. Sockets hear of others that their users are in, which are not told.
    pub(crate) halls: Arc<Directory<()>>,
    pub(crate) links: Links,
    pub(crate) media: Arc<MediaFrames>,
}

impl WireFormat for RelayFormat {
    fn event(&self, event: &Event) -> Option<Bytes> {
        self.halls.find(event.stream)?;
        Some(match Said::by(event)? {
            Said::Value(kind, value) => frame::json(&Told::new(kind, value)),
            Said::Media(body, media) => {
                let text = self.links.text_with_media(body, media);
                frame::json(&Told::new(Kind::Text, text))
            }
        })
    }

    fn takes_a_while(&self, event: &Event) -> bool {
        is_shown(event) && self.halls.find(event.stream).is_some()
    }

    fn later(&self, event: Arc<Event>) -> FutureFrame {
        let (media, links) = (self.media.clone(), self.links.clone());
        Box::pin(async move { media.of(&event, &links).await })
    }

    fn is_short(&self) -> bool {
        self.media.is_short()
    }

    fn ping(&self) -> Bytes {
        frame::ping()
    }
}
