//! What is said about a file, and what it is.

use image::{DynamicImage, ImageFormat};
use parlor_domain::MediaKind;
use parlor_media::{Claim, Limits, Refusal};

use crate::examining::{Outcome, encoded, look, look_at, sample};

fn said(bytes: &[u8], mime: &str) -> Outcome {
    let claim = Claim {
        kind: None,
        mime: Some(mime),
    };
    look_at(bytes, &claim, &Limits::default())
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
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "image/heic", "image/heic"),
        (b"\0\0\0\x18ftypavif\0\0\0\0mif1avif", "image/avif", "image/avif"),
        (b"II\x2A\0\x08\0\0\0\0\0\0\0", "image/x-adobe-dng", "image/tiff"),
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
