//! What an examination finds.

use parlor_domain::{Dimensions, MediaKind, Thumbhash, Waveform};

/// A file that may be kept, as it lies on disk after the examination.
#[derive(Debug, Clone, PartialEq)]
pub struct Examined {
    /// What it is.
    pub kind: MediaKind,
    /// Its media type by content (IANA), such as `image/jpeg` or `audio/webm`; `application/octet-stream` if nobody
    /// knows it.
    pub mime: &'static str,
    /// How large it is shown, in pixels: images and videos.
    pub dimensions: Option<Dimensions>,
    /// How long it plays, in milliseconds: sound, videos, and images that move.
    pub duration_ms: Option<u64>,
    /// How loud it is: voice messages, and audio whose codec can be decoded.
    pub waveform: Option<Waveform>,
    /// The picture in 25 bytes: images.
    pub thumbhash: Option<Thumbhash>,
    /// Smaller copies: none of what is no picture or small enough as it is.
    pub thumbnails: Vec<Thumbnail>,
}

/// A smaller copy of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thumbnail {
    /// Which of them.
    pub size: ThumbnailSize,
    /// `image/jpeg`, or `image/png` where the picture is transparent.
    pub mime: &'static str,
    /// Its size in pixels.
    pub dimensions: Dimensions,
    /// The encoded picture.
    pub bytes: Vec<u8>,
}

/// The sizes of thumbnails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ThumbnailSize {
    /// For lists: at most 160 pixels in width and height.
    Small,
    /// For the conversation: at most 640 pixels in width and height.
    Large,
}

impl ThumbnailSize {
    /// The most that it measures in width and height, in pixels.
    pub const fn edge(self) -> u32 {
        match self {
            Self::Small => 160,
            Self::Large => 640,
        }
    }
}
