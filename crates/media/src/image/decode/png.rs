//! The pixels of a PNG.

use std::io::Cursor;

use image::{DynamicImage, GrayAlphaImage, GrayImage, RgbImage, RgbaImage};
use png::{ColorType, Decoder, DecodingError, Transformations};

use super::{BYTES, Decoded, Problem, check_animation, check_size};
use crate::{ImageLimits, Stop};

/// Decodes the image and the pictures of its animation. `png` is asked itself, because it makes eight bits of sixteen
/// row by row, and goes on to the next picture.
pub(super) fn decode(bytes: &[u8], limits: &ImageLimits, stop: &Stop) -> Result<Decoded, Problem> {
    let mut decoder = Decoder::new(Cursor::new(bytes));
    decoder.set_transformations(Transformations::normalize_to_color8());
    let (width, height) = decoder.read_header_info()?.size();
    check_size(width, height, BYTES, limits)?;
    let mut reader = decoder.read_info()?;
    let frames = reader
        .info()
        .animation_control
        .map_or(0, |animation| animation.num_frames);
    if frames > 1 {
        check_animation(width, height, frames, limits)?;
    }

    let size = reader.output_buffer_size().ok_or(Problem::Broken)?;
    let mut pixels = vec![0; size];
    // The image may or may not be the first picture of the animation.
    let is_first = reader.info().frame_control.is_some();
    let mut duration = delay(&reader);
    let color = reader.next_frame(&mut pixels)?.color_type;
    if frames > u32::from(is_first) {
        let mut frame = vec![0; size];
        for _ in u32::from(is_first)..frames {
            stop.check()?;
            reader.next_frame(&mut frame)?;
            duration += delay(&reader);
        }
    }
    reader.finish()?;

    let picture = match color {
        ColorType::Grayscale => GrayImage::from_raw(width, height, pixels).map(DynamicImage::from),
        ColorType::GrayscaleAlpha => GrayAlphaImage::from_raw(width, height, pixels).map(DynamicImage::from),
        ColorType::Rgba => RgbaImage::from_raw(width, height, pixels).map(DynamicImage::from),
        ColorType::Rgb | ColorType::Indexed => {
            RgbImage::from_raw(width, height, pixels).map(DynamicImage::from)
        }
    };
    Ok(Decoded {
        picture: picture.ok_or(Problem::Broken)?,
        duration_ms: (frames > 1).then_some(duration),
    })
}

/// How long the picture that was read last is shown, in milliseconds. Nought is for a hundredth of a second.
fn delay(reader: &png::Reader<Cursor<&[u8]>>) -> u64 {
    reader.info().frame_control.map_or(0, |frame| {
        let parts = if frame.delay_den == 0 {
            100
        } else {
            frame.delay_den
        };
        u64::from(frame.delay_num) * 1000 / u64::from(parts)
    })
}

impl From<DecodingError> for Problem {
    fn from(_: DecodingError) -> Self {
        Self::Broken
    }
}
