//! How a picture has to be turned, written into a file that lost all else that was said of it.

use image::metadata::Orientation;

use super::{Clean, jpeg, webp};
use crate::sniff::Format;

/// Writes the orientation back into a clean picture, if it has to be turned. GIF has no place for it.
pub(super) fn write_back(format: Format, clean: &mut Clean) {
    if clean.orientation == Orientation::NoTransforms {
        return;
    }
    let exif = exif(clean.orientation);
    match format {
        Format::Jpeg => jpeg::insert_exif(&mut clean.bytes, &exif),
        Format::Png => {
            // Behind the signature and the header.
            let mut chunk = 26_u32.to_be_bytes().to_vec();
            chunk.extend_from_slice(b"eXIf");
            chunk.extend_from_slice(&exif);
            let mut checksum = flate2::Crc::new();
            checksum.update(&chunk[4..]);
            chunk.extend_from_slice(&checksum.sum().to_be_bytes());
            clean.bytes.splice(33..33, chunk);
        }
        Format::WebP => webp::append_exif(&mut clean.bytes, &exif),
        _ => {}
    }
}

/// Exif that says nothing else (CIPA DC-008, 4.6).
fn exif(orientation: Orientation) -> [u8; 26] {
    let mut exif = *b"II\x2A\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x01\0\0\0\0\0\0\0";
    exif[18] = orientation.to_exif();
    exif
}
