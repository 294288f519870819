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
    result.map_err(|problem| match problem {
        Problem::Refused(refusal) => refusal,
        Problem::Broken => Refusal::unreadable(format, "its pixels are broken or cut off"),
    })
}

/// Why a picture cannot be decoded.
enum Problem {
    Refused(Refusal),
    /// What a decoder says about it may quote the file, and so goes no further.
    Broken,
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

/// Refuses a picture that is too large to be decoded, or has no pixels.
fn check_size(width: u32, height: u32, limits: &ImageLimits) -> Result<(), Problem> {
    if width == 0 || height == 0 {
        return Err(Problem::Broken);
    }
    let edge = limits.edge.into();
    at_most("the width in pixels", edge, width.into())?;
    at_most("the height in pixels", edge, height.into())?;
    at_most(
        "the number of pixels",
        limits.pixels,
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
