//! The pixels of a JPEG. Its decoder has no limit but those of its header, and cannot be stopped.

use std::io::Cursor;

use image::codecs::jpeg::JpegDecoder;
use image::{DynamicImage, ImageDecoder};

use super::{Decoded, Problem, check_size};
use crate::ImageLimits;

/// Decodes the picture. Pixels that are missing in a scan are no error to the decoder, but a scan that is cut off has
/// no end, and was refused before.
pub(super) fn decode(bytes: &[u8], limits: &ImageLimits) -> Result<Decoded, Problem> {
    let decoder = JpegDecoder::new(Cursor::new(bytes))?;
    let (width, height) = decoder.dimensions();
    check_size(width, height, limits)?;
    Ok(Decoded {
        picture: DynamicImage::from_decoder(decoder)?,
        duration_ms: None,
    })
}
