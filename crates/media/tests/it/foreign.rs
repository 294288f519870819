//! Sound and videos in codecs that browsers do not play: they are plain files, and tell nothing either.

use parlor_domain::MediaKind;
use parlor_media::{Claim, Limits};
use proptest::prelude::*;

use crate::examining::{Outcome, look, look_at, position};
use crate::playing::{chunk, listen, mp4_box, sample, tells};

/// The samples: their names, their media types, and their codecs as a refusal names them.
const SAMPLES: [(&str, &str, &str); 15] = [
    ("adpcm.wav", "audio/wav", "0x0002"),
    ("chromium-h264.webm", "video/x-matroska", ""),
    ("flac.mka", "audio/x-matroska", "A_FLAC"),
    ("flac.ogg", "audio/ogg", "FLAC"),
    ("h263.3gp", "video/mp4", "s263"),
    ("mjpeg.mov", "video/quicktime", "jpeg"),
    ("mpeg4.mp4", "video/mp4", "mp4v"),
    ("mulaw.mov", "audio/mp4", "ulaw"),
    ("mulaw.wav", "audio/wav", "0x0007"),
    ("pcm.mkv", "video/x-matroska", "A_PCM/INT/LIT"),
    ("pcm.mov", "audio/mp4", "in24"),
    ("plain.mkv", "video/x-matroska", ""),
    ("prores.mov", "video/quicktime", "apco"),
    ("speex.ogg", "audio/ogg", "Speex"),
    ("theora.ogv", "video/ogg", "Theora"),
];

fn sent_as(bytes: &[u8], kind: MediaKind) -> Outcome {
    let claim = Claim {
        kind: Some(kind),
        mime: None,
    };
    look_at(bytes, &claim, &Limits::default())
}

/// Whatever is accepted is accepted again, as the same, and stays as it is.
fn holds(name: &str, bytes: &[u8]) {
    let once = look(bytes);
    let Ok(found) = &once.result else { return };
    let twice = look(&once.left);
    assert_eq!(twice.examined(), found, "{name}");
    assert!(twice.left == once.left, "{name}");
}

/// Writes something over the first place of what is there.
fn with(bytes: &[u8], place: &[u8], other: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let at = position(&bytes, place).unwrap();
    bytes[at..at + other.len()].copy_from_slice(other);
    bytes
}

#[test]
fn they_are_plain_files() {
    for (name, mime, _) in SAMPLES {
        let outcome = look(&sample(name));
        let found = outcome.examined();
        assert_eq!((found.kind, found.mime), (MediaKind::File, mime), "{name}");
        assert_eq!(
            (found.duration_ms, found.dimensions, found.waveform),
            (None, None, None)
        );
        assert_eq!(
            sent_as(&sample(name), MediaKind::File).examined(),
            found,
            "{name}"
        );
    }
}

#[test]
fn what_they_tell_is_in_nothing_that_is_left() {
    for (name, ..) in SAMPLES {
        let bytes = sample(name);
        assert_eq!(tells(&bytes), !name.starts_with("chromium"), "{name}");
        assert!(!tells(&look(&bytes).left), "{name}");
    }
}

#[test]
fn they_are_left_just_so_again() {
    for (name, ..) in SAMPLES {
        holds(name, &sample(name));
    }
}

#[test]
fn whoever_says_that_they_play_is_told_their_codec() {
    for (name, mime, codec) in SAMPLES {
        let kind = if mime.starts_with("video") {
            MediaKind::Video
        } else {
            MediaKind::Audio
        };
        let found = if codec.is_empty() {
            mime.to_owned()
        } else {
            format!("{mime} in the codec {codec}")
        };
        let refusal = format!("it was sent as {kind} but is {found}");
        assert_eq!(sent_as(&sample(name), kind).refusal(), refusal);
        assert!(listen(&sample(name)).refusal().ends_with(&found), "{name}");
    }
}

#[test]
fn a_type_that_is_said_agrees_with_any_codec() {
    for (name, said) in [
        ("flac.ogg", "audio/flac"),
        ("h263.3gp", "video/3gpp"),
        ("prores.mov", "video/quicktime"),
    ] {
        let claim = Claim {
            kind: None,
            mime: Some(said),
        };
        let outcome = look_at(&sample(name), &claim, &Limits::default());
        assert_eq!(outcome.examined().kind, MediaKind::File, "{name}");
    }
}

#[test]
fn a_codec_that_nobody_knows_is_kept_by_its_name() {
    for (bytes, kind, codec) in [
        (
            with(&sample("aac.m4a"), b"mp4a", b"apac"),
            MediaKind::Audio,
            "apac",
        ),
        (
            with(&sample("chromium-opus.webm"), b"A_OPUS", b"A_TTA1"),
            MediaKind::Audio,
            "A_TTA1",
        ),
        (
            with(&sample("h263.3gp"), b"s263", b"x-y."),
            MediaKind::Video,
            "x-y.",
        ),
    ] {
        assert_eq!(look(&bytes).examined().kind, MediaKind::File, "{codec}");
        assert!(
            sent_as(&bytes, kind)
                .refusal()
                .ends_with(&format!("in the codec {codec}"))
        );
        holds(codec, &bytes);
    }
    let nameless = with(&sample("chromium-opus.webm"), b"A_OPUS", b"A \xFF@+#");
    assert!(look(&nameless).refusal().contains("has no codec"));
}

#[test]
fn samples_are_kept_whole_however_their_number_is_told() {
    for name in ["pcm.mov", "mulaw.mov", "adpcm.wav", "mulaw.wav"] {
        let (bytes, left) = (sample(name), look(&sample(name)).left);
        let data = |bytes: &[u8]| {
            let at = position(bytes, if name.ends_with("wav") { b"data" } else { b"mdat" }).unwrap();
            bytes[at + 8..at + 1_500].to_vec()
        };
        assert_eq!(data(&left), data(&bytes), "{name}");
    }
    // A byte for each of an unknown number of samples.
    let unknown = with(&sample("mulaw.mov"), b"ulaw", b"x-yz");
    let version = position(&unknown, b"x-yz").unwrap() + 13;
    let mut unknown = unknown;
    unknown[version] = 0;
    assert!(
        look(&unknown)
            .refusal()
            .contains("does not say how long its samples are")
    );
}

#[test]
fn a_cover_is_no_video() {
    let video = sample("mjpeg.mov");
    let size = position(&video, b"stsz").unwrap();
    let mut cover = video.clone();
    cover[size + 12..size + 16].copy_from_slice(&1_u32.to_be_bytes());
    assert!(look(&cover).refusal().contains("neither sound nor pictures"));
}

#[test]
fn a_stream_of_an_ogg_that_nobody_knows_is_refused() {
    for name in ["speex.ogg", "theora.ogv"] {
        let bytes = sample(name);
        assert!(look(&bytes[..bytes.len() - 1]).result.is_ok(), "{name}");
        holds(name, &bytes[..bytes.len() - 1]);
    }
    let damaged = with(&sample("speex.ogg"), b"Speex   ", b"Spoox   ");
    assert!(look(&damaged).refusal().contains("damaged"));
}

#[test]
fn what_is_packed_is_kept_and_what_is_encrypted_is_refused() {
    let bytes = sample("chromium-opus.webm");
    let private = position(&bytes, b"\x63\xA2").unwrap();
    let length = usize::from(bytes[private + 2] & 0x7F);
    let encodings = |inner: &[u8]| {
        let one = [
            &b"\x62\x40"[..],
            &[0x80 | u8::try_from(inner.len()).unwrap()],
            inner,
        ]
        .concat();
        let all = [&b"\x6D\x80"[..], &[0x80 | u8::try_from(one.len()).unwrap()], &one].concat();
        // In the place of the header of Opus, and padding for the rest.
        let mut bytes = bytes.clone();
        let rest = 3 + length - all.len();
        let pad = [
            &[0xEC, 0x80 | u8::try_from(rest - 2).unwrap()][..],
            &vec![0; rest - 2],
        ]
        .concat();
        bytes.splice(private..private + 3 + length, [all, pad].concat());
        bytes
    };
    let packed = encodings(b"\x50\x34\x80");
    assert!(
        sent_as(&packed, MediaKind::Audio)
            .refusal()
            .ends_with("in the codec A_OPUS, packed")
    );
    holds("packed", &packed);
    for inner in [&b"\x50\x33\x81\x01"[..], b"\x50\x32\x81\x03", b"\x50\x35\x80"] {
        let outcome = look(&encodings(inner));
        let is_gone = position(&outcome.left, b"\x50\x35").is_none();
        assert!(outcome.result.is_err() || is_gone, "{inner:?}");
    }
    assert!(
        look(&encodings(b"\x50\x33\x81\x01"))
            .refusal()
            .contains("encrypted")
    );
}

#[test]
fn plain_files_have_the_limit_of_files() {
    let mut limits = Limits {
        file_bytes: 1_000,
        ..Limits::default()
    };
    for (name, ..) in SAMPLES {
        let refusal = look_at(&sample(name), &Claim::default(), &limits).refusal();
        assert!(
            refusal.contains("the size in bytes of file may be at most 1000"),
            "{name}"
        );
    }
    limits.file_bytes = 1 << 20;
    limits.video.bytes = 1_000;
    limits.audio.bytes = 1_000;
    for (name, ..) in SAMPLES {
        let outcome = look_at(&sample(name), &Claim::default(), &limits);
        assert_eq!(outcome.examined().kind, MediaKind::File, "{name}");
    }
}

#[test]
fn a_second_list_of_brands_is_gone() {
    let bytes = sample("h264.mp4");
    let outcome = look(&[&bytes[..], &mp4_box(b"ftyp", b"Canary-Title")].concat());
    assert!(!tells(&outcome.left));
    for name in [b"ftyp", b"styp"] {
        let long = mp4_box(name, &b"Cana".repeat(100));
        assert!(!tells(&look(&[&bytes[..], &long].concat()).left), "{name:?}");
    }
    // Bytes that are no letters, and a part of a brand.
    let mut odd = bytes.clone();
    let end = position(&odd, b"ftyp").unwrap() + 4;
    odd[end + 8..end + 12].copy_from_slice(b"Ca\0\xFF");
    let left = look(&odd).left;
    assert_eq!(left[end + 8..end + 12], [0; 4]);
    assert_eq!(left[end..end + 8], odd[end..end + 8]);
}

#[test]
fn a_wav_of_another_codec_has_its_header_only() {
    let format = [
        &b"\x55\0\x01\0\x40\x1F\0\0\xE8\x03\0\0\x01\0\0\0\x0C\0"[..],
        &[7; 12],
        b"Canary-Title",
    ]
    .concat();
    let parts = [
        chunk(b"LIST", b"Canary-Title"),
        chunk(b"fmt ", &format),
        chunk(b"data", &[3; 9]),
        b"near_".to_vec(),
    ];
    let body = parts.concat();
    let wav = [b"RIFF\xFF\0\0\0WAVE", &body[..]].concat();
    let outcome = look(&wav);
    assert_eq!(outcome.examined().kind, MediaKind::File);
    assert!(!tells(&outcome.left));
    assert_eq!(outcome.left.len(), 12 + 8 + 30 + 8 + 9);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_file_with_flipped_bits_is_refused_or_holds(
        number in 0_usize..15,
        flips in prop::collection::vec((any::<prop::sample::Index>(), 0_u8..8), 1..8),
        is_in_front in any::<bool>(),
    ) {
        let (name, ..) = SAMPLES[number];
        let mut bytes = sample(name);
        for (index, bit) in flips {
            let within = if is_in_front { bytes.len().min(600) } else { bytes.len() };
            bytes[index.index(within)] ^= 1 << bit;
        }
        holds(name, &bytes);
    }
}
