//! What the samples of a track are made of.

use std::ops::Range;

use parlor_domain::Dimensions;

use super::movie::Picture;
use super::track::{Frame, Media};
use crate::boxes::{Atom, child, children, descendant};
use crate::fault::{Fault, broken};
use crate::fields::{u16_at, u32_at};
use crate::playing::decoder::SoundCodec;

/// How many descriptions a track may have.
const MOST_ENTRIES: usize = 16;

/// Where the boxes of an entry for pictures begin in it.
const VIDEO_BOXES: usize = 78;

/// The codecs of pictures that browsers play: H.264, HEVC, VP8, VP9, AV1.
const VIDEO: [&[u8; 4]; 8] = [
    b"avc1", b"avc3", b"hvc1", b"hev1", b"dvh1", b"vp08", b"vp09", b"av01",
];

/// Reads what a `stsd` box says. `None` if it describes nothing.
pub(super) fn read(
    bytes: &[u8],
    stsd: &Atom,
    is_video: bool,
    shown: Option<Dimensions>,
) -> Result<Option<Media>, Fault> {
    let entries = entries(bytes, stsd)?;
    if entries.len() > MOST_ENTRIES {
        return Err(broken("a track of it has too many codecs"));
    }
    let mut media = None;
    for entry in &entries {
        let next = if is_video {
            video(bytes, entry, shown)?
        } else {
            sound(bytes, stsd, entry)?
        };
        let is_unknown = !next.is_known();
        // Entries differ in details. The first one speaks for all, and an unknown one for itself.
        if media.is_none() || is_unknown {
            media = Some(next);
        }
        if is_unknown {
            break;
        }
    }
    Ok(media)
}

/// The entries of a `stsd` box.
pub(super) fn entries(bytes: &[u8], stsd: &Atom) -> Result<Vec<Atom>, Fault> {
    children(bytes, stsd.body.saturating_add(8)..stsd.end)
}

/// Where the boxes of an entry lie.
pub(super) fn boxes(bytes: &[u8], stsd: &Atom, entry: &Atom, is_video: bool) -> Result<Range<usize>, Fault> {
    let fixed = if is_video {
        VIDEO_BOXES
    } else {
        match version(bytes, stsd, entry)? {
            1 => 44,
            2 => 64,
            _ => 28,
        }
    };
    let start = entry.body + fixed;
    if start > entry.end {
        return Err(broken("a track of it is not whole"));
    }
    Ok(start..entry.end)
}

fn video(bytes: &[u8], entry: &Atom, shown: Option<Dimensions>) -> Result<Media, Fault> {
    if !VIDEO.contains(&&entry.name) {
        return Ok(Media::Unknown(entry.name, None));
    }
    if entry.end - entry.body < VIDEO_BOXES {
        return Err(broken("a track of it is not whole"));
    }
    let width = u32::from(u16_at(entry.of(bytes), 24)?);
    let height = u32::from(u16_at(entry.of(bytes), 26)?);
    let shown = shown.unwrap_or(Dimensions { width, height });
    if shown.width == 0 || shown.height == 0 || width == 0 || height == 0 {
        return Err(broken("its pictures have no size"));
    }
    Ok(Media::Video(Picture {
        shown,
        edge: width.max(height),
    }))
}

fn sound(bytes: &[u8], stsd: &Atom, entry: &Atom) -> Result<Media, Fault> {
    let boxes = boxes(bytes, stsd, entry, false)?;
    let frame = frame(bytes, stsd, entry)?;
    Ok(match &entry.name {
        b"mp4a" => mpeg(bytes, boxes)?.map_or(Media::Unknown(entry.name, None), Media::Sound),
        b"Opus" => {
            let specific =
                child(bytes, boxes, b"dOps")?.ok_or_else(|| broken("a track of it is not whole"))?;
            let channels = specific.of(bytes).get(1).copied().unwrap_or_default();
            Media::Sound(SoundCodec::Opus(channels))
        }
        b".mp3" => Media::Sound(SoundCodec::Mp3),
        b"alac" | b"ac-3" | b"ec-3" => Media::Sound(SoundCodec::Mute),
        b"sowt" | b"twos" => frame.map_or(Media::Unknown(entry.name, None), Media::Samples),
        _ => Media::Unknown(entry.name, frame),
    })
}

/// How long the samples of an entry are of which a table says that they have one byte: it means one sample of each
/// channel. `None` if that is not known.
fn frame(bytes: &[u8], stsd: &Atom, entry: &Atom) -> Result<Option<Frame>, Fault> {
    let content = entry.of(bytes);
    let (bytes, samples) = match version(bytes, stsd, entry)? {
        1 => (u32_at(content, 36)?, u32_at(content, 28)?),
        2 => (u32_at(content, 56)?, u32_at(content, 60)?),
        _ => (0, 0),
    };
    let (bytes, samples) = if bytes > 0 && samples > 0 {
        (bytes, samples)
    } else {
        let channels = u32::from(u16_at(content, 16)?);
        match &entry.name {
            b"ulaw" | b"alaw" => (channels, 1),
            b"in24" => (3 * channels, 1),
            b"in32" | b"fl32" => (4 * channels, 1),
            b"fl64" => (8 * channels, 1),
            b"ima4" => (34 * channels, 64),
            b"sowt" | b"twos" | b"raw " | b"lpcm" | b"ipcm" | b"fpcm" => {
                (channels * u32::from(u16_at(content, 18)?).div_ceil(8), 1)
            }
            _ => (0, 0),
        }
    };
    Ok((bytes > 0 && samples > 0).then_some(Frame { bytes, samples }))
}

/// Which version the entry of a sound has. QuickTime made those of its later versions longer; where ISO has versions,
/// `stsd` has one as well, and they are all alike.
fn version(bytes: &[u8], stsd: &Atom, entry: &Atom) -> Result<u16, Fault> {
    if stsd.of(bytes).first() == Some(&0) {
        u16_at(entry.of(bytes), 8)
    } else {
        Ok(0)
    }
}

/// The codec of an `mp4a` entry: AAC or MP3. It stands in the descriptors (ISO/IEC 14496-1, 7.2.6) of an `esds` box.
fn mpeg(bytes: &[u8], boxes: Range<usize>) -> Result<Option<SoundCodec>, Fault> {
    let esds = match child(bytes, boxes.clone(), b"esds")? {
        None => descendant(bytes, boxes, &[b"wave", b"esds"])?,
        found => found,
    };
    let esds = esds.ok_or_else(|| broken("a track of it is not whole"))?;
    let content = esds.of(bytes).get(4..).unwrap_or_default();
    Ok(descriptors(content))
}

fn descriptors(bytes: &[u8]) -> Option<SoundCodec> {
    let stream = descriptor(bytes, 3)?;
    let flags = *stream.get(2)?;
    let mut at = 3;
    if flags & 0x80 != 0 {
        at += 2;
    }
    if flags & 0x40 != 0 {
        at += 1 + usize::from(*stream.get(at)?);
    }
    if flags & 0x20 != 0 {
        at += 2;
    }
    let decoder = descriptor(stream.get(at..)?, 4)?;
    match decoder.first()? {
        // AAC by MPEG-4, and by MPEG-2.
        0x40 | 0x66..=0x68 => {
            let config = descriptor(decoder.get(13..)?, 5)?;
            Some(SoundCodec::Aac(config.to_vec()))
        }
        0x69 | 0x6B => Some(SoundCodec::Mp3),
        _ => None,
    }
}

/// The content of the descriptor with this tag that `bytes` begin with.
fn descriptor(bytes: &[u8], tag: u8) -> Option<&[u8]> {
    let mut at = 1;
    let mut size = 0;
    for _ in 0..4 {
        let byte = *bytes.get(at)?;
        at += 1;
        size = size << 7 | usize::from(byte & 0x7F);
        if byte < 0x80 {
            break;
        }
    }
    (*bytes.first()? == tag).then_some(())?;
    bytes.get(at..at + size)
}
