//! Pictures: JPEG, PNG, GIF and WebP.
//!
//! A picture is cleaned first, and what is left is what is decoded: nothing is kept that was not read to its end.
//!
//! Memory: the file twice while it is cleaned, then once or twice beside the pixels. Each pixel of a picture that stands
//! still takes up to eight bytes: four as it is decoded, and four to decode it or to turn it upright. A picture that
//! takes more may have fewer pixels: one in a progressive JPEG up to eleven, of a lossy and transparent WebP eleven, of
//! an animation sixteen, and of a transparent WebP that is turned upright as well.

mod clean;
mod decode;
mod encode;
mod smaller;

use std::fs;
use std::path::Path;

use image::DynamicImage;
use image::metadata::Orientation;
use parlor_domain::{Dimensions, MediaKind};

use crate::replace::replace;
use crate::sniff::Format;
use crate::{Examined, ImageLimits, Refusal, Stop};

use decode::Decoded;

/// The quality at which a JPEG is encoded anew, of 100.
const JPEG_QUALITY: u8 = 90;

/// Examines a picture of one of the four formats, and leaves it clean and upright.
pub(crate) fn examine(
    file: &Path,
    format: Format,
    limits: &ImageLimits,
    stop: &Stop,
) -> Result<Examined, Refusal> {
    let bytes = fs::read(file)?;
    let clean = clean::clean(format, &bytes)?;
    let is_changed = clean.bytes != bytes;
    drop(bytes);
    stop.check()?;

    let Decoded {
        mut picture,
        duration_ms,
    } = decode::decode(format, &clean.bytes, limits, stop)?;
    let profile = clean.profile.filter(|profile| encode::fits(profile, &picture));

    // Of an animation each picture would have to be turned, and browsers turn none of them either.
    let is_upright = clean.orientation == Orientation::NoTransforms || duration_ms.is_some();
    let format = if is_upright {
        if is_changed {
            replace(file, &clean.bytes)?;
        }
        format
    } else {
        drop(clean.bytes);
        if format == Format::WebP && picture.color().has_alpha() {
            decode::check_encoded(&picture, limits)?;
        }
        picture.apply_orientation(clean.orientation);
        let (format, bytes) = encode_anew(&picture, format, profile.as_deref())?;
        replace(file, &bytes)?;
        format
    };
    stop.check()?;

    Ok(Examined {
        kind: MediaKind::Image,
        mime: format.mime(),
        dimensions: Some(dimensions(&picture)),
        duration_ms,
        waveform: None,
        thumbhash: Some(smaller::thumbhash(&picture)),
        thumbnails: smaller::thumbnails(&picture, profile.as_deref())?,
    })
}

/// Cleans a picture that is sent as a file, which is to be saved and not shown: it is not decoded, so that it may be of
/// any size, and keeps what says how it has to be turned.
pub(crate) fn keep(file: &Path, format: Format, stop: &Stop) -> Result<(), Refusal> {
    let bytes = fs::read(file)?;
    let clean = clean::clean_as_is(format, &bytes)?;
    stop.check()?;
    if clean != bytes {
        replace(file, &clean)?;
    }
    Ok(())
}

/// A picture as PNG, upright and with eight bits for each colour; of an animation, the first one.
pub(crate) fn to_png(
    file: &Path,
    format: Format,
    limits: &ImageLimits,
    stop: &Stop,
) -> Result<Vec<u8>, Refusal> {
    let bytes = fs::read(file)?;
    let clean = clean::clean(format, &bytes)?;
    drop(bytes);
    stop.check()?;

    let Decoded {
        mut picture,
        duration_ms,
    } = decode::decode(format, &clean.bytes, limits, stop)?;
    drop(clean.bytes);
    if duration_ms.is_none() {
        picture.apply_orientation(clean.orientation);
    }
    stop.check()?;
    let profile = clean.profile.filter(|profile| encode::fits(profile, &picture));
    encode::png(&picture, profile.as_deref())
}

/// The picture in the format that it had. We have no encoder for lossy WebP, so what is opaque becomes a JPEG: lossless
/// it would be many times as large.
fn encode_anew(
    picture: &DynamicImage,
    format: Format,
    profile: Option<&[u8]>,
) -> Result<(Format, Vec<u8>), Refusal> {
    Ok(match format {
        Format::Png => (format, encode::png(picture, profile)?),
        Format::WebP if picture.color().has_alpha() => (format, encode::webp(picture, profile)?),
        _ => (Format::Jpeg, encode::jpeg(picture, JPEG_QUALITY, profile)?),
    })
}

fn dimensions(picture: &DynamicImage) -> Dimensions {
    Dimensions {
        width: picture.width(),
        height: picture.height(),
    }
}
