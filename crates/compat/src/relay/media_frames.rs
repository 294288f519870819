//! Frames with pictures and voice messages in base64.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use parlor_domain::{Event, Media, MessageBody, Timestamp};
use parlor_http::frame;
use parlor_services::{Error, Services};
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
/// How long after a message the sockets of the room wait at most until its media are converted, whatever else is converted before. What
/// takes longer is told by its URL, so that those of many messages keep nobody waiting longer than those of one.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long it is tried beyond that to read what need not be converted.
const READING: Duration = Duration::from_secs(5);

/// Makes frames with pictures as PNG and voice messages as WAV.
pub(crate) struct MediaFrames {
    services: Arc<Services>,
    memory: Memory,
    turns: Semaphore,
}

/// The memory for such frames, in KiB.
struct Memory(Arc<Semaphore>);

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
            memory: Memory(Arc::new(Semaphore::new(MOST_KIB))),
            turns: Semaphore::new(AT_ONCE),
        }
    }

    /// The frames of a message with media, one after the other: its text, with lines for what is told by its URL, and then one for each
    /// picture and voice message. `None` if it is no such message.
    pub(super) async fn of(&self, event: &Event, links: &Links) -> Option<Bytes> {
        let Said::Media(body, media) = Said::by(event)? else {
            return None;
        };
        let until = Instant::now() + patience(event.at, self.services.dialects.now());
        let counted = match timeout_at(until, self.turns.acquire()).await {
            Ok(_turn) => {
                let frames = self.make(body, media, links, until).await;
                self.memory.count(frames)
            }
            Err(_late) => None,
        };
        Some(counted.unwrap_or_else(|| text(links.text_with_media(body, media))))
    }

    async fn make(&self, body: &MessageBody, media: &[Media], links: &Links, until: Instant) -> Bytes {
        let (mut shown, mut length, mut named) = (Vec::new(), 0, Vec::new());
        for piece in media {
            // Base64 makes four letters of three bytes.
            let most = (LONGEST - length) as u64 / 4 * 3;
            let frame = self.frame(piece, most, until).await;
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

    /// The frame of a picture or a voice message of at most so many bytes; `None` for other media, and where it cannot be had.
    async fn frame(&self, media: &Media, most: u64, until: Instant) -> Option<Bytes> {
        let kind = Kind::of(media.kind)?;
        let bytes = match timeout_at(until + READING, self.bytes(media, most, until)).await {
            Ok(Ok(bytes)) => bytes?,
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

    /// A picture or a voice message as it is or, until then, converted.
    async fn bytes(&self, media: &Media, most: u64, until: Instant) -> Result<Option<Vec<u8>>, Error> {
        let renditions = &self.services.renditions;
        if let Some(bytes) = renditions.as_it_is(media.id, most).await? {
            return Ok(Some(bytes));
        }
        match timeout_at(until, renditions.of(media.id)).await {
            Ok(converted) => converted.map(Some),
            Err(_late) => Ok(None),
        }
    }

    /// Whether those who have taken long with a frame are to let go of it.
    pub(super) fn is_short(&self) -> bool {
        self.memory.is_short()
    }
}

impl Memory {
    /// The frame, as long as there is memory for it.
    fn count(&self, frame: Bytes) -> Option<Bytes> {
        let kib = u32::try_from(frame.len().div_ceil(1024)).ok()?;
        let memory = self.0.clone().try_acquire_many_owned(kib).ok()?;
        Some(Bytes::from_owner(Counted {
            frame,
            _memory: memory,
        }))
    }

    /// Whether another message of the longest frames finds no place.
    fn is_short(&self) -> bool {
        self.0.available_permits() < LONGEST >> 10
    }
}

/// How much longer what was said then may keep others waiting.
fn patience(said: Timestamp, now: Timestamp) -> Duration {
    PATIENCE.saturating_sub(now.since(said))
}

fn text(text: String) -> Bytes {
    frame::json(&Told::new(Kind::Text, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_short_as_long_as_somebody_has_something_of_the_frames() {
        let memory = Memory(Arc::new(Semaphore::new(MOST_KIB)));
        let mut begun = Vec::new();
        while let Some(frame) = memory.count(vec![0_u8; 20 << 20].into()) {
            begun.push(frame.slice(frame.len() - 1..));
        }
        assert_eq!(begun.len(), 6);
        assert!(memory.is_short());
        begun.truncate(4);
        assert!(!memory.is_short());
        assert!(memory.count(vec![0_u8; LONGEST].into()).is_some());
    }

    #[test]
    fn waiting_counts_from_the_message_on() {
        let now = Timestamp::from_micros(3_600_000_000);
        let after = |seconds: i64| patience(Timestamp::from_micros(now.micros() - seconds * 1_000_000), now);
        assert_eq!(after(0), PATIENCE);
        assert_eq!(after(15), Duration::from_secs(5));
        assert_eq!(after(20), Duration::ZERO);
        assert_eq!(after(3_600), Duration::ZERO);
        assert_eq!(after(-60), PATIENCE, "another node's clock may go before");
    }
}
