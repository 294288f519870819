//! The pixels of a JPEG. Its decoder has no limit but those of its header, and cannot be stopped.

use std::io::Cursor;

use image::codecs::jpeg::JpegDecoder;
use image::{DynamicImage, ImageDecoder};

use super::{Decoded, Problem, check_size};
use crate::ImageLimits;

/// Those of the picture that is decoded, in three colours or one.
const DECODED: u64 = 3;

/// Decodes the picture. Pixels that are missing in a scan are no error to the decoder, but a scan that is cut off has
/// no end, and was refused before.
pub(super) fn decode(bytes: &[u8], limits: &ImageLimits) -> Result<Decoded, Problem> {
    let decoder = JpegDecoder::new(Cursor::new(bytes))?;
    let (width, height) = decoder.dimensions();
    check_size(width, height, bytes_of_pixel(bytes), limits)?;
    Ok(Decoded {
        picture: DynamicImage::from_decoder(decoder)?,
        duration_ms: None,
    })
}

/// How many bytes each pixel takes. Of a progressive picture there are two for each coefficient of all components,
/// until the last scan was read.
fn bytes_of_pixel(bytes: &[u8]) -> u64 {
    let Some((marker, frame)) = frame(bytes) else {
        return DECODED;
    };
    // Progressive, with Huffman codes or arithmetic ones.
    if !matches!(marker, 0xC2 | 0xC6 | 0xCA | 0xCE) {
        return DECODED;
    }
    let factors = frame.get(6..).unwrap_or_default().as_chunks::<3>().0.iter();
    let factors = factors.map(|[_, factors, _]| (u64::from(factors >> 4), u64::from(factors & 0xF)));
    let widest = factors.clone().map(|(width, _)| width).max();
    let highest = factors.clone().map(|(_, height)| height).max();
    let all: u64 = factors.map(|(width, height)| width * height).sum();
    let whole = widest.unwrap_or(1).max(1) * highest.unwrap_or(1).max(1);
    DECODED + (2 * all).div_ceil(whole)
}

/// The marker and the content of the frame header of a clean file, in which segments follow each other.
fn frame(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let mut rest = bytes.get(2..)?;
    loop {
        let [_, marker, high, low, ..] = rest else {
            return None;
        };
        let segment = rest.get(4..2 + usize::from(u16::from_be_bytes([*high, *low])))?;
        match marker {
            0xC4 | 0xC8 | 0xCC => {}
            0xC0..=0xCF => return Some((*marker, segment)),
            0xDA => return None,
            _ => {}
        }
        rest = &rest[4 + segment.len()..];
    }
}

#[cfg(test)]
mod tests {
    use super::bytes_of_pixel;

    #[test]
    fn a_progressive_picture_takes_more() {
        let jpeg = |marker: u8, factors: &[u8]| {
            let mut jpeg = b"\xFF\xD8\xFF\xDB\0\x04ab\xFF".to_vec();
            jpeg.extend_from_slice(&[marker, 0, (8 + 3 * factors.len()) as u8, 8, 0, 1, 0, 1]);
            jpeg.push(factors.len() as u8);
            for factors in factors {
                jpeg.extend_from_slice(&[1, *factors, 0]);
            }
            bytes_of_pixel(&jpeg)
        };
        assert_eq!(jpeg(0xC0, &[0x11, 0x11, 0x11]), 3);
        assert_eq!(jpeg(0xC2, &[0x11, 0x11, 0x11]), 9);
        assert_eq!(jpeg(0xC2, &[0x22, 0x11, 0x11]), 6);
        assert_eq!(jpeg(0xC2, &[0x11; 4]), 11);
        assert_eq!(jpeg(0xC2, &[0x00; 3]), 3);
        assert_eq!(bytes_of_pixel(b"\xFF\xD8\xFF\xDA\0\x02"), 3);
        assert_eq!(bytes_of_pixel(b"\xFF\xD8\xFF\xDB\0"), 3);
    }
}
