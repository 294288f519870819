//! Smaller copies of a picture.

use image::{DynamicImage, GenericImageView};
use parlor_domain::Thumbhash;

use super::{dimensions, encode};
use crate::{Refusal, Thumbnail, ThumbnailSize};

/// The quality of thumbnails as JPEG, of 100.
const QUALITY: u8 = 80;

/// A larger profile is left out of thumbnails. Those of cameras and screens have about 500 bytes.
const MOST_PROFILE: usize = 4096;

/// The most pixels, in width and height, that a thumbhash is made of.
const HASHED: u32 = 100;

/// The thumbnails in which the picture is smaller, the large one first. `profile` is that of its colours.
pub(super) fn thumbnails(picture: &DynamicImage, profile: Option<&[u8]>) -> Result<Vec<Thumbnail>, Refusal> {
    let profile = profile.filter(|profile| profile.len() <= MOST_PROFILE);
    let mut thumbnails = Vec::new();
    let mut last = None;
    for size in [ThumbnailSize::Large, ThumbnailSize::Small] {
        let source = last.as_ref().unwrap_or(picture);
        let Some(smaller) = shrink(source, size.edge()) else {
            continue;
        };
        let (mime, bytes) = if is_transparent(&smaller) {
            ("image/png", encode::png(&smaller, profile)?)
        } else {
            let opaque = without_alpha(&smaller);
            ("image/jpeg", encode::jpeg(&opaque, QUALITY, profile)?)
        };
        thumbnails.push(Thumbnail {
            size,
            mime,
            dimensions: dimensions(&smaller),
            bytes,
        });
        last = Some(smaller);
    }
    Ok(thumbnails)
}

/// The picture in at most 25 bytes.
pub(super) fn thumbhash(picture: &DynamicImage) -> Thumbhash {
    let small = shrink(picture, HASHED).map_or_else(|| picture.to_rgba8(), DynamicImage::into_rgba8);
    let (width, height) = small.dimensions();
    let hash = thumbhash::rgba_to_thumb_hash(width as usize, height as usize, small.as_raw());
    Thumbhash(hash.into())
}

/// A copy that measures `edge` on its longer side, in the same proportions. None if the picture is not larger.
fn shrink(picture: &DynamicImage, edge: u32) -> Option<DynamicImage> {
    let (width, height) = picture.dimensions();
    let longer = width.max(height);
    if longer <= edge {
        return None;
    }
    let scale = |side: u32| {
        let side = (u64::from(side) * u64::from(edge) + u64::from(longer) / 2) / u64::from(longer);
        u32::try_from(side).expect("it is at most the edge").max(1)
    };
    Some(picture.thumbnail_exact(scale(width), scale(height)))
}

fn is_transparent(picture: &DynamicImage) -> bool {
    match picture {
        DynamicImage::ImageRgba8(pixels) => pixels.pixels().any(|pixel| pixel.0[3] != u8::MAX),
        DynamicImage::ImageLumaA8(pixels) => pixels.pixels().any(|pixel| pixel.0[1] != u8::MAX),
        _ => false,
    }
}

fn without_alpha(picture: &DynamicImage) -> DynamicImage {
    if picture.color().has_color() {
        DynamicImage::ImageRgb8(picture.to_rgb8())
    } else {
        DynamicImage::ImageLuma8(picture.to_luma8())
    }
}
