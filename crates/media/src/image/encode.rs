//! Pictures as files.

use std::io::{self, Write};

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::{DynamicImage, ImageEncoder};

use crate::Refusal;
use crate::sniff::Format;

/// Whether a profile is one for the colours that the picture was decoded to. That of a CMYK picture is not.
pub(super) fn fits(profile: &[u8], picture: &DynamicImage) -> bool {
    let space: &[u8] = if picture.color().has_color() {
        b"RGB "
    } else {
        b"GRAY"
    };
    profile.get(16..20) == Some(space)
}

/// As JPEG, in a quality of up to 100. It must be opaque.
pub(super) fn jpeg(picture: &DynamicImage, quality: u8, profile: Option<&[u8]>) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Bounded::default();
    write(
        JpegEncoder::new_with_quality(&mut bytes, quality),
        picture,
        profile,
        Format::Jpeg,
    )?;
    Ok(bytes.0)
}

/// As PNG.
pub(super) fn png(picture: &DynamicImage, profile: Option<&[u8]>) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Bounded::default();
    write(PngEncoder::new(&mut bytes), picture, profile, Format::Png)?;
    Ok(bytes.0)
}

/// As WebP, lossless.
pub(super) fn webp(picture: &DynamicImage, profile: Option<&[u8]>) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Bounded::default();
    write(
        WebPEncoder::new_lossless(&mut bytes),
        picture,
        profile,
        Format::WebP,
    )?;
    Ok(bytes.0)
}

/// The most bytes of an encoded picture. One that came in a fraction of that, and needs more now, was made to.
const MOST: usize = 64 * 1024 * 1024;

/// Bytes that are written, up to [`MOST`].
#[derive(Default)]
struct Bounded(Vec<u8>);

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MOST {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn write(
    mut encoder: impl ImageEncoder,
    picture: &DynamicImage,
    profile: Option<&[u8]>,
    format: Format,
) -> Result<(), Refusal> {
    if let Some(profile) = profile {
        // An encoder that knows no profiles leaves it out.
        let _ = encoder.set_icc_profile(profile.to_vec());
    }
    picture
        .write_with_encoder(encoder)
        .map_err(|_| Refusal::unreadable(format, "it cannot be encoded anew"))
}
