//! What is said about a file, and what it is.

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::{DynamicImage, ImageEncoder, ImageFormat};
use parlor_domain::MediaKind;
use parlor_media::{Claim, Kinds, Limits, Refusal};

use crate::examining::{Outcome, SAMPLES, encoded, look, look_at, position, sample};

fn said(bytes: &[u8], mime: &str) -> Outcome {
    let claim = Claim {
        kind: None,
        mime: Some(mime),
    };
    look_at(bytes, &claim, &Limits::default())
}

/// Exif data that say how a picture is turned, and something else.
fn exif(orientation: u8, more: &[u8]) -> Vec<u8> {
    let mut exif = b"II\x2A\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    exif.extend_from_slice(&[orientation, 0, 0, 0, 0, 0, 0, 0]);
    exif.extend_from_slice(more);
    exif
}

fn with_exif(picture: &DynamicImage, format: ImageFormat, exif: Vec<u8>) -> Vec<u8> {
    fn write(mut encoder: impl ImageEncoder, picture: &DynamicImage, exif: Vec<u8>) {
        encoder.set_exif_metadata(exif).unwrap();
        picture.write_with_encoder(encoder).unwrap();
    }
    let mut bytes = Vec::new();
    match format {
        ImageFormat::Jpeg => write(JpegEncoder::new(&mut bytes), &picture.to_rgb8().into(), exif),
        ImageFormat::Png => write(PngEncoder::new(&mut bytes), picture, exif),
        _ => write(WebPEncoder::new_lossless(&mut bytes), picture, exif),
    }
    bytes
}

fn sent_as(bytes: &[u8], kind: MediaKind) -> Outcome {
    let claim = Claim {
        kind: Some(kind),
        mime: None,
    };
    look_at(bytes, &claim, &Limits::default())
}

fn mismatch(outcome: &Outcome) -> (&str, &str) {
    match &outcome.result {
        Err(Refusal::Mismatch { claimed, found }) => (claimed, found),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_empty_file_is_refused() {
    assert!(matches!(look(b"").result, Err(Refusal::Empty)));
}

#[test]
fn a_file_that_is_not_there_is_no_verdict() {
    let folder = tempfile::tempdir().unwrap();
    let result = parlor_media::examine(
        &folder.path().join("nothing"),
        &Claim::default(),
        &Limits::default(),
        &parlor_media::Stop::default(),
    );
    assert!(matches!(result, Err(Refusal::Io(_))));
}

#[test]
fn a_type_is_understood_by_all_its_names() {
    let jpeg = sample("restarts.jpg");
    for mime in [
        "image/jpeg",
        "image/jpg",
        "IMAGE/PJPEG",
        " image/jpeg ; charset=binary",
        "application/octet-stream",
        "",
        "no media type",
    ] {
        assert_eq!(said(&jpeg, mime).examined().mime, "image/jpeg", "{mime}");
    }
}

#[test]
fn another_type_than_the_content_has_is_refused_with_both_named() {
    let jpeg = sample("restarts.jpg");
    for mime in [
        "image/png",
        "video/mp4",
        "audio/webm",
        "text/html",
        "application/pdf",
        "image/svg+xml",
    ] {
        assert_eq!(mismatch(&said(&jpeg, mime)), (mime, "image/jpeg"));
    }
    assert_eq!(
        mismatch(&said(b"<svg></svg>", "image/png")),
        ("image/png", "image/svg+xml")
    );
    assert_eq!(
        mismatch(&said(b"hello", "image/png")),
        ("image/png", "application/octet-stream")
    );
    assert_eq!(
        mismatch(&said(b"\x1F\x8B\x08\0", "video/mp4")),
        ("video/mp4", "application/gzip")
    );
}

#[test]
fn what_nobody_knows_may_be_called_what_nobody_knows() {
    // Browsers take the source of a program in TypeScript for a video.
    for mime in [
        "text/plain",
        "text/markdown; charset=utf-8",
        "application/x-mine",
        "video/mp2t",
        "image/vnd.dwg",
        "binary/octet-stream",
    ] {
        let outcome = said(b"hello", mime);
        assert_eq!(outcome.examined().kind, MediaKind::File);
        assert_eq!(outcome.examined().mime, "application/octet-stream");
        assert_eq!(outcome.left, b"hello");
    }
}

#[test]
fn what_is_never_shown_is_a_plain_file_and_stays_as_it_is() {
    for (bytes, claimed, mime) in [
        (
            &b"<svg xmlns='http://www.w3.org/2000/svg'/>"[..],
            "image/svg+xml",
            "image/svg+xml",
        ),
        (b"<?xml version='1.0'?><!-- long -->", "image/svg+xml", "text/xml"),
        (b"<!DOCTYPE html><script>", "text/html", "text/html"),
        (b"#!/bin/sh\n", "text/x-shellscript", "text/x-shellscript"),
        (b"%PDF-1.7\n", "application/pdf", "application/pdf"),
        (
            b"PK\x03\x04\x14\0\0\0",
            "application/vnd.oasis.opendocument.text",
            "application/zip",
        ),
        (
            b"II\x2A\0\x08\0\0\0\0\0\0\0\0\0",
            "image/x-adobe-dng",
            "image/tiff",
        ),
        (b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0", "image/x-ms-bmp", "image/bmp"),
    ] {
        let outcome = said(bytes, claimed);
        assert_eq!(outcome.examined().kind, MediaKind::File, "{mime}");
        assert_eq!(outcome.examined().mime, mime);
        assert_eq!(outcome.left, bytes);
        assert!(matches!(
            sent_as(bytes, MediaKind::Image).result,
            Err(Refusal::Mismatch { .. })
        ));
    }
}

#[test]
fn a_kind_that_the_content_is_not_is_refused() {
    let jpeg = sample("restarts.jpg");
    for kind in [MediaKind::Video, MediaKind::Audio, MediaKind::Voice] {
        assert_eq!(mismatch(&sent_as(&jpeg, kind)), (kind.as_str(), "image/jpeg"));
    }
    for kind in [
        MediaKind::Image,
        MediaKind::Video,
        MediaKind::Audio,
        MediaKind::Voice,
    ] {
        assert_eq!(
            mismatch(&sent_as(b"hello", kind)),
            (kind.as_str(), "application/octet-stream")
        );
    }
    assert_eq!(
        mismatch(&sent_as(b"RIFF\x04\0\0\0WAVE", MediaKind::Image)),
        ("image", "audio/wav")
    );
    assert_eq!(
        mismatch(&sent_as(b"RIFF\x04\0\0\0WAVE", MediaKind::Video)),
        ("video", "audio/wav")
    );
}

#[test]
fn a_picture_sent_as_a_file_is_cleaned_and_not_described() {
    let outcome = sent_as(&sample("gps.jpg"), MediaKind::File);
    let examined = outcome.examined();
    assert_eq!(examined.kind, MediaKind::File);
    assert_eq!(examined.mime, "image/jpeg");
    assert_eq!(examined.dimensions, None);
    assert_eq!(examined.thumbhash, None);
    assert!(examined.thumbnails.is_empty());
    assert_eq!(outcome.left, look(&sample("gps.jpg")).left);
}

#[test]
fn a_picture_sent_as_a_file_may_have_any_number_of_pixels() {
    let mut limits = Limits::default();
    limits.image.pixels = 10;
    limits.image.edge = 2;
    let claim = Claim {
        kind: Some(MediaKind::File),
        mime: None,
    };
    for name in SAMPLES {
        let outcome = look_at(&sample(name), &claim, &limits);
        assert_eq!(outcome.examined().kind, MediaKind::File, "{name}");
        let again = look_at(&outcome.left, &claim, &limits);
        assert_eq!(again.examined(), outcome.examined(), "{name}");
        assert!(again.left == outcome.left, "{name}");
        assert!(position(&outcome.left, b"48.208174").is_none(), "{name}");
    }
}

#[test]
fn a_picture_sent_as_a_file_says_how_it_has_to_be_turned_and_nothing_else() {
    let picture = DynamicImage::new_rgba8(4, 2);
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        for orientation in 1..=8 {
            let exif = exif(orientation, b"Canary");
            let outcome = sent_as(&with_exif(&picture, format, exif), MediaKind::File);
            assert_eq!(outcome.examined().kind, MediaKind::File);
            assert!(position(&outcome.left, b"Canary").is_none());
            assert_eq!(outcome.picture().to_rgba8().dimensions(), (4, 2));
            let shown = look(&outcome.left);
            let turned = shown.examined().dimensions.unwrap();
            let expected = if orientation < 5 { (4, 2) } else { (2, 4) };
            assert_eq!(
                (turned.width, turned.height),
                expected,
                "{format:?} {orientation}"
            );
            assert_eq!(sent_as(&outcome.left, MediaKind::File).left, outcome.left);
        }
    }
}

#[test]
fn a_broken_picture_is_not_kept_as_a_file_either() {
    let mut jpeg = sample("gps.jpg");
    jpeg.truncate(600);
    assert_eq!(
        sent_as(&jpeg, MediaKind::File).refusal(),
        "the JPEG image cannot be read: it is cut off"
    );
}

#[test]
fn the_limit_in_bytes_is_that_of_the_content() {
    let picture = encoded(&DynamicImage::new_rgb8(4, 4), ImageFormat::Png);
    let mut limits = Limits::default();
    limits.image.bytes = 10;
    let claim = Claim {
        kind: Some(MediaKind::File),
        mime: None,
    };
    let outcome = look_at(&picture, &claim, &limits);
    assert!(matches!(
        outcome.result,
        Err(Refusal::TooLarge {
            kind: MediaKind::Image,
            most: 10,
            ..
        })
    ));

    limits.file_bytes = 4;
    let outcome = look_at(b"hello", &Claim::default(), &limits);
    assert_eq!(
        outcome.refusal(),
        "the size in bytes of file may be at most 4, and is 5"
    );
}

#[test]
fn a_stopped_examination_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("upload");
    std::fs::write(&file, sample("animated.gif")).unwrap();
    let stop = parlor_media::Stop::default();
    stop.stop();
    let result = parlor_media::examine(&file, &Claim::default(), &Limits::default(), &stop);
    assert!(matches!(result, Err(Refusal::TimedOut)));
}

#[test]
fn a_kind_that_is_off_is_refused_by_name() {
    let look_at = |bytes: &[u8], kind, off| {
        let claim = Claim { kind, mime: None };
        let limits = Limits {
            kinds: Kinds::ALL.without(off),
            ..Limits::default()
        };
        look_at(bytes, &claim, &limits)
    };
    let (jpeg, sound, video) = (
        sample("restarts.jpg"),
        crate::playing::sample("opus.ogg"),
        crate::playing::sample("h264.mp4"),
    );
    for (bytes, kind, off, mime) in [
        (&jpeg[..], None, MediaKind::Image, "image/jpeg"),
        (&jpeg, Some(MediaKind::File), MediaKind::File, "image/jpeg"),
        (&sound, None, MediaKind::Audio, "audio/ogg"),
        (&sound, Some(MediaKind::Voice), MediaKind::Voice, "audio/ogg"),
        (&video, None, MediaKind::Video, "video/mp4"),
        (b"hello", None, MediaKind::File, "application/octet-stream"),
        (
            &crate::playing::sample("prores.mov"),
            None,
            MediaKind::File,
            "video/quicktime",
        ),
    ] {
        let refusal = look_at(bytes, kind, off).refusal();
        let allowed = Kinds::ALL.without(off);
        assert_eq!(
            refusal,
            format!("it is {off} ({mime}), and what may be sent is {allowed}")
        );
    }
    // What is off as one kind may be sent as another.
    assert!(
        look_at(&jpeg, Some(MediaKind::File), MediaKind::Image)
            .result
            .is_ok()
    );
    assert!(
        look_at(&sound, Some(MediaKind::Voice), MediaKind::Audio)
            .result
            .is_ok()
    );
    assert!(look_at(&sound, None, MediaKind::Voice).result.is_ok());
    assert!(look_at(&video, None, MediaKind::Audio).result.is_ok());
}
