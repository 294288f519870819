//! Frames with pictures and voice messages in base64.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use parlor_domain::{Event, Media, MessageBody};
use parlor_http::frame;
use parlor_services::Services;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

use super::kind::Kind;
use super::said::{Said, Told};
use crate::links::Links;

/// How much of such frames may be in memory, for all sockets of this node together, in KiB. What does not fit is told by its URL.
const MOST_KIB: usize = 128 << 10;
/// Most bytes of the frames of one message. What does not fit is told by its URL.
const LONGEST: usize = 32 << 20;
/// Messages of which frames are made at the same time.
const AT_ONCE: usize = 2;
/// How long the sockets of the room wait for a picture. One that takes longer is told by its URL.
const PATIENCE: Duration = Duration::from_secs(20);

/// Makes frames with pictures as PNG and voice messages as WAV.
pub(crate) struct MediaFrames {
    services: Arc<Services>,
    memory: Arc<Semaphore>,
    turns: Semaphore,
}

/// A frame that takes memory as long as anybody has something of it.
struct Counted {
    frame: Bytes,
    _memory: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &self.frame
    }
}

impl MediaFrames {
    pub(crate) fn new(services: Arc<Services>) -> Self {
        Self {
            services,
            memory: Arc::new(Semaphore::new(MOST_KIB)),
            turns: Semaphore::new(AT_ONCE),
        }
    }

    /// The frames of a message with media, one after the other: its text, with lines for what is told by its URL, and then one for each
    /// picture and voice message. `None` if it is no such message.
    pub(super) async fn of(&self, event: &Event, links: &Links) -> Option<Bytes> {
        let Said::Media(body, media) = Said::by(event)? else {
            return None;
        };
        let _turn = self.turns.acquire().await.ok()?;
        let frames = self.make(body, media, links).await;
        let counted = self.count(frames);
        Some(counted.unwrap_or_else(|| text(links.text_with_media(body, media))))
    }

    async fn make(&self, body: &MessageBody, media: &[Media], links: &Links) -> Bytes {
        let until = Instant::now() + PATIENCE;
        let (mut shown, mut length, mut named) = (Vec::new(), 0, Vec::new());
        for piece in media {
            let frame = self.frame(piece, until).await;
            match frame.filter(|frame| length + frame.len() <= LONGEST) {
                Some(frame) => {
                    length += frame.len();
                    shown.push(frame);
                }
                None => named.push(piece.clone()),
            }
        }
        let is_worded = !body.as_str().is_empty() || !named.is_empty();
        let words = is_worded.then(|| text(links.text_with_media(body, &named)));
        let mut frames: Vec<Bytes> = words.into_iter().chain(shown).collect();
        match frames.pop() {
            Some(only) if frames.is_empty() => only,
            last => {
                frames.extend(last);
                frames.concat().into()
            }
        }
    }

    /// The frame of a picture or a voice message; `None` for other media, and where it cannot be had.
    async fn frame(&self, media: &Media, until: Instant) -> Option<Bytes> {
        let kind = Kind::of(media.kind)?;
        let bytes = match timeout_at(until, self.services.renditions.of(media.id)).await {
            Ok(Ok(bytes)) => bytes,
            Ok(Err(error)) => {
                let error = &error as &dyn std::error::Error;
                tracing::info!(error, media = %media.id, "media are told by their URL");
                return None;
            }
            Err(_late) => return None,
        };
        let made = tokio::task::spawn_blocking(move || {
            let message = STANDARD.encode(&bytes);
            drop(bytes);
            frame::json(&Told::new(kind, message))
        });
        made.await.ok()
    }

    /// The frame, as long as there is memory for it.
    fn count(&self, frame: Bytes) -> Option<Bytes> {
        let kib = u32::try_from(frame.len().div_ceil(1024)).ok()?;
        let memory = self.memory.clone().try_acquire_many_owned(kib).ok()?;
        Some(Bytes::from_owner(Counted {
            frame,
            _memory: memory,
        }))
    }
}

fn text(text: String) -> Bytes {
    frame::json(&Told::new(Kind::Text, text))
}
