//! The pixels of a GIF.

use gif::{DecodeOptions, DecodingError, Frame, MemoryLimit};
use image::{DynamicImage, Rgba, RgbaImage};

use super::{BYTES, Decoded, Problem, check_animation, check_size};
use crate::{ImageLimits, Stop};

/// Decodes all pictures, and draws the first one. `gif` is asked itself, because the others need not be drawn.
pub(super) fn decode(bytes: &[u8], limits: &ImageLimits, stop: &Stop) -> Result<Decoded, Problem> {
    let mut options = DecodeOptions::new();
    options.set_memory_limit(MemoryLimit::Unlimited); // No picture is larger than what is checked here.
    let mut decoder = options.read_info(bytes)?;
    let (width, height) = (u32::from(decoder.width()), u32::from(decoder.height()));
    check_size(width, height, BYTES, limits)?;
    let palette = decoder.global_palette().unwrap_or_default().to_vec();

    let mut frames = 0;
    let mut duration = 0;
    let mut picture = RgbaImage::default();
    let mut pixels = Vec::new();
    // What is decoded at most: a picture may hang over the screen.
    let (mut widest, mut highest) = (width, height);
    while let Some(frame) = decoder.next_frame_info()? {
        stop.check()?;
        let frame = frame.clone();
        frames += 1;
        duration += u64::from(frame.delay) * 10;
        widest = widest.max(frame.width.into());
        highest = highest.max(frame.height.into());
        check_size(widest, highest, BYTES, limits)?;
        if frames > 1 {
            check_animation(widest, highest, frames, limits)?;
        }
        pixels.resize(decoder.buffer_size(), 0);
        decoder.read_into_buffer(&mut pixels)?;
        if frames == 1 {
            picture = RgbaImage::new(width, height);
            draw(&frame, &pixels, &palette, &mut picture);
        }
    }
    match frames {
        0 => Err(Problem::Broken),
        _ => Ok(Decoded {
            picture: DynamicImage::from(picture),
            duration_ms: (frames > 1).then_some(duration),
        }),
    }
}

/// Draws the pixels of a picture as far as it lies within the other one. A colour that no palette has is transparent.
fn draw(frame: &Frame, pixels: &[u8], palette: &[u8], on: &mut RgbaImage) {
    let colors = frame.palette.as_deref().unwrap_or(palette).as_chunks::<3>().0;
    let rows = pixels.chunks_exact(usize::from(frame.width).max(1));
    let (width, height) = on.dimensions();
    for (row, y) in rows.zip(u32::from(frame.top)..height) {
        for (index, x) in row.iter().zip(u32::from(frame.left)..width) {
            if let Some([red, green, blue]) = colors.get(usize::from(*index))
                && frame.transparent != Some(*index)
            {
                on.put_pixel(x, y, Rgba([*red, *green, *blue, u8::MAX]));
            }
        }
    }
}

impl From<DecodingError> for Problem {
    fn from(_: DecodingError) -> Self {
        Self::Broken
    }
}
