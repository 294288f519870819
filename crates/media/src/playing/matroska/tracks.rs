//! The tracks.

use parlor_domain::Dimensions;

use super::element::{Element, children, id, unsigned};
use crate::playing::decoder::SoundCodec;
use crate::playing::fault::{Fault, broken, unknown_codec};
use crate::playing::vorbis;

/// How many tracks are looked at.
const MOST: usize = 64;

/// The longest header of a codec of pictures, in bytes.
const LONGEST_PRIVATE: usize = 4_096;

/// A track of sound or pictures.
pub(super) struct Track {
    pub(super) number: u64,
    /// `None` for pictures.
    pub(super) sound: Option<SoundCodec>,
    /// Whether its blocks come with how transparent the picture is.
    pub(super) has_alpha: bool,
    /// How long a frame lasts if nothing else is said, in nanoseconds.
    pub(super) frame: Option<u64>,
    /// Where its entry begins in the content of `Tracks`.
    start: u64,
}

/// How large the picture is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Picture {
    pub(super) shown: Dimensions,
    /// The width or height, whichever is greater, of what is decoded.
    pub(super) edge: u32,
}

/// The tracks that are kept.
pub(super) struct Tracks {
    pub(super) tracks: Vec<Track>,
    /// Of the first track that has one.
    pub(super) picture: Option<Picture>,
}

impl Tracks {
    /// Reads the content of `Tracks`. The comments in the header of Vorbis become none.
    pub(super) fn read(bytes: &mut [u8]) -> Result<Self, Fault> {
        let mut found = Self {
            tracks: Vec::new(),
            picture: None,
        };
        for entry in children(bytes, 0, bytes.len() as u64)? {
            if entry.id == id::TRACK_ENTRY {
                found.add(bytes, &entry)?;
            }
            if found.tracks.len() > MOST {
                return Err(broken("it has too many tracks"));
            }
        }
        if found.tracks.is_empty() {
            return Err(broken("it has neither sound nor pictures"));
        }
        Ok(found)
    }

    /// The codec of the first track of sound.
    pub(super) fn sound(&self) -> Option<&SoundCodec> {
        self.tracks.iter().find_map(|track| track.sound.as_ref())
    }

    /// Whether this entry is of a track that is kept.
    pub(super) fn keeps(&self, entry: &Element) -> bool {
        self.tracks.iter().any(|track| track.start == entry.start)
    }

    fn add(&mut self, bytes: &mut [u8], entry: &Element) -> Result<(), Fault> {
        let fields = Fields::read(bytes, entry)?;
        let (sound, picture) = match fields.kind {
            1 => (None, Some(fields.picture(bytes)?)),
            2 => (Some(fields.sound(bytes)?), None),
            // Subtitles, buttons, and what else is told beside.
            _ => return Ok(()),
        };
        if fields.is_encoded {
            return Err(broken("it is encrypted or packed"));
        }
        if self.tracks.iter().any(|track| track.number == fields.number) {
            return Err(broken("two tracks of it have one number"));
        }
        self.picture = self.picture.or(picture);
        self.tracks.push(Track {
            number: fields.number,
            sound,
            has_alpha: fields.has_alpha(bytes)?,
            frame: fields.frame,
            start: entry.start,
        });
        Ok(())
    }
}

/// What an entry says.
#[derive(Default)]
struct Fields {
    number: u64,
    kind: u64,
    codec: Vec<u8>,
    private: Option<(usize, usize)>,
    frame: Option<u64>,
    is_encoded: bool,
    video: Option<Element>,
}

impl Fields {
    fn read(bytes: &[u8], entry: &Element) -> Result<Self, Fault> {
        let mut fields = Self::default();
        let end = entry.end.unwrap_or(entry.body);
        for child in children(bytes, entry.body, end)? {
            let content = child.of(bytes);
            match child.id {
                id::TRACK_NUMBER => fields.number = unsigned(content)?,
                id::TRACK_TYPE => fields.kind = unsigned(content)?,
                id::CODEC_ID => fields.codec = content.to_vec(),
                id::CODEC_PRIVATE if fields.private.is_some() => {
                    return Err(broken("a track of it contradicts itself"));
                }
                id::CODEC_PRIVATE => {
                    let start = child.body as usize;
                    fields.private = Some((start, start + content.len()));
                }
                id::DEFAULT_DURATION => fields.frame = Some(unsigned(content)?).filter(|frame| *frame > 0),
                id::CONTENT_ENCODINGS => fields.is_encoded = true,
                id::VIDEO => fields.video = Some(child),
                _ => {}
            }
        }
        if fields.number == 0 {
            return Err(broken("a track of it has no number"));
        }
        Ok(fields)
    }

    fn has_alpha(&self, bytes: &[u8]) -> Result<bool, Fault> {
        let Some(video) = self.video else { return Ok(false) };
        let children = children(bytes, video.body, video.end.unwrap_or(video.body))?;
        let alpha = children.iter().find(|child| child.id == id::ALPHA);
        Ok(alpha.is_some_and(|alpha| alpha.of(bytes).ends_with(&[1])))
    }

    fn sound(&self, bytes: &mut [u8]) -> Result<SoundCodec, Fault> {
        let (from, to) = self.private.unwrap_or_default();
        let private = &mut bytes[from..to];
        match self.codec.trim_ascii_end() {
            b"A_OPUS" => match private {
                // Longer than its table of channels it cannot be.
                _ if private.len() > 21 + 255 => Err(broken("its header is none of Opus")),
                [b'O', b'p', b'u', b's', b'H', b'e', b'a', b'd', _, channels, ..] => {
                    Ok(SoundCodec::Opus(*channels))
                }
                _ => Err(broken("its header is none of Opus")),
            },
            b"A_VORBIS" => vorbis::unlace(private).map(SoundCodec::Vorbis),
            name => Err(unknown_codec(name)),
        }
    }

    fn picture(&self, bytes: &[u8]) -> Result<Picture, Fault> {
        match self.codec.trim_ascii_end() {
            // Chromium records H.264 in WebM as well, and plays it.
            b"V_VP8" | b"V_VP9" | b"V_AV1" | b"V_MPEG4/ISO/AVC" => {}
            name => return Err(unknown_codec(name)),
        }
        if self.private.is_some_and(|(from, to)| to - from > LONGEST_PRIVATE) {
            return Err(broken("its header is too long"));
        }
        let video = self.video.ok_or_else(|| broken("its pictures have no size"))?;
        let children = children(bytes, video.body, video.end.unwrap_or(video.body))?;
        let field = |id: u32| -> Result<Option<u32>, Fault> {
            let found = children.iter().find(|child| child.id == id);
            let number = found.map(|child| unsigned(child.of(bytes))).transpose()?;
            Ok(number.map(|number| u32::try_from(number).unwrap_or(u32::MAX)))
        };
        let (width, height) = (field(0xB0)?.unwrap_or(0), field(0xBA)?.unwrap_or(0));
        let cropped = |size: u32, before: u32, behind: u32| -> Result<u32, Fault> {
            Ok(size
                .saturating_sub(field(before)?.unwrap_or(0))
                .saturating_sub(field(behind)?.unwrap_or(0)))
        };
        let mut shown = Dimensions {
            width: cropped(width, 0x54CC, 0x54DD)?,
            height: cropped(height, 0x54BB, 0x54AA)?,
        };
        // In pixels, unless another unit is named.
        if field(0x54B2)?.unwrap_or(0) == 0
            && let (Some(width), Some(height)) = (field(0x54B0)?, field(0x54BA)?)
        {
            shown = Dimensions { width, height };
        }
        if shown.width == 0 || shown.height == 0 {
            return Err(broken("its pictures have no size"));
        }
        Ok(Picture {
            shown,
            edge: width.max(height),
        })
    }
}
