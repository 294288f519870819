//! A picture without what nobody sees.
//!
//! Each format is walked from its first byte to its end, and copied are only the parts that a decoder needs, with
//! fields of their own length. Gone are metadata, pictures in the picture, and everything between and behind the parts.
//! What somebody hides in the pixels themselves, or in tables that decoders do not use, is not looked for.

mod gif;
mod jpeg;
mod png;
mod profile;
mod upright;
mod webp;

use image::metadata::Orientation;

use crate::Refusal;
use crate::sniff::Format;

/// What is left of a picture.
pub(super) struct Clean {
    /// The file.
    pub(super) bytes: Vec<u8>,
    /// How it has to be turned to be upright, which the file no longer tells.
    pub(super) orientation: Orientation,
    /// The ICC profile of its colours, which the file still has.
    pub(super) profile: Option<Vec<u8>>,
}

/// Copies what is needed of a picture.
pub(super) fn clean(format: Format, bytes: &[u8]) -> Result<Clean, Refusal> {
    match format {
        Format::Jpeg => jpeg::clean(bytes),
        Format::Png => png::clean(bytes),
        Format::Gif => gif::clean(bytes),
        Format::WebP => webp::clean(bytes),
        _ => unreachable!("only pictures are examined here"),
    }
    .map_err(|why| Refusal::unreadable(format, why))
}

/// The same, with the orientation in it, for those who will not see the picture turned.
pub(super) fn clean_as_is(format: Format, bytes: &[u8]) -> Result<Vec<u8>, Refusal> {
    let mut clean = clean(format, bytes)?;
    upright::write_back(format, &mut clean);
    Ok(clean.bytes)
}

/// What is wrong with a picture.
type Why = &'static str;

const CUT_OFF: Why = "it is cut off";

/// The bytes that are still to be read.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], Why> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(CUT_OFF)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Why> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(CUT_OFF)?;
        self.0 = rest;
        Ok(*taken)
    }

    fn byte(&mut self) -> Result<u8, Why> {
        self.array().map(|[byte]| byte)
    }
}

/// The orientation in Exif data, with or without the name before it that only JPEG wants.
fn orientation(exif: &[u8]) -> Orientation {
    let tiff = exif.strip_prefix(b"Exif\0\0").unwrap_or(exif);
    Orientation::from_exif_chunk(tiff).unwrap_or(Orientation::NoTransforms)
}
