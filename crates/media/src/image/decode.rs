//! The pixels of a picture, all of them.

mod gif;
mod jpeg;
mod png;
mod webp;

use image::DynamicImage;
use parlor_domain::MediaKind;

use crate::sniff::Format;
use crate::{ImageLimits, Refusal, Stop};

/// A picture that was decoded to its end.
pub(super) struct Decoded {
    /// The picture, or the first one of an animation, with eight bits for each colour.
    pub(super) picture: DynamicImage,
    /// How long an animation takes, in milliseconds. None if there is one picture.
    pub(super) duration_ms: Option<u64>,
}

/// Decodes a clean file. Its header is held against the limits before memory is taken for pixels.
pub(super) fn decode(
    format: Format,
    bytes: &[u8],
    limits: &ImageLimits,
    stop: &Stop,
) -> Result<Decoded, Refusal> {
    let result = match format {
        Format::Jpeg => jpeg::decode(bytes, limits),
        Format::Png => png::decode(bytes, limits, stop),
        Format::Gif => gif::decode(bytes, limits, stop),
        Format::WebP => webp::decode(bytes, limits, stop),
        _ => unreachable!("only pictures are examined here"),
    };
    result.map_err(|problem| problem.of(format))
}

/// Why a picture cannot be decoded.
enum Problem {
    Refused(Refusal),
    /// What a decoder says about it may quote the file, and so goes no further.
    Broken,
}

impl Problem {
    /// The refusal of a picture of this format.
    fn of(self, format: Format) -> Refusal {
        match self {
            Self::Refused(refusal) => refusal,
            Self::Broken => Refusal::unreadable(format, "its pixels are broken or cut off"),
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<image::ImageError> for Problem {
    fn from(_: image::ImageError) -> Self {
        Self::Broken
    }
}

/// How many bytes each pixel of the largest picture may take while it is decoded.
const BYTES: u64 = 8;

/// Refuses a picture that is too large to be decoded, or has no pixels. Where decoding takes more than [`BYTES`] for
/// each, there may be fewer of them.
fn check_size(width: u32, height: u32, bytes: u64, limits: &ImageLimits) -> Result<(), Problem> {
    if width == 0 || height == 0 {
        return Err(Problem::Broken);
    }
    let edge = limits.edge.into();
    at_most("the width in pixels", edge, width.into())?;
    at_most("the height in pixels", edge, height.into())?;
    at_most(
        "the number of pixels",
        limits.pixels.saturating_mul(BYTES) / bytes.max(BYTES),
        u64::from(width) * u64::from(height),
    )
}

/// Refuses an animation that is too large, or has too many pictures.
fn check_animation(width: u32, height: u32, frames: u32, limits: &ImageLimits) -> Result<(), Problem> {
    let pixels = u64::from(width) * u64::from(height);
    at_most("the number of frames", limits.frames.into(), frames.into())?;
    at_most("the number of pixels of an animation", limits.pixels / 2, pixels)?;
    at_most(
        "the number of pixels in all frames",
        limits.animated_pixels,
        pixels.saturating_mul(frames.into()),
    )
}

/// Refuses a picture that is too large to be encoded as WebP, whose encoder copies it and keeps all that it writes.
pub(super) fn check_encoded(picture: &DynamicImage, limits: &ImageLimits) -> Result<(), Refusal> {
    let size = check_size(picture.width(), picture.height(), 2 * BYTES, limits);
    size.map_err(|problem| problem.of(Format::WebP))
}

fn at_most(what: &'static str, most: u64, found: u64) -> Result<(), Problem> {
    if found > most {
        return Err(Problem::Refused(Refusal::TooLarge {
            kind: MediaKind::Image,
            what,
            most,
            found,
        }));
    }
    Ok(())
}
