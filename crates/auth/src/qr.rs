//! QR codes (ISO/IEC 18004) as PNG pictures.

use png::{BitDepth, ColorType, Encoder};
use qrcodegen::{QrCode, QrCodeEcc};

/// How many pixels wide and high a module is: with one bit for each, a module is one byte of a line.
const SCALE: usize = 8;
/// How many modules around the code are white, so that a camera finds it.
const QUIET_ZONE: i32 = 4;

/// The text as a picture in black and white; `None` if it is too long, at about 2300 bytes.
pub(crate) fn png(text: &str) -> Option<Vec<u8>> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let modules = -QUIET_ZONE..code.size() + QUIET_ZONE;
    let mut pixels = Vec::new();
    for y in modules.clone() {
        // Outside of the code, modules are white.
        let line = modules
            .clone()
            .map(|x| if code.get_module(x, y) { 0x00 } else { 0xff });
        let line: Vec<u8> = line.collect();
        pixels.extend(line.repeat(SCALE));
    }
    let side = u32::try_from(modules.len() * SCALE).expect("a code has at most 177 modules a side");
    Some(picture(side, &pixels))
}

fn picture(side: u32, pixels: &[u8]) -> Vec<u8> {
    let mut png = Vec::new();
    let mut encoder = Encoder::new(&mut png, side, side);
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::One);
    encoder
        .write_header()
        .and_then(|mut writer| {
            writer.write_image_data(pixels)?;
            writer.finish()
        })
        .expect("memory takes a picture of the size that was said");
    png
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use png::{Decoder, Transformations};
    use rqrr::PreparedImage;

    use super::*;

    /// The side in pixels, and their brightness.
    fn decode(picture: &[u8]) -> (usize, Vec<u8>) {
        let mut decoder = Decoder::new(Cursor::new(picture));
        decoder.set_transformations(Transformations::EXPAND);
        let mut reader = decoder.read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!(info.width, info.height);
        (info.width as usize, pixels)
    }

    #[test]
    fn a_camera_reads_the_text() {
        for text in [
            "a",
            "otpauth://totp/Parlor:alice%40chat.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Parlor",
            &"é".repeat(300),
        ] {
            let (side, pixels) = decode(&png(text).unwrap());
            let mut image = PreparedImage::prepare_from_greyscale(side, side, |x, y| pixels[y * side + x]);
            let grids = image.detect_grids();
            assert_eq!(grids.len(), 1);
            assert_eq!(grids[0].decode().unwrap().1, text);
        }
    }

    #[test]
    fn there_is_a_white_margin_of_four_modules() {
        let (side, pixels) = decode(&png("a").unwrap());
        assert_eq!(side, (21 + 8) * 8);
        let white = |x: usize, y: usize| pixels[y * side + x] == 255;
        for at in 0..side {
            for margin in [0, 31, side - 32, side - 1] {
                assert!(white(at, margin) && white(margin, at));
            }
        }
        assert!(!white(32, 32) && !white(39, 39));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert!(png(&"a".repeat(2331)).is_some());
        assert!(png(&"a".repeat(2332)).is_none());
    }
}
