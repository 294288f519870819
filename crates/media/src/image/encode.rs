//! Pictures as files.

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
    let mut bytes = Vec::new();
    write(
        JpegEncoder::new_with_quality(&mut bytes, quality),
        picture,
        profile,
        Format::Jpeg,
    )?;
    Ok(bytes)
}

/// As PNG.
pub(super) fn png(picture: &DynamicImage, profile: Option<&[u8]>) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    write(PngEncoder::new(&mut bytes), picture, profile, Format::Png)?;
    Ok(bytes)
}

/// As WebP, lossless.
pub(super) fn webp(picture: &DynamicImage, profile: Option<&[u8]>) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    write(
        WebPEncoder::new_lossless(&mut bytes),
        picture,
        profile,
        Format::WebP,
    )?;
    Ok(bytes)
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
        .map_err(|_| Refusal::unreadable(format, "it cannot be encoded upright or smaller"))
}
