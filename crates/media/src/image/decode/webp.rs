//! The pixels of a WebP.

use std::io::Cursor;

use image::{DynamicImage, RgbImage, RgbaImage};
use image_webp::{DecodingError, WebPDecoder};

use super::{BYTES, Decoded, Problem, check_animation, check_size};
use crate::{ImageLimits, Stop};

/// How many bytes each pixel takes that is lossy and transparent: colours, how transparent it is, and both together.
const LOSSY_ALPHA: u64 = 11;

/// Decodes the image, or all pictures of its animation. `image-webp` is asked itself, because `image` would copy each
/// of them once more.
pub(super) fn decode(bytes: &[u8], limits: &ImageLimits, stop: &Stop) -> Result<Decoded, Problem> {
    let mut decoder = WebPDecoder::new(Cursor::new(bytes))?;
    let (width, height) = decoder.dimensions();
    let bytes = if decoder.is_lossy() && decoder.has_alpha() {
        LOSSY_ALPHA
    } else {
        BYTES
    };
    check_size(width, height, bytes, limits)?;
    let frames = if decoder.is_animated() {
        decoder.num_frames()
    } else {
        1
    };
    if frames > 1 {
        check_animation(width, height, frames, limits)?;
    }

    let size = decoder.output_buffer_size().ok_or(Problem::Broken)?;
    let mut pixels = vec![0; size];
    let mut duration = 0;
    if decoder.is_animated() {
        duration += u64::from(decoder.read_frame(&mut pixels)?);
    } else {
        decoder.read_image(&mut pixels)?;
    }
    let picture = if decoder.has_alpha() {
        RgbaImage::from_raw(width, height, pixels).map(DynamicImage::from)
    } else {
        RgbImage::from_raw(width, height, pixels).map(DynamicImage::from)
    };

    if frames > 1 {
        let mut pixels = vec![0; size];
        for _ in 1..frames {
            stop.check()?;
            duration += u64::from(decoder.read_frame(&mut pixels)?);
        }
    }
    Ok(Decoded {
        picture: picture.ok_or(Problem::Broken)?,
        duration_ms: (frames > 1).then_some(duration),
    })
}

impl From<DecodingError> for Problem {
    fn from(_: DecodingError) -> Self {
        Self::Broken
    }
}
