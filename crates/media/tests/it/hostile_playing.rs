//! Sound and videos that are broken, or are made to do harm.

use parlor_media::Stop;
use proptest::prelude::*;

use crate::examining::{look, position};
use crate::playing::{chunk, insert, listen, mp4_box, sample, samples, swelling, wav};

/// Whatever is accepted is accepted again, as the same, and stays as it is.
fn holds(name: &str, bytes: &[u8]) {
    let once = look(bytes);
    let Ok(found) = &once.result else { return };
    let twice = look(&once.left);
    assert_eq!(twice.examined(), found, "{name}");
    assert!(twice.left == once.left, "{name}");
}

fn is_refused(bytes: &[u8]) -> String {
    look(bytes).refusal()
}

/// A header of a box with this size.
fn sized(size: u32, name: &[u8; 4], more: &[u8]) -> Vec<u8> {
    [&size.to_be_bytes()[..], name, more].concat()
}

fn ftyp() -> Vec<u8> {
    mp4_box(b"ftyp", b"isom\0\0\0\0")
}

/// An element of EBML whose size is written in eight bytes.
fn element(id: &[u8], size: u64, more: &[u8]) -> Vec<u8> {
    [id, &(size | 1 << 56).to_be_bytes(), more].concat()
}

fn webm(more: &[u8]) -> Vec<u8> {
    [b"\x1A\x45\xDF\xA3\x87\x42\x82\x84webm", more].concat()
}

#[test]
fn files_cut_short_are_refused_or_end_there() {
    for (name, bytes) in samples() {
        let step = bytes.len() / 60 + 1;
        let lengths = (1..48).chain((48..bytes.len()).step_by(step));
        for len in lengths.chain(bytes.len() - 8..bytes.len()) {
            holds(name, &bytes[..len]);
        }
    }
}

#[test]
fn a_recording_that_was_cut_off_is_kept_as_far_as_it_goes() {
    for name in [
        "chromium-opus.webm",
        "chromium-opus.mp4",
        "opus.ogg",
        "vorbis.ogg",
        "tone.mp3",
        "safari-like.mp4",
    ] {
        let bytes = sample(name);
        let whole = look(&bytes).examined().duration_ms;
        let cut = look(&bytes[..bytes.len() - bytes.len() / 4]);
        if ["opus.ogg", "vorbis.ogg"].contains(&name) {
            // All its sound is on one page.
            assert!(cut.result.is_err(), "{name}");
        } else {
            assert!(cut.examined().duration_ms < whole, "{name}");
            assert!(cut.examined().waveform.is_some(), "{name}");
        }
    }
}

#[test]
fn a_file_that_cannot_end_early_is_refused_when_it_does() {
    let mut files: Vec<(&str, Vec<u8>)> = Vec::new();
    for name in ["tone.flac", "opus.mp4", "h264.mp4"] {
        files.push((name, sample(name)));
    }
    for (name, bytes) in files {
        let refusal = is_refused(&bytes[..bytes.len() - bytes.len() / 4]);
        assert!(refusal.contains("cannot be read"), "{name}: {refusal}");
    }
    // With its tables first.
    let bytes = sample("h264.mp4");
    let mdat = position(&bytes, b"mdat").unwrap() - 4;
    let moov = position(&bytes, b"moov").unwrap() - 4;
    let free = mp4_box(b"free", &vec![0; moov - mdat - 8]);
    let turned = [&bytes[..mdat], &free, &bytes[moov..], &bytes[mdat..moov - 9]].concat();
    assert!(is_refused(&turned).contains("its samples lie outside of it"));
}

#[test]
fn a_wav_that_lies_is_refused() {
    let samples = swelling(800);
    for (rate, channels) in [(0, 1), (8_000, 0), (8_000, 33), (8_000, u16::MAX), (u32::MAX, 2)] {
        let refusal = is_refused(&wav(rate, channels, &samples));
        assert!(refusal.contains("its header contradicts itself"), "{refusal}");
    }
    let bytes = wav(8_000, 1, &samples);
    let data = position(&bytes, b"data").unwrap();
    for size in [1_u32 << 30, u32::MAX - 1, 1_700] {
        let mut lie = bytes.clone();
        lie[data + 4..data + 8].copy_from_slice(&size.to_le_bytes());
        assert!(is_refused(&lie).contains("it is cut short"));
    }
    let format = position(&bytes, b"fmt ").unwrap() + 8;
    for (at, value) in [(12, 0), (12, 1), (12, 3), (14, 0), (14, 7), (14, 24), (14, 0xFF)] {
        let mut lie = bytes.clone();
        lie[format + at] = value;
        assert!(look(&lie).result.is_err(), "{at} {value}");
    }
    assert!(look(&wav(8_000, 1, &[])).result.is_err());
    let chunks = chunk(b"JUNK", b"").repeat(100_000);
    assert!(is_refused(&[b"RIFF\0\0\0\0WAVE", &chunks[..]].concat()).contains("too many chunks"));
}

#[test]
fn boxes_with_sizes_that_cannot_be_are_refused() {
    for size in [1_u32, 2, 7, 9, u32::MAX] {
        assert!(
            look(&[ftyp(), sized(size, b"moov", &[0; 100])].concat())
                .result
                .is_err(),
            "{size}"
        );
    }
    for size in [0_u64, 1, 15, 17, 1 << 63, u64::MAX] {
        let moov = sized(1, b"moov", &[&size.to_be_bytes()[..], &[0; 100]].concat());
        assert!(look(&[ftyp(), moov].concat()).result.is_err(), "{size}");
    }
    let bytes = sample("h264.mp4");
    for name in [b"trak", b"mdia", b"stbl", b"stsz", b"stsd", b"avcC", b"esds"] {
        let at = position(&bytes, name).unwrap() - 4;
        for size in [0_u32, 1, 7, 1 << 31, u32::MAX] {
            let mut lie = bytes.clone();
            lie[at..at + 4].copy_from_slice(&size.to_be_bytes());
            assert!(look(&lie).result.is_err(), "{name:?} {size}");
        }
    }
}

#[test]
fn boxes_in_boxes_in_boxes_are_refused() {
    let mut nested = Vec::new();
    for _ in 0..10_000 {
        nested = mp4_box(b"moov", &nested);
    }
    assert!(is_refused(&[ftyp(), nested].concat()).contains("neither sound nor pictures"));
    let mut nested = Vec::new();
    for _ in 0..10_000 {
        nested = mp4_box(b"trak", &nested);
    }
    assert!(
        look(&[ftyp(), mp4_box(b"moov", &nested)].concat())
            .result
            .is_err()
    );
    let many = mp4_box(b"trak", b"").repeat(100_000);
    assert!(is_refused(&[ftyp(), mp4_box(b"moov", &many)].concat()).contains("too many boxes"));
    let many = mp4_box(b"free", b"").repeat(500_000);
    assert!(is_refused(&[ftyp(), many].concat()).contains("too many boxes"));
}

#[test]
fn claims_of_many_samples_are_refused() {
    let bytes = sample("aac.m4a");
    let claim = |name: &[u8; 4], at: usize, value: u32| {
        let mut lie = bytes.clone();
        let at = position(&lie, name).unwrap() + 4 + at;
        lie[at..at + 4].copy_from_slice(&value.to_be_bytes());
        lie
    };
    for count in [10_000_000, u32::MAX] {
        for name in [b"stts", b"stsc", b"stco"] {
            assert!(
                is_refused(&claim(name, 4, count)).contains("longer than its box"),
                "{name:?}"
            );
        }
        assert!(is_refused(&claim(b"stsz", 8, count)).contains("longer than its box"));
    }
    // Ten million samples of a byte each, all in one chunk, or in chunks that lie on each other.
    let mut lie = claim(b"stsz", 4, 1);
    let at = position(&lie, b"stsz").unwrap() + 12;
    lie[at..at + 4].copy_from_slice(&10_000_000_u32.to_be_bytes());
    assert!(look(&lie).result.is_err());
    let at = position(&lie, b"stsc").unwrap() + 16;
    lie[at..at + 4].copy_from_slice(&u32::MAX.to_be_bytes());
    assert!(is_refused(&lie).contains("more samples than bytes"));
    // A billion hours.
    let at = position(&bytes, b"stts").unwrap() + 16;
    let mut lie = bytes.clone();
    lie[at..at + 4].copy_from_slice(&u32::MAX.to_be_bytes());
    assert!(is_refused(&lie).contains("the length in seconds"));
}

#[test]
fn a_fragment_that_claims_many_samples_is_refused() {
    let bytes = sample("safari-like.mp4");
    let mut lie = bytes.clone();
    let trun = position(&lie, b"trun").unwrap();
    lie[trun + 8..trun + 12].copy_from_slice(&u32::MAX.to_be_bytes());
    assert!(is_refused(&lie).contains("too many samples"));
    // Without sizes of their own, they cost nothing to claim.
    let moov = position(&bytes, b"moof").unwrap() - 4;
    let track = mp4_box(b"tfhd", b"\0\x02\0\x18\0\0\0\x01\0\0\0\0\0\0\0\0");
    let run = mp4_box(b"trun", b"\0\0\0\0\0\x0F\x42\x40");
    let moof = mp4_box(b"moof", &mp4_box(b"traf", &[track, run].concat()));
    let many = [&bytes[..moov], &moof.repeat(9)].concat();
    assert!(is_refused(&many).contains("too many samples"));
}

#[test]
fn samples_in_another_file_or_place_are_refused() {
    let mut bytes = sample("aac.m4a");
    let reference = position(&bytes, b"url ").unwrap();
    bytes[reference + 7] = 0;
    assert!(is_refused(&bytes).contains("its data lie in another file"));

    let bytes = sample("aac.m4a");
    let offset = position(&bytes, b"stco").unwrap() + 12;
    for place in [0, 4, u32::try_from(bytes.len()).unwrap(), u32::MAX] {
        let mut lie = bytes.clone();
        lie[offset..offset + 4].copy_from_slice(&place.to_be_bytes());
        assert!(look(&lie).result.is_err(), "{place}");
    }
}

#[test]
fn a_voice_message_with_a_hidden_video_is_none() {
    let bytes = sample("aac.m4a");
    let video = sample("h264.mp4");
    let trak = position(&video, b"trak").unwrap() - 4;
    let size = u32::from_be_bytes(video[trak..trak + 4].try_into().unwrap()) as usize;
    let both = insert(&bytes, &[b"moov"], &video[trak..trak + size]);
    assert!(listen(&both).refusal().starts_with("it was sent as voice"));
}

#[test]
fn elements_with_sizes_that_cannot_be_are_refused() {
    for size in [1_u64 << 30, 1 << 40, (1 << 56) - 2, (1 << 56) - 1] {
        for id in [
            &b"\x15\x49\xA9\x66"[..],
            b"\x16\x54\xAE\x6B",
            b"\x1F\x43\xB6\x75",
            b"\xEC",
        ] {
            let inside = element(id, size, &[0; 50]);
            assert!(
                look(&webm(&element(b"\x18\x53\x80\x67", size, &inside)))
                    .result
                    .is_err()
            );
            assert!(
                look(&webm(&element(b"\x18\x53\x80\x67", 62, &inside)))
                    .result
                    .is_err()
            );
        }
        assert!(
            look(&[&b"\x1A\x45\xDF\xA3"[..], &element(b"", size, &[0; 50])].concat())
                .result
                .is_err()
        );
    }
}

#[test]
fn elements_in_elements_in_elements_are_refused() {
    for id in [
        &b"\x18\x53\x80\x67"[..],
        b"\x1F\x43\xB6\x75",
        b"\x16\x54\xAE\x6B",
        b"\xAE",
        b"\xA0",
        b"\xB6",
    ] {
        let mut nested = Vec::new();
        for _ in 0..3_000 {
            nested = element(id, nested.len() as u64, &nested);
        }
        assert!(look(&webm(&nested)).result.is_err(), "{id:?}");
        let segment = element(b"\x18\x53\x80\x67", nested.len() as u64, &nested);
        assert!(look(&webm(&segment)).result.is_err(), "{id:?}");
        // In a recording that is well otherwise, they are taken out.
        let bytes = sample("chromium-opus.webm");
        let outcome = look(&[&bytes[..], &nested].concat());
        assert!(
            outcome.result.is_ok() || outcome.refusal().contains("cannot be read"),
            "{id:?}"
        );
    }
    let voids = b"\xEC\x80".repeat(250_000);
    assert!(
        look(&webm(&element(b"\x18\x53\x80\x67", voids.len() as u64, &voids)))
            .result
            .is_err()
    );
}

#[test]
fn tables_of_vorbis_are_no_bomb() {
    // 256 code books of 131,072 entries of 32 numbers each, of which each takes about twenty bytes here.
    let mut bits: Vec<bool> = Vec::new();
    let mut put = |value: u64, count: u32| bits.extend((0..count).map(|bit| value >> bit & 1 == 1));
    put(255, 8);
    for _ in 0..256 {
        put(0x56_4342, 24);
        put(32, 16);
        put(131_072, 24);
        put(1, 1);
        put(16, 5);
        put(131_072, 18);
        put(1, 4);
        put(0, 64);
        put(0, 4);
        put(0, 1);
        put(0, 1);
    }
    let byte = |bits: &[bool]| {
        bits.iter()
            .rev()
            .fold(0_u8, |byte, bit| byte << 1 | u8::from(*bit))
    };
    let books: Vec<u8> = bits.chunks(8).map(byte).collect();
    let setup = [b"\x05vorbis", &books[..]].concat();

    let bytes = sample("vorbis.webm");
    let private = position(&bytes, b"\x63\xA2").unwrap();
    let start = private + 2 + usize::from(bytes[private + 2].leading_zeros() as u8) + 1;
    let headers = [
        &bytes[start..start + 1],
        &[30, 16],
        &bytes[start + 3..start + 33],
        b"\x03vorbis\0\0\0\0\0\0\0\0\x01",
        &setup,
    ]
    .concat();
    let private = element(b"\x63\xA2", headers.len() as u64, &headers);
    let fields = [&b"\xD7\x81\x01\x83\x81\x02\x86\x88A_VORBIS"[..], &private].concat();
    let entry = element(b"\xAE", fields.len() as u64, &fields);
    let tracks = element(b"\x16\x54\xAE\x6B", entry.len() as u64, &entry);
    let cluster = [
        &tracks[..],
        b"\x1F\x43\xB6\x75\x8A\xE7\x81\x00\xA3\x85\x81\0\0\x80\0",
    ]
    .concat();
    let outcome = look(&webm(&element(
        b"\x18\x53\x80\x67",
        cluster.len() as u64,
        &cluster,
    )));
    assert_eq!(outcome.examined().waveform, None);
}

#[test]
fn an_examination_stops_when_it_is_told_to() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in samples() {
        let file = folder.path().join(name);
        std::fs::write(&file, bytes).unwrap();
        let stop = Stop::default();
        stop.stop();
        let result = parlor_media::examine(&file, &Default::default(), &Default::default(), &stop);
        assert!(matches!(result, Err(parlor_media::Refusal::TimedOut)), "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_file_with_flipped_bits_is_refused_or_holds(
        number in 0_usize..20,
        flips in prop::collection::vec((any::<prop::sample::Index>(), 0_u8..8), 1..8),
    ) {
        let (name, mut bytes) = samples().swap_remove(number);
        for (index, bit) in flips {
            let at = index.index(bytes.len());
            bytes[at] ^= 1 << bit;
        }
        holds(name, &bytes);
    }

    #[test]
    fn a_file_with_other_headers_is_refused_or_holds(
        number in 0_usize..20,
        at in 0_usize..600,
        splice in prop::collection::vec(any::<u8>(), 1..16),
        is_longer in any::<bool>(),
    ) {
        let (name, mut bytes) = samples().swap_remove(number);
        // Where an MP4 has its tables is at its end.
        let at = if bytes.ends_with(&[0; 0]) && name.ends_with('4') && at % 2 == 0 { bytes.len() - 1 - at } else { at };
        let at = at.min(bytes.len() - 16);
        let to = if is_longer { at } else { at + splice.len() };
        bytes.splice(at..to, splice);
        holds(name, &bytes);
    }

    #[test]
    fn what_begins_as_a_format_and_goes_on_as_anything_is_refused(
        beginning in prop::sample::select(vec![
            &b"RIFF\x40\0\0\0WAVE"[..], b"OggS\0\x02", b"ID3\x04\0\0\0\0\0\0", b"\xFF\xFB\x90\x64", b"fLaC\0\0\0\x22",
            b"\0\0\0\x10ftypisom\0\0\0\0", b"\x1A\x45\xDF\xA3\x87\x42\x82\x84webm\x18\x53\x80\x67\xFF",
        ]),
        more in prop::collection::vec(any::<u8>(), 0..4_000),
    ) {
        holds("anything", &[beginning, &more].concat());
    }
}
