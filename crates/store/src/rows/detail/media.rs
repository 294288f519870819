//! The media of messages, as JSON.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use diesel::QueryResult;
use parlor_domain::{Dimensions, FileName, Media, MediaId, Thumbhash};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::super::media::waveform;
use crate::code::Code;
use crate::error::corrupt;

/// A piece of media. It never changes, so a message keeps all of it, and reading messages joins nothing.
#[derive(Debug, Serialize, Deserialize)]
pub(in super::super) struct Piece {
    id: Uuid,
    kind: i16,
    mime: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    bytes: u64,
    /// Width and height.
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<(u32, u32)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waveform: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thumbhash: Option<String>,
    picture: bool,
}

impl Piece {
    pub(super) fn media(self) -> QueryResult<Media> {
        let bytes = |text: String| BASE64.decode(text).map_err(|why| corrupt("media", why));
        Ok(Media {
            id: MediaId::new(self.id),
            kind: Code::decode(self.kind)?,
            mime: self.mime.into(),
            name: self.name.map(FileName::stored),
            bytes: self.bytes,
            dimensions: self.size.map(|(width, height)| Dimensions { width, height }),
            duration_ms: self.duration_ms,
            waveform: match self.waveform {
                Some(peaks) => Some(waveform(&bytes(peaks)?)?),
                None => None,
            },
            thumbhash: match self.thumbhash {
                Some(hash) => Some(Thumbhash(bytes(hash)?.into())),
                None => None,
            },
            picture: self.picture,
        })
    }
}

impl From<&Media> for Piece {
    fn from(media: &Media) -> Self {
        Self {
            id: media.id.uuid(),
            kind: media.kind.code(),
            mime: media.mime.to_string(),
            name: media.name.as_ref().map(|name| name.as_str().to_owned()),
            bytes: media.bytes,
            size: media.dimensions.map(|size| (size.width, size.height)),
            duration_ms: media.duration_ms,
            waveform: media.waveform.map(|waveform| BASE64.encode(waveform.0)),
            thumbhash: media.thumbhash.as_ref().map(|hash| BASE64.encode(&hash.0)),
            picture: media.picture,
        }
    }
}
