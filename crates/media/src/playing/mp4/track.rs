//! A track.

use parlor_domain::Dimensions;

use super::codec;
use super::movie::Picture;
use crate::boxes::{Atom, child, descendant, samples};
use crate::fault::{Fault, broken, codec_name};
use crate::fields::{name_at, u32_at};
use crate::playing::decoder::SoundCodec;

/// A track of sound or pictures.
pub(super) struct Track {
    pub(super) id: u32,
    /// Where its box begins in the content of `moov`.
    pub(super) start: usize,
    /// How many ticks a second has.
    pub(super) timescale: u64,
    pub(super) is_video: bool,
    pub(super) media: Media,
    /// Its sample tables.
    pub(super) tables: Atom,
}

/// What a track plays.
pub(super) enum Media {
    Video(Picture),
    Sound(SoundCodec),
    /// Samples as they are.
    Samples(Frame),
    /// Something in this codec, which is not known here.
    Unknown([u8; 4], Option<Frame>),
}

/// Samples of sound that are all alike: so many bytes hold so many of each channel.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub(super) bytes: u32,
    pub(super) samples: u32,
}

impl Media {
    pub(super) const fn is_known(&self) -> bool {
        !matches!(self, Self::Unknown(..))
    }
}

impl Track {
    /// Reads a `trak`. `None` if it is no sound and no moving picture: subtitles, chapters, places, hints.
    pub(super) fn read(bytes: &[u8], trak: &Atom) -> Result<Option<Self>, Fault> {
        let missing = || broken("a track of it is not whole");
        let mdia = child(bytes, trak.range(), b"mdia")?.ok_or_else(missing)?;
        let handler = child(bytes, mdia.range(), b"hdlr")?.ok_or_else(missing)?;
        let is_video = match &name_at(handler.of(bytes), 8)? {
            b"vide" => true,
            b"soun" => false,
            _ => return Ok(None),
        };
        let tables = descendant(bytes, mdia.range(), &[b"minf", b"stbl"])?.ok_or_else(missing)?;
        let stsd = child(bytes, tables.range(), b"stsd")?.ok_or_else(missing)?;
        let tkhd = child(bytes, trak.range(), b"tkhd")?.ok_or_else(missing)?;
        let mdhd = child(bytes, mdia.range(), b"mdhd")?.ok_or_else(missing)?;
        let (id, shown) = track_header(tkhd.of(bytes))?;
        let timescale = timescale(mdhd.of(bytes))?;
        let media = codec::read(bytes, &stsd, is_video, shown)?;
        // A still picture, such as a cover, is for a player that is not ours.
        if let Some(Media::Unknown(name, _)) = &media
            && [b"jpeg", b"mjpa", b"mjpb", b"png ", b"tiff"].contains(&name)
            && samples::count(bytes, &tables)? <= 1
        {
            return Ok(None);
        }
        Ok(media.map(|media| Self {
            id,
            start: trak.start,
            timescale,
            is_video,
            media,
            tables,
        }))
    }

    /// The name of its codec, if that is not known.
    pub(super) fn foreign(&self) -> Option<String> {
        match &self.media {
            Media::Unknown(name, _) => Some(codec_name(name)),
            _ => None,
        }
    }
}

/// The id of a track, and its size on the screen, which is nothing for sound.
fn track_header(tkhd: &[u8]) -> Result<(u32, Option<Dimensions>), Fault> {
    let is_long = tkhd.first() == Some(&1);
    let (id, matrix) = if is_long { (20, 52) } else { (12, 40) };
    let cell = |row: usize, column: usize| u32_at(tkhd, matrix + 12 * row + 4 * column);
    // A quarter turn has nothing on the diagonal.
    let is_turned = cell(0, 0)? == 0 && cell(1, 1)? == 0 && cell(0, 1)? != 0 && cell(1, 0)? != 0;
    let width = u32_at(tkhd, matrix + 36)? >> 16;
    let height = u32_at(tkhd, matrix + 40)? >> 16;
    let (width, height) = if is_turned {
        (height, width)
    } else {
        (width, height)
    };
    Ok((
        u32_at(tkhd, id)?,
        (width > 0 && height > 0).then_some(Dimensions { width, height }),
    ))
}

fn timescale(mdhd: &[u8]) -> Result<u64, Fault> {
    let at = if mdhd.first() == Some(&1) { 20 } else { 12 };
    match u32_at(mdhd, at)? {
        0 => Err(broken("a track of it has no time")),
        timescale => Ok(timescale.into()),
    }
}
