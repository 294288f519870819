//! Pictures that hide something, are broken, or are made to do harm.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use image::{DynamicImage, ImageFormat};
use parlor_domain::MediaKind;
use parlor_media::Refusal;
use proptest::prelude::*;

use crate::examining::{Outcome, SAMPLES, encoded, look, position, sample};

const SIGNATURES: [&[u8]; 5] = [
    b"\xFF\xD8\xFF",
    b"\x89PNG\r\n\x1A\n",
    b"GIF89a",
    b"RIFF\x40\0\0\0WEBPVP8 ",
    b"RIFF\x40\0\0\0WEBPVP8X",
];

/// 48.208174 N, 16.373819 E, as the samples have it: in text, in XMP, and as the fractions of seconds in Exif.
const PLACE: [&[u8]; 6] = [
    b"48.208",
    b"16.373",
    b"48,12.",
    b"16,22.",
    b"\0\0\x8F\xAF\0\0\x04\xE2",
    b"\0\0\xFB\x73\0\0\x09\xC4",
];

fn tells_place(bytes: &[u8]) -> bool {
    PLACE.iter().any(|place| position(bytes, place).is_some())
}

fn tells_nothing(outcome: &Outcome) -> bool {
    let thumbnails = &outcome.examined().thumbnails;
    !tells_place(&outcome.left) && !thumbnails.iter().any(|thumbnail| tells_place(&thumbnail.bytes))
}

/// A chunk of a PNG.
fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut chunk = u32::try_from(data.len()).unwrap().to_be_bytes().to_vec();
    chunk.extend_from_slice(name);
    chunk.extend_from_slice(data);
    let mut checksum = flate2::Crc::new();
    checksum.update(&chunk[4..]);
    chunk.extend_from_slice(&checksum.sum().to_be_bytes());
    chunk
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn deflated_zeros(mebibytes: usize) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    for _ in 0..mebibytes {
        encoder.write_all(&[0; 1024 * 1024]).unwrap();
    }
    encoder.finish().unwrap()
}

/// A PNG with 8 bits of grey for each pixel.
fn png(width: u32, height: u32, chunks: &[Vec<u8>]) -> Vec<u8> {
    let mut header = width.to_be_bytes().to_vec();
    header.extend_from_slice(&height.to_be_bytes());
    header.extend_from_slice(&[8, 0, 0, 0, 0]);
    let mut png = b"\x89PNG\r\n\x1A\n".to_vec();
    png.extend(chunk(b"IHDR", &header));
    png.extend(chunks.concat());
    png.extend(chunk(b"IEND", b""));
    png
}

fn small_png(chunks: &[Vec<u8>]) -> Vec<u8> {
    let mut all = chunks.to_vec();
    all.push(chunk(b"IDAT", &deflated(&[0; 4 * 5])));
    png(4, 4, &all)
}

/// `part` after the first `at` bytes.
fn inserted(bytes: &[u8], at: usize, part: &[u8]) -> Vec<u8> {
    [&bytes[..at], part, &bytes[at..]].concat()
}

#[test]
fn a_place_in_metadata_is_in_nothing_that_is_left() {
    for name in ["gps.jpg", "gps.png", "gps.webp", "animated.gif"] {
        let bytes = sample(name);
        assert!(tells_place(&bytes), "{name}");
        assert!(tells_nothing(&look(&bytes)), "{name}");
    }
}

#[test]
fn a_place_behind_the_end_is_in_nothing_that_is_left() {
    for name in SAMPLES {
        let mut bytes = sample(name);
        bytes.extend_from_slice(b"taken at 48.208174, 16.373819");
        assert!(tells_nothing(&look(&bytes)), "{name}");
    }
}

#[test]
fn a_second_picture_and_what_it_tells_is_gone() {
    let both = [sample("restarts.jpg"), sample("gps.jpg")].concat();
    let outcome = look(&both);
    assert!(tells_nothing(&outcome));
    assert_eq!(outcome.left, look(&sample("restarts.jpg")).left);
}

#[test]
fn a_place_between_and_inside_the_parts_of_a_jpeg_is_gone() {
    let jpeg = look(&sample("restarts.jpg")).left;
    let place = b"48.208174, 16.373819";
    let segment = |marker: u8, data: &[u8]| {
        let length = u16::try_from(data.len() + 2).unwrap().to_be_bytes();
        [&[0xFF, marker][..], &length, data].concat()
    };
    for marker in (0xE0..=0xEF).chain([0xFE, 0xF0, 0x02]) {
        for name in [
            &b""[..],
            b"JFXX\0\x10",
            b"MPF\0",
            b"Adobe_Photoshop",
            b"ICC_PROFILE\0\x01\x01",
        ] {
            let hidden = segment(marker, &[name, place].concat());
            let outcome = look(&inserted(&jpeg, 2, &hidden));
            assert!(tells_nothing(&outcome), "{marker:x}");
        }
    }
    assert!(tells_nothing(&look(&inserted(&jpeg, 20, place))));
    let with_picture = segment(
        0xE0,
        &[b"JFIF\0\x01\x01\0\0\x01\0\x01\x02\x03", &place[..]].concat(),
    );
    assert!(tells_nothing(&look(&inserted(&jpeg, 2, &with_picture))));
}

#[test]
fn a_place_in_any_chunk_of_a_png_is_gone() {
    let place = b"48.208174, 16.373819";
    let compressed = [b"48.208174\0\0", &deflated(place)[..]].concat();
    for name in [
        b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME", b"iCCP", b"sPLT", b"gAMA", b"pHYs", b"fdAT", b"prVt",
    ] {
        for data in [&place[..], &compressed] {
            assert!(tells_nothing(&look(&small_png(&[chunk(name, data)]))), "{name:?}");
        }
    }
}

#[test]
fn a_chunk_that_nobody_knows_but_must_is_refused() {
    assert_eq!(
        look(&small_png(&[chunk(b"CgBI", b"\0\0\0\0")])).refusal(),
        "the PNG image cannot be read: it has a critical chunk that nobody knows, or twice, or in a wrong size"
    );
}

#[test]
fn a_place_in_any_block_of_a_gif_is_gone() {
    let gif = encoded(&DynamicImage::new_rgb8(4, 4), ImageFormat::Gif);
    let image = gif.iter().rposition(|byte| *byte == 0x2C).unwrap();
    let palette = 13 + (3 << ((gif[10] & 7) + 1)) * usize::from(gif[10] >> 7);
    assert!(palette < image);
    let place = b"\x1448.208174, 16.373819\0";
    for start in [
        &b"\x21\xFE"[..],
        b"\x21\xFF\x0BXMP DataXMP",
        b"\x21\xFF\x0BICCRGBG1012",
        b"\x21\x01\x0C            ",
        b"\x21\xAA",
    ] {
        let outcome = look(&inserted(&gif, palette, &[start, place].concat()));
        assert!(tells_nothing(&outcome), "{start:?}");
        assert_eq!(outcome.left, look(&gif).left);
    }
}

#[test]
fn a_place_in_any_chunk_of_a_webp_is_gone() {
    let place = b"\x14\0\0\x0048.208174, 16.373819";
    for name in ["lossy-alpha.webp", "animated.webp", "gps.webp"] {
        let webp = sample(name);
        for kind in [b"EXIF", b"XMP ", b"ICCP", b"ANIM", b"ANMF", b"JUNK", b"VP8X"] {
            let mut hidden = [&webp[..], kind, place].concat();
            let size = u32::try_from(hidden.len() - 8).unwrap();
            hidden[4..8].copy_from_slice(&size.to_le_bytes());
            let outcome = look(&hidden);
            assert!(
                outcome.result.is_err() || tells_nothing(&outcome),
                "{name} {kind:?}"
            );
        }
    }
}

#[test]
fn what_is_cut_off_anywhere_is_refused() {
    for name in SAMPLES {
        let bytes = sample(name);
        let whole = look(&bytes);
        for length in 1..bytes.len() {
            let outcome = look(&bytes[..length]);
            match &outcome.result {
                // A GIF may end without its end, behind any of its pictures.
                Ok(examined) if examined.mime == "image/gif" => {
                    let kept = &outcome.left[..outcome.left.len() - 1];
                    assert!(whole.left.starts_with(kept), "{name} at {length}");
                }
                // What was cut off was not needed.
                Ok(examined) if examined.kind == MediaKind::Image => assert_eq!(outcome.left, whole.left),
                // Not even the signature is left.
                Ok(examined) => assert!(
                    examined.kind == MediaKind::File && length < 12,
                    "{name} at {length}"
                ),
                Err(Refusal::Unreadable { why, .. }) => {
                    assert_ne!(why, "its decoder failed", "{name} at {length}");
                }
                Err(refusal) => panic!("{name} at {length}: {refusal}"),
            }
        }
    }
}

#[test]
fn other_files_in_the_same_file_are_gone() {
    let tails: [&[u8]; 4] = [
        b"<html><script>alert(1)</script></html>",
        b"<?php system($_GET['c']); ?>",
        b"PK\x03\x04\x14\0\0\0\0\0PK\x05\x06\0\0\0\0\0\0\0\0",
        b"%PDF-1.7\n1 0 obj",
    ];
    for name in SAMPLES {
        let clean = look(&sample(name)).left;
        for tail in tails {
            assert_eq!(look(&[&clean, tail].concat()).left, clean, "{name}");
        }
    }
}

#[test]
fn a_script_that_is_a_picture_too_is_one_or_the_other() {
    // As a script: GIF89a=/*…*/1;alert(1)
    let mut gif = encoded(&DynamicImage::new_rgb8(4, 4), ImageFormat::Gif);
    gif.extend_from_slice(b"*/=1;alert(1)");
    let outcome = look(&gif);
    assert_eq!(outcome.examined().mime, "image/gif");
    assert_eq!(position(&outcome.left, b"alert"), None);
    assert!(matches!(
        look(b"GIF89a=1;alert(1)//").result,
        Err(Refusal::Unreadable { .. })
    ));

    let pdf_and_zip = b"%PDF-1.7\nPK\x03\x04\x14\0\0\0";
    let outcome = look(pdf_and_zip);
    assert_eq!(outcome.examined().kind, MediaKind::File);
    assert_eq!(outcome.examined().mime, "application/pdf");
}

#[test]
fn absurd_sizes_are_refused_by_the_header() {
    let jpeg = |width: [u8; 2], height: [u8; 2]| {
        let mut jpeg = sample("restarts.jpg");
        let frame = position(&jpeg, b"\xFF\xC0\x00\x11\x08").unwrap() + 5;
        jpeg[frame..frame + 2].copy_from_slice(&height);
        jpeg[frame + 2..frame + 4].copy_from_slice(&width);
        jpeg
    };
    let gif = |size: [u8; 4]| {
        let mut gif = sample("animated.gif");
        gif[6..10].copy_from_slice(&size);
        gif
    };
    let webp = |size: [u8; 6]| {
        let mut webp = sample("lossy-alpha.webp");
        webp[24..30].copy_from_slice(&size);
        webp
    };
    let lossless = |size: [u8; 4]| {
        let mut webp = sample("lossless.webp");
        webp[21..25].copy_from_slice(&size);
        webp
    };
    let pixels = chunk(b"IDAT", &deflated_zeros(1));
    for (bytes, refusal) in [
        (
            png(50_000, 50_000, std::slice::from_ref(&pixels)),
            "the width in pixels of image may be at most 32767, and is 50000",
        ),
        (
            png(12_000, 12_000, std::slice::from_ref(&pixels)),
            "the number of pixels of image may be at most 52000000, and is 144000000",
        ),
        (
            jpeg([0xFF; 2], [0xFF; 2]),
            "the width in pixels of image may be at most 32767, and is 65535",
        ),
        (
            gif([1, 0, 0xFF, 0xFF]),
            "the height in pixels of image may be at most 32767, and is 65535",
        ),
        (
            lossless([0xFE, 0xBF, 0xFF, 0x0F]),
            "the number of pixels of image may be at most 52000000, and is 268402689",
        ),
    ] {
        assert_eq!(look(&bytes).refusal(), refusal);
    }
    for bytes in [
        png(0x7FFF_FFFF, 0x7FFF_FFFF, std::slice::from_ref(&pixels)),
        png(0, 0, std::slice::from_ref(&pixels)),
        png(u32::MAX, 1, std::slice::from_ref(&pixels)),
        jpeg([0; 2], [0; 2]),
        gif([0; 4]),
        webp([0xFF; 6]),
        webp([0xFF, 0xFF, 0, 0, 0, 0]),
    ] {
        assert!(look(&bytes).result.is_err());
    }
}

#[test]
fn a_gif_of_ten_thousand_frames_is_refused() {
    let gif = sample("animated.gif");
    let mut many = gif[..13 + (3 << ((gif[10] & 7) + 1)) * usize::from(gif[10] >> 7)].to_vec();
    let palette = [0; 6];
    for _ in 0..10_000 {
        many.extend_from_slice(b"\x2C\0\0\0\0\x01\0\x01\0\x80");
        many.extend_from_slice(&palette);
        many.extend_from_slice(b"\x02\x02\x44\x01\0");
    }
    many.push(0x3B);
    assert_eq!(
        look(&many).refusal(),
        "the number of frames of image may be at most 1000, and is 1001"
    );
}

#[test]
fn what_grows_when_it_is_unpacked_stays_small() {
    let bomb = deflated_zeros(256);
    for chunk in [
        chunk(b"zTXt", &[b"Comment\0\0", &bomb[..]].concat()),
        chunk(b"iTXt", &[b"Comment\0\x01\0\0\0", &bomb[..]].concat()),
        chunk(b"iCCP", &[b"profile\0\0", &bomb[..]].concat()),
    ] {
        let outcome = look(&small_png(&[chunk]));
        outcome.examined();
        assert!(outcome.left.len() < 100);
    }
    // A picture that has more pixels than it says is read as far as it says.
    let outcome = look(&png(4, 4, &[chunk(b"IDAT", &bomb)]));
    assert_eq!(outcome.picture(), DynamicImage::new_luma8(4, 4));
}

#[test]
fn a_jpeg_of_endless_scans_is_refused() {
    let jpeg = sample("progressive.jpg");
    let last = jpeg.windows(2).rposition(|pair| pair == b"\xFF\xDA").unwrap();
    let scan = &jpeg[last..jpeg.len() - 2];
    let many = [&jpeg[..last], &scan.repeat(10_000), b"\xFF\xD9"].concat();
    assert_eq!(
        look(&many).refusal(),
        "the JPEG image cannot be read: it has too many scans"
    );
}

#[test]
fn a_webp_with_a_picture_of_another_size_is_refused() {
    for (name, header) in [
        ("lossy-alpha.webp", &b"\x9D\x01\x2A\x18\0\x10\0"[..]),
        ("animated.webp", b"\x9D\x01\x2A\x18\0\x10\0"),
        ("animated.webp", b"\x2F\x17\xC0\x03"),
    ] {
        for change in [1, 0xFF] {
            let mut webp = sample(name);
            let last =
                position(&webp, header).unwrap() + header.len() - if header[0] == 0x2F { 3 } else { 2 };
            webp[last] ^= change;
            assert_eq!(
                look(&webp).refusal(),
                "the WebP image cannot be read: it has a picture of another size than it says"
            );
        }
    }
}

#[test]
fn an_animation_that_lies_about_its_frames_is_refused() {
    let animation = chunk(b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0]);
    assert_eq!(
        look(&small_png(&[animation])).refusal(),
        "the PNG image cannot be read: its animation has more or fewer frames than it says"
    );
}

/// What holds for whatever is examined; the fuzz target `examine_image` holds the same.
fn holds(bytes: &[u8]) {
    let outcome = look(bytes);
    let Ok(examined) = &outcome.result else {
        return;
    };
    if examined.kind == MediaKind::Image {
        let again = look(&outcome.left);
        assert_eq!(again.examined(), examined);
        assert_eq!(again.left, outcome.left);
        for thumbnail in &examined.thumbnails {
            let picture = image::load_from_memory(&thumbnail.bytes).unwrap();
            assert_eq!(
                (picture.width(), picture.height()),
                (thumbnail.dimensions.width, thumbnail.dimensions.height)
            );
        }
    } else {
        assert_eq!(outcome.left, bytes);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn a_picture_with_wrong_bits_is_read_or_refused(
        name in prop::sample::select(&SAMPLES[..]),
        flips in prop::collection::vec((any::<prop::sample::Index>(), 0..8u8), 1..12),
    ) {
        let mut bytes = sample(name);
        for (at, bit) in flips {
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
        }
        holds(&bytes);
    }

    #[test]
    fn a_picture_with_foreign_bytes_is_read_or_refused(
        name in prop::sample::select(&SAMPLES[..]),
        at in any::<prop::sample::Index>(),
        gone in 0..16usize,
        new in prop::collection::vec(any::<u8>(), 0..16),
    ) {
        let mut bytes = sample(name);
        let at = at.index(bytes.len());
        let end = (at + gone).min(bytes.len());
        bytes.splice(at..end, new);
        holds(&bytes);
    }

    #[test]
    fn any_bytes_behind_a_signature_are_read_or_refused(
        head in prop::sample::select(&SIGNATURES[..]),
        rest in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        holds(&[head, &rest].concat());
    }
}
