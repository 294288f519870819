//! Pictures: what is found in them, and what is left of them.

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::metadata::Orientation;
use image::{
    AnimationDecoder, DynamicImage, ImageDecoder, ImageEncoder, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage,
};
use parlor_domain::{Dimensions, MediaKind};
use parlor_media::{Claim, Limits, Thumbnail, ThumbnailSize};

use crate::examining::{SAMPLES, STILL, encoded, look, look_at, position, sample};

/// Four corners in four colours, so that no turn looks like another.
fn corners(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| match (x < width / 2, y < height / 2) {
        (true, true) => Rgb([250, 10, 10]),
        (false, true) => Rgb([10, 250, 10]),
        (true, false) => Rgb([10, 10, 250]),
        (false, false) => Rgb([240, 240, 240]),
    })
}

/// Exif data that says how a picture is turned.
fn exif(orientation: u8) -> Vec<u8> {
    let mut tiff = b"II\x2A\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    tiff.extend_from_slice(&[orientation, 0, 0, 0, 0, 0, 0, 0]);
    tiff
}

/// The header of an ICC profile for RGB, and `more` bytes of it.
fn profile(more: usize) -> Vec<u8> {
    let mut profile = vec![0; 132 + more];
    let size = u32::try_from(profile.len()).unwrap();
    profile[..4].copy_from_slice(&size.to_be_bytes());
    profile[12..24].copy_from_slice(b"mntrRGB XYZ ");
    profile[36..40].copy_from_slice(b"acsp");
    for (byte, number) in profile[132..].iter_mut().zip(0u32..) {
        *byte = (number.wrapping_mul(0x9E37_79B9) >> 24) as u8;
    }
    profile
}

fn with(picture: &DynamicImage, format: ImageFormat, exif: Vec<u8>, profile: Option<Vec<u8>>) -> Vec<u8> {
    fn write(
        mut encoder: impl ImageEncoder,
        picture: &DynamicImage,
        exif: Vec<u8>,
        profile: Option<Vec<u8>>,
    ) {
        encoder.set_exif_metadata(exif).unwrap();
        if let Some(profile) = profile {
            encoder.set_icc_profile(profile).unwrap();
        }
        picture.write_with_encoder(encoder).unwrap();
    }
    let mut bytes = Vec::new();
    match format {
        ImageFormat::Jpeg => write(
            JpegEncoder::new_with_quality(&mut bytes, 95),
            picture,
            exif,
            profile,
        ),
        ImageFormat::Png => write(PngEncoder::new(&mut bytes), picture, exif, profile),
        _ => write(WebPEncoder::new_lossless(&mut bytes), picture, exif, profile),
    }
    bytes
}

fn icc(bytes: &[u8]) -> Option<Vec<u8>> {
    let reader = image::ImageReader::new(std::io::Cursor::new(bytes))
        .with_guessed_format()
        .unwrap();
    reader.into_decoder().unwrap().icc_profile().unwrap()
}

/// An animation of three frames, the first of which may stand apart as the image of those who know no animations.
fn apng(is_apart: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 8, 8);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_animated(3, 0).unwrap();
    encoder.set_sep_def_img(is_apart).unwrap();
    encoder.set_frame_delay(1, 50).unwrap();
    let mut writer = encoder.write_header().unwrap();
    for shade in 0..if is_apart { 4 } else { 3 } {
        if shade == 2 {
            writer.set_frame_delay(70, 1000).unwrap();
        }
        writer.write_image_data(&[shade * 60; 8 * 8 * 3]).unwrap();
    }
    writer.finish().unwrap();
    bytes
}

/// All frames of an animation.
fn frames(bytes: &[u8]) -> Vec<RgbaImage> {
    let reader = std::io::Cursor::new(bytes);
    let frames = match image::guess_format(bytes).unwrap() {
        ImageFormat::Gif => image::codecs::gif::GifDecoder::new(reader).unwrap().into_frames(),
        ImageFormat::WebP => image::codecs::webp::WebPDecoder::new(reader)
            .unwrap()
            .into_frames(),
        _ => image::codecs::png::PngDecoder::new(reader)
            .unwrap()
            .apng()
            .unwrap()
            .into_frames(),
    };
    frames.map(|frame| frame.unwrap().into_buffer()).collect()
}

fn thumbnail(thumbnails: &[Thumbnail], size: ThumbnailSize) -> Option<&Thumbnail> {
    thumbnails.iter().find(|thumbnail| thumbnail.size == size)
}

#[test]
fn a_picture_is_told_with_its_size() {
    for name in STILL.iter().copied() {
        let outcome = look(&sample(name));
        let examined = outcome.examined();
        assert_eq!(examined.kind, MediaKind::Image, "{name}");
        let mime = match name.rsplit('.').next() {
            Some("jpg") => "image/jpeg",
            Some("png") => "image/png",
            _ => "image/webp",
        };
        assert_eq!(examined.mime, mime);
        assert_eq!(
            examined.dimensions,
            Some(Dimensions {
                width: 24,
                height: 16
            }),
            "{name}"
        );
        assert_eq!(examined.duration_ms, None);
        assert!(examined.thumbnails.is_empty(), "it is small enough");
        assert!((5..=25).contains(&examined.thumbhash.as_ref().unwrap().0.len()));
    }
}

#[test]
fn what_is_left_has_the_same_pixels() {
    for name in STILL.iter().copied() {
        let bytes = sample(name);
        let outcome = look(&bytes);
        outcome.examined();
        assert_eq!(
            outcome.picture(),
            image::load_from_memory(&bytes).unwrap(),
            "{name}"
        );
        assert!(outcome.left.len() <= bytes.len(), "{name}");
    }
}

#[test]
fn what_is_left_is_not_changed_again() {
    for name in SAMPLES {
        let once = look(&sample(name));
        let twice = look(&once.left);
        assert_eq!(twice.left, once.left, "{name}");
        assert_eq!(twice.examined(), once.examined(), "{name}");
    }
}

#[test]
fn a_jpeg_of_a_coding_that_is_not_supported_is_refused() {
    assert_eq!(
        look(&sample("arithmetic.jpg")).refusal(),
        "the JPEG image cannot be read: its pixels are broken or cut off"
    );
}

#[test]
fn a_picture_is_left_upright() {
    let picture = corners(24, 16);
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        for number in 1..=8 {
            let orientation = Orientation::from_exif(number).unwrap();
            let outcome = look(&with(&picture.clone().into(), format, exif(number), None));
            let mut upright = DynamicImage::from(picture.clone());
            upright.apply_orientation(orientation);
            let (width, height) = (upright.width(), upright.height());
            assert_eq!(outcome.examined().dimensions, Some(Dimensions { width, height }));

            let left = outcome.picture().into_rgb8();
            assert_eq!(left.dimensions(), (width, height));
            for (left, upright) in left.pixels().zip(upright.to_rgb8().pixels()) {
                let distance: i32 = (0..3)
                    .map(|color| (i32::from(left.0[color]) - i32::from(upright.0[color])).abs())
                    .sum();
                assert!(distance < 90, "{format:?} {number}: {left:?} {upright:?}");
            }
            assert_eq!(position(&outcome.left, b"II\x2A\0"), None);
            assert_eq!(look(&outcome.left).left, outcome.left);
        }
    }
}

#[test]
fn a_transparent_webp_is_turned_without_loss_and_an_opaque_one_becomes_a_jpeg() {
    let opaque = DynamicImage::from(corners(24, 16));
    let outcome = look(&with(&opaque, ImageFormat::WebP, exif(6), None));
    assert_eq!(outcome.examined().mime, "image/jpeg");

    let mut transparent = opaque.into_rgba8();
    transparent.put_pixel(0, 0, Rgba([1, 2, 3, 4]));
    let mut transparent = DynamicImage::from(transparent);
    let outcome = look(&with(&transparent, ImageFormat::WebP, exif(6), None));
    transparent.apply_orientation(Orientation::Rotate90);
    assert_eq!(outcome.examined().mime, "image/webp");
    assert_eq!(outcome.picture(), transparent);
}

#[test]
fn a_profile_of_colours_is_kept_in_the_picture_and_its_thumbnails() {
    let picture = DynamicImage::from(corners(200, 100));
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        for orientation in [1, 6] {
            let outcome = look(&with(&picture, format, exif(orientation), Some(profile(300))));
            assert_eq!(icc(&outcome.left), Some(profile(300)), "{format:?}");
            assert_eq!(
                icc(&outcome.examined().thumbnails[0].bytes),
                Some(profile(300)),
                "{format:?}"
            );
        }
    }
}

#[test]
fn a_long_profile_is_kept_in_all_its_parts() {
    let picture = DynamicImage::from(corners(24, 16));
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        let outcome = look(&with(&picture, format, exif(1), Some(profile(200_000))));
        assert!(icc(&outcome.left) == Some(profile(200_000)), "{format:?}");
    }
}

#[test]
fn what_is_no_profile_is_not_kept_as_one() {
    let picture = DynamicImage::from(corners(24, 16));
    let mut unsigned = profile(20);
    unsigned[36] = b'x';
    let mut longer = profile(20);
    longer.extend_from_slice(b"and the rest of a diary");
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        for no_profile in [
            unsigned.clone(),
            longer.clone(),
            b"short".to_vec(),
            profile(2_000_000),
        ] {
            let outcome = look(&with(&picture, format, exif(1), Some(no_profile)));
            outcome.examined();
            assert_eq!(icc(&outcome.left), None, "{format:?}");
        }
    }
}

#[test]
fn an_animation_keeps_its_frames_and_tells_how_long_it_takes() {
    for (bytes, duration) in [
        (sample("animated.gif"), 400),
        (sample("animated.webp"), 200),
        (apng(false), 110),
        (apng(true), 160),
    ] {
        let outcome = look(&bytes);
        assert_eq!(outcome.examined().kind, MediaKind::Image);
        assert_eq!(outcome.examined().duration_ms, Some(duration));
        assert_eq!(frames(&outcome.left), frames(&bytes));
    }
}

#[test]
fn a_gif_that_hangs_over_its_screen_is_cut_there() {
    // A screen of two by two, and a picture of four by four that begins at (0, 1): red above, and then blue.
    let mut gif = Vec::new();
    let mut encoder = gif::Encoder::new(&mut gif, 2, 2, &[]).unwrap();
    let mut frame = gif::Frame::from_rgb(4, 4, &[[250, 0, 0].repeat(4), [0, 0, 250].repeat(12)].concat());
    (frame.left, frame.top) = (0, 1);
    encoder.write_frame(&frame).unwrap();
    drop(encoder);
    let outcome = look(&gif);
    let found = outcome.examined();
    let size = Dimensions { width: 2, height: 2 };
    assert_eq!((found.mime, found.dimensions), ("image/gif", Some(size)));
    assert_eq!(look(&outcome.left).left, outcome.left);

    let limits = Limits {
        image: parlor_media::ImageLimits {
            pixels: 11,
            ..Limits::default().image
        },
        ..Limits::default()
    };
    let refusal = look_at(&gif, &Claim::default(), &limits).refusal();
    assert!(refusal.contains("the number of pixels of image"), "{refusal}");
}

#[test]
fn a_gif_without_an_end_gets_one() {
    let gif = sample("animated.gif");
    let whole = look(&gif);
    let without = look(&gif[..gif.len() - 1]);
    assert_eq!(without.examined(), whole.examined());
    assert!(without.left == whole.left);
    assert!(look(&gif[..gif.len() - 3]).result.is_err());
}

#[test]
fn an_animation_repeats_as_often_as_before() {
    let outcome = look(&sample("animated.gif"));
    assert!(position(&outcome.left, b"NETSCAPE2.0\x03\x01\x02\0\0").is_some());
}

#[test]
fn an_animation_has_limits_of_its_own() {
    let limited = |change: &dyn Fn(&mut Limits)| {
        let mut limits = Limits::default();
        change(&mut limits);
        [sample("animated.gif"), sample("animated.webp"), apng(false)]
            .map(|bytes| look_at(&bytes, &Claim::default(), &limits).refusal())
    };
    for refusal in limited(&|limits| limits.image.frames = 1) {
        assert!(
            refusal.starts_with("the number of frames of image may be at most 1, and is "),
            "{refusal}"
        );
    }
    for refusal in limited(&|limits| limits.image.animated_pixels = 100) {
        assert!(
            refusal.starts_with("the number of pixels in all frames of image"),
            "{refusal}"
        );
    }
    for refusal in limited(&|limits| limits.image.pixels = 127) {
        assert!(refusal.contains("pixels"), "{refusal}");
    }
}

#[test]
fn a_picture_that_takes_more_memory_may_have_fewer_pixels() {
    let refusal = |name: &str, pixels| {
        let mut limits = Limits::default();
        limits.image.pixels = pixels;
        let outcome = look_at(&sample(name), &Claim::default(), &limits);
        outcome.result.map(|_| ()).map_err(|refusal| refusal.to_string())
    };
    let size = look(&sample("lossy-alpha.webp")).examined().dimensions.unwrap();
    let pixels = u64::from(size.width) * u64::from(size.height);
    let most = pixels * 8 / 11;
    assert_eq!(
        refusal("lossy-alpha.webp", pixels),
        Err(format!(
            "the number of pixels of image may be at most {most}, and is {pixels}"
        ))
    );
    assert_eq!(refusal("lossy-alpha.webp", pixels * 11 / 8 + 1), Ok(()));
}

#[test]
fn thumbnails_are_smaller_and_keep_the_shape() {
    let sizes = |width, height| {
        let picture = encoded(&DynamicImage::new_luma8(width, height), ImageFormat::Png);
        let outcome = look(&picture);
        let thumbnails = &outcome.examined().thumbnails;
        for thumbnail in thumbnails {
            let picture = image::load_from_memory(&thumbnail.bytes).unwrap();
            assert_eq!(
                (picture.width(), picture.height()),
                (thumbnail.dimensions.width, thumbnail.dimensions.height)
            );
        }
        [ThumbnailSize::Small, ThumbnailSize::Large].map(|size| {
            thumbnail(thumbnails, size)
                .map(|thumbnail| (thumbnail.dimensions.width, thumbnail.dimensions.height))
        })
    };
    assert_eq!(sizes(2000, 1000), [Some((160, 80)), Some((640, 320))]);
    assert_eq!(sizes(1000, 2000), [Some((80, 160)), Some((320, 640))]);
    assert_eq!(sizes(640, 480), [Some((160, 120)), None]);
    assert_eq!(sizes(160, 160), [None, None]);
    assert_eq!(sizes(1, 5000), [Some((1, 160)), Some((1, 640))]);
    assert_eq!(sizes(12_000, 2), [Some((160, 1)), Some((640, 1))]);
}

#[test]
fn a_thumbnail_looks_like_the_picture() {
    let outcome = look(&encoded(&corners(800, 600).into(), ImageFormat::Jpeg));
    for thumbnail in &outcome.examined().thumbnails {
        let small = image::load_from_memory(&thumbnail.bytes).unwrap().into_rgb8();
        let (right, bottom) = (small.width() - 2, small.height() - 2);
        assert!(small.get_pixel(1, 1).0[0] > 220 && small.get_pixel(1, 1).0[1] < 60);
        assert!(small.get_pixel(right, 1).0[1] > 220);
        assert!(small.get_pixel(1, bottom).0[2] > 220);
        assert!(small.get_pixel(right, bottom).0.iter().all(|color| *color > 210));
    }
}

#[test]
fn only_a_picture_that_is_seen_through_has_thumbnails_that_are() {
    let opaque = DynamicImage::from(corners(300, 300)).into_rgba8();
    let mut transparent = opaque.clone();
    for pixel in transparent.pixels_mut().take(300 * 100) {
        pixel.0[3] = 0;
    }
    for (picture, mime) in [(opaque, "image/jpeg"), (transparent, "image/png")] {
        for format in [ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif] {
            let outcome = look(&encoded(&picture.clone().into(), format));
            assert_eq!(outcome.examined().thumbnails[0].mime, mime, "{format:?}");
        }
    }
}

#[test]
fn pictures_of_all_depths_and_colours_are_read() {
    let rgb = DynamicImage::from(corners(200, 200));
    for picture in [
        rgb.to_luma8().into(),
        rgb.to_luma_alpha8().into(),
        rgb.to_luma16().into(),
        rgb.to_luma_alpha16().into(),
        rgb.to_rgb16().into(),
        rgb.to_rgba16().into(),
    ] {
        let picture: DynamicImage = picture;
        let outcome = look(&encoded(&picture, ImageFormat::Png));
        assert_eq!(outcome.examined().thumbnails.len(), 1);
        assert_eq!(outcome.picture(), picture);
    }
    let outcome = look(&encoded(&rgb.to_luma8().into(), ImageFormat::Jpeg));
    assert_eq!(outcome.examined().thumbnails.len(), 1);
}
