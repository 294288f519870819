//! What the entry of a track says.

use parlor_domain::Dimensions;

use super::Picture;
use crate::fault::{Fault, broken, codec_name, unknown_codec};
use crate::playing::decoder::SoundCodec;
use crate::playing::matroska::element::{Element, children, id, unsigned};
use crate::playing::{headers, vorbis};

/// The longest header of a codec of pictures, in bytes.
const LONGEST_PRIVATE: usize = 4_096;

/// What an entry says.
#[derive(Default)]
pub(super) struct Fields {
    pub(super) number: u64,
    pub(super) kind: u64,
    codec: Vec<u8>,
    private: Option<(usize, usize)>,
    pub(super) frame: Option<u64>,
    encodings: Option<Element>,
    video: Option<Element>,
}

impl Fields {
    pub(super) fn read(bytes: &[u8], entry: &Element) -> Result<Self, Fault> {
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
                id::CONTENT_ENCODINGS => fields.encodings = Some(child),
                id::VIDEO => fields.video = Some(child),
                _ => {}
            }
        }
        if fields.number == 0 {
            return Err(broken("a track of it has no number"));
        }
        Ok(fields)
    }

    /// Whether its codec is one of those that browsers play.
    pub(super) fn is_known(&self) -> bool {
        // Chromium records H.264 in WebM as well, and plays it.
        let known: &[&[u8]] = match self.kind {
            1 => &[b"V_VP8", b"V_VP9", b"V_AV1", b"V_MPEG4/ISO/AVC"],
            _ => &[b"A_OPUS", b"A_VORBIS"],
        };
        known.contains(&self.codec.trim_ascii_end()) && self.encodings.is_none()
    }

    /// Takes comments out of the header of a codec that is not known otherwise. Returns its name.
    pub(super) fn foreign(&self, bytes: &mut [u8]) -> Result<String, Fault> {
        if let Some(encodings) = &self.encodings {
            check_packing(bytes, encodings)?;
        }
        let codec = self.codec.trim_ascii_end();
        let name = codec_name(codec);
        if name.is_empty() || name.len() != codec.len() {
            return Err(broken("a track of it has no codec"));
        }
        let (from, to) = self.private.unwrap_or_default();
        let private = &mut bytes[from..to];
        match codec {
            b"A_FLAC" => headers::clear_flac(private)?,
            b"V_THEORA" => headers::clear_theora(private)?,
            b"A_VORBIS" => drop(vorbis::unlace(private)?),
            _ => {}
        }
        Ok(match self.encodings {
            Some(_) => name + ", packed",
            None => name,
        })
    }

    pub(super) fn has_alpha(&self, bytes: &[u8]) -> Result<bool, Fault> {
        let Some(video) = self.video else { return Ok(false) };
        let children = children(bytes, video.body, video.end.unwrap_or(video.body))?;
        let alpha = children.iter().find(|child| child.id == id::ALPHA);
        Ok(alpha.is_some_and(|alpha| alpha.of(bytes).ends_with(&[1])))
    }

    pub(super) fn sound(&self, bytes: &mut [u8]) -> Result<SoundCodec, Fault> {
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

    pub(super) fn picture(&self, bytes: &[u8]) -> Result<Picture, Fault> {
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

/// Refuses blocks that are encrypted, and headers of codecs that are packed, since comments may be in there.
fn check_packing(bytes: &[u8], encodings: &Element) -> Result<(), Fault> {
    let inner = |element: &Element| children(bytes, element.body, element.end.unwrap_or(element.body));
    for encoding in inner(encodings)? {
        for field in inner(&encoding)? {
            let is_fine = match field.id {
                id::ENCODING_SCOPE => unsigned(field.of(bytes))? == 1,
                id::ENCODING_TYPE => unsigned(field.of(bytes))? == 0,
                _ => true,
            };
            if !is_fine {
                return Err(broken("it is encrypted, or packed in a way that is not known"));
            }
        }
    }
    Ok(())
}
