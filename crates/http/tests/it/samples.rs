//! Files to be uploaded.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};

/// Somebody says something, recorded by Chromium.
pub(crate) const VOICE: &[u8] = include_bytes!("../../../media/tests/samples/playing/chromium-opus.webm");
/// A video, recorded by Chromium.
pub(crate) const VIDEO: &[u8] = include_bytes!("../../../media/tests/samples/playing/chromium-vp8.webm");
/// A plain file.
pub(crate) const PDF: &[u8] = b"%PDF-1.4\n%\xE2\xE3\xCF\xD3\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n";

/// A picture of this size, with a colour of its own.
pub(crate) fn picture(width: u32, height: u32, colour: u8) -> Vec<u8> {
    let pixels = RgbImage::from_fn(width, height, |x, y| {
        Rgb([
            colour,
            u8::try_from(x % 256).unwrap(),
            u8::try_from(y % 256).unwrap(),
        ])
    });
    let mut bytes = Cursor::new(Vec::new());
    pixels.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}
