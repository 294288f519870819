//! Videos: what is found in them, and what is left of them.

use parlor_domain::{Dimensions, MediaKind};
use parlor_media::{Limits, Refusal, VideoLimits};

use crate::examining::{look, look_at, position};
use crate::playing::{VIDEOS, insert, listen, mp4_box, packets, sample, tells};

const SIZE: Dimensions = Dimensions {
    width: 64,
    height: 48,
};

#[test]
fn videos_are_told_by_their_content() {
    for (name, mime, duration) in VIDEOS {
        let outcome = look(&sample(name));
        let found = outcome.examined();
        assert_eq!((found.kind, found.mime), (MediaKind::Video, mime), "{name}");
        assert_eq!(found.duration_ms, Some(duration), "{name}");
        assert_eq!(found.dimensions, Some(SIZE), "{name}");
        assert_eq!(found.waveform, None, "{name}");
    }
}

#[test]
fn a_video_is_as_large_as_it_is_shown() {
    let turned = look(&sample("turned.mp4"));
    let upright = Dimensions {
        width: 48,
        height: 64,
    };
    assert_eq!(turned.examined().dimensions, Some(upright));
    assert!(!tells(&turned.left));
}

#[test]
fn a_voice_message_has_no_pictures() {
    for (name, mime, _) in VIDEOS {
        let refusal = listen(&sample(name)).result.unwrap_err();
        let Refusal::Mismatch { claimed, found } = refusal else {
            panic!("{name}: {refusal}");
        };
        assert_eq!((&claimed[..], &found[..]), ("voice", mime), "{name}");
    }
}

#[test]
fn a_video_beyond_its_limits_is_refused() {
    for (name, ..) in VIDEOS {
        let bytes = sample(name);
        let refusal = |change: fn(&mut VideoLimits)| {
            let mut limits = Limits::default();
            change(&mut limits.video);
            limits.audio = parlor_media::SoundLimits {
                bytes: limits.video.bytes,
                ..limits.audio
            };
            look_at(&bytes, &Default::default(), &limits).refusal()
        };
        assert!(
            refusal(|video| video.edge = 63).contains("the width in pixels of video"),
            "{name}"
        );
        assert!(
            refusal(|video| video.seconds = 0).contains("the length in seconds of video"),
            "{name}"
        );
        assert!(
            refusal(|video| video.bytes = 999).contains("the size in bytes of video"),
            "{name}"
        );
    }
}

#[test]
fn boxes_that_are_not_known_become_zeros_in_their_place() {
    let bytes = sample("h264.mp4");
    let canary = b"Canary-Title +47.1234+008.5678/";
    let place = mp4_box(b"udta", &mp4_box(b"\xA9xyz", b"\0\x12\x15\xC7+47.1234+008.5678/"));
    for (path, name) in [
        (&[b"moov"][..], b"udta"),
        (&[b"moov"], b"meta"),
        (&[b"moov"], b"uuid"),
        (&[b"moov", b"trak"], b"udta"),
        (&[b"moov", b"trak", b"mdia", b"minf"], b"gmin"),
        (&[b"moov", b"trak", b"mdia", b"minf", b"stbl"], b"note"),
    ] {
        for more in [mp4_box(name, canary), place.clone()] {
            let dirty = insert(&bytes, path, &more);
            let outcome = look(&dirty);
            assert_eq!(outcome.left.len(), dirty.len());
            assert!(!tells(&outcome.left), "{path:?} {name:?}");
            assert!(packets(&outcome.left) == packets(&bytes));
        }
    }
    for name in [b"uuid", b"meta", b"free", b"skip", b"wide", b"mdat", b"XMP_"] {
        let dirty = [&bytes[..], &mp4_box(name, canary)].concat();
        let outcome = look(&dirty);
        assert!(!tells(&outcome.left), "{name:?}");
        assert_eq!(outcome.left.len(), dirty.len());
    }
}

#[test]
fn known_boxes_are_no_place_to_hide_in() {
    let bytes = sample("h264.mp4");
    let tables = [b"moov", b"trak", b"mdia", b"minf", b"stbl"];
    for name in [b"stts", b"stsc", b"stco", b"stss"] {
        let path: Vec<&[u8; 4]> = tables.into_iter().chain([name]).collect();
        let dirty = insert(&bytes, &path, b"Canary-Title");
        let outcome = look(&dirty);
        assert!(!tells(&outcome.left), "{name:?}");
        assert!(packets(&outcome.left) == packets(&bytes), "{name:?}");
    }
    for path in [
        &[b"moov", b"mvhd"][..],
        &[b"moov", b"trak", b"tkhd"],
        &[b"moov", b"trak", b"mdia", b"mdhd"],
        &[b"moov", b"trak", b"mdia", b"minf", b"vmhd"],
        &[b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsz"],
    ] {
        assert!(
            !tells(&look(&insert(&bytes, path, b"Canary-Title")).left),
            "{path:?}"
        );
    }
    let tables = &[b"moov", b"trak", b"mdia", b"minf", b"stbl"];
    for (name, content) in [
        (b"sgpd", &b"\x01\0\0\0Cana\0\0\0\x04\0\0\0\x01near_"[..]),
        (b"sgpd", b"\x01\0\0\0roll\0\0\0\x02\0\0\0\x01\xFF\xFFCanary"),
        (b"sgpd", b"\0\0\0\0rollCanary"),
        (b"sbgp", b"\0\0\0\0roll\0\0\0\0Canary"),
        (b"cslg", b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0Canary"),
        (b"sdtp", b"\0\0\0\0Canary"),
    ] {
        let dirty = insert(&bytes, tables, &mp4_box(name, content));
        assert!(!tells(&look(&dirty).left), "{name:?}");
    }
    for (name, content) in [
        (b"colr", &b"nclx\0\x01\0\x01\0\x01\0Canary"[..]),
        (b"colr", b"Canary"),
        (b"pasp", b"\0\0\0\x01\0\0\0\x01Canary"),
        (b"btrt", b"\0\0\0\0\0\0\0\0\0\0\0\0Canary"),
    ] {
        // In the place of a box that is as long, or longer.
        let mut dirty = bytes.clone();
        let at = position(&dirty, b"avcC").unwrap() - 4;
        let len = u32::from_be_bytes(dirty[at..at + 4].try_into().unwrap()) as usize;
        let mut atom = mp4_box(name, content);
        let rest = len - atom.len();
        atom.extend_from_slice(&mp4_box(b"free", &vec![0; rest - 8]));
        dirty.splice(at..at + len, atom);
        assert!(!tells(&look(&dirty).left), "{name:?}");
    }
}

#[test]
fn bytes_behind_the_last_box_are_cut_off() {
    let bytes = sample("h264.mp4");
    let clean = look(&bytes).left;
    for behind in [&b"PK\x03\x04Canary"[..], b"\0\0\0\x03Canary", b"Canary", b"\0"] {
        assert!(look(&[&bytes[..], behind].concat()).left == clean);
    }
}

#[test]
fn tracks_of_text_are_taken_out_with_their_samples() {
    let bytes = sample("subtitled.mp4");
    let left = look(&bytes).left;
    assert!(position(&bytes, b"text").is_some());
    assert!(position(&left, b"text").is_none());
    assert_eq!(left.len(), bytes.len());

    let bytes = sample("tagged.webm");
    let left = look(&bytes).left;
    assert!(position(&bytes, b"D_WEBVTT").is_some());
    assert!(position(&left, b"D_WEBVTT").is_none());
    assert_eq!(left.len(), bytes.len());
}

#[test]
fn when_it_was_made_is_not_told() {
    let mut bytes = sample("h264.mp4");
    for name in [b"mvhd", b"tkhd", b"mdhd"] {
        let at = position(&bytes, name).unwrap() + 8;
        bytes[at..at + 8].copy_from_slice(b"\xDD\x12\x34\x56\xDD\x12\x34\x56");
    }
    assert!(position(&look(&bytes).left, b"\xDD\x12\x34\x56").is_none());
}

#[test]
fn elements_that_are_not_known_become_void() {
    let bytes = sample("chromium-vp8.webm");
    let clean = look(&bytes).left;
    assert!(position(&bytes, b"Chrome").is_some());
    assert!(position(&clean, b"Chrome").is_none());
    // Tags, attachments, chapters, void, and something new, before the first cluster of a live recording.
    let cluster = position(&bytes, b"\x1F\x43\xB6\x75").unwrap();
    for id in [
        &b"\x12\x54\xC3\x67"[..],
        b"\x19\x41\xA4\x69",
        b"\x10\x43\xA7\x70",
        b"\xEC",
        b"\x4F\xFF",
    ] {
        let element = [id, b"\x8CCanary-Title"].concat();
        let dirty = [&bytes[..cluster], &element, &bytes[cluster..], &element].concat();
        let outcome = look(&dirty);
        assert!(!tells(&outcome.left), "{id:?}");
        assert!(packets(&outcome.left) == packets(&bytes), "{id:?}");
    }
}

#[test]
fn an_element_that_comes_twice_is_refused() {
    let bytes = sample("chromium-opus.webm");
    let grown = |place: &[u8], more: &[u8]| {
        let at = position(&bytes, place).unwrap();
        [&bytes[..at], more, &bytes[at..]].concat()
    };
    // What is inserted has to be counted in those around it, whose sizes are the bytes behind these places.
    let counted = |mut bytes: Vec<u8>, places: &[&[u8]], more: u8| {
        for place in places {
            let at = position(&bytes, place).unwrap() + place.len();
            bytes[at] += more;
        }
        bytes
    };
    let codec = grown(b"\x86\x86A_OPUS", b"\x86\x86Canary");
    let codec = counted(codec, &[b"\x16\x54\xAE\x6B", b"\x6B\xC7\xAE"], 8);
    assert!(look(&codec).refusal().contains("says something twice"));
    let kind = grown(b"\x42\x82\x84webm", b"\x42\x82\x84webm");
    let kind = counted(kind, &[b"\x1A\x45\xDF\xA3"], 7);
    assert!(look(&kind).refusal().contains("says something twice"));

    let block = b"\xA1\x85\x81\0\0\0\xFC";
    let group = [&b"\xA0\x8E"[..], block, b"\xA1\x85\x81\0\0\0C"].concat();
    let cluster = [&b"\x1F\x43\xB6\x75\x93\xE7\x81\x01"[..], &group].concat();
    let blocks = [&bytes[..], &cluster].concat();
    assert!(look(&blocks).refusal().contains("has two blocks"));
}

#[test]
fn transparency_is_kept() {
    let bytes = sample("chromium-vp8.webm");
    let additions = position(&bytes, b"\x75\xA1").unwrap();
    assert_eq!(
        &look(&bytes).left[additions..additions + 16],
        &bytes[additions..additions + 16]
    );
    // But nothing else that may be added to a block.
    let mut other = bytes.clone();
    let id = additions + position(&bytes[additions..], b"\xEE\x81\x01").unwrap();
    other[id + 2] = 4;
    assert_ne!(
        &look(&other).left[additions..additions + 16],
        &other[additions..additions + 16]
    );
}
