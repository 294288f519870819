//! Sound and videos for the tests, and how others read them.

use std::fs;
use std::io::Cursor;
use std::path::Path;

use parlor_domain::MediaKind;
use parlor_media::{Claim, Limits};
use symphonia::core::formats::probe::Hint;
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};

use crate::examining::{Outcome, look_at};

/// The sound among the samples: its name, its media type, and how long it is in milliseconds.
pub(crate) const SOUND: [(&str, &str, u64); 10] = [
    ("aac.m4a", "audio/mp4", 1_064),
    ("chromium-opus.mp4", "audio/mp4", 861),
    ("chromium-opus.webm", "audio/webm", 900),
    ("opus.mp4", "audio/mp4", 1_006),
    ("opus.ogg", "audio/ogg", 1_000),
    ("safari-like.mp4", "audio/mp4", 1_064),
    ("tone.flac", "audio/flac", 1_000),
    ("tone.mp3", "audio/mpeg", 1_080),
    ("vorbis.ogg", "audio/ogg", 1_000),
    ("vorbis.webm", "audio/webm", 1_056),
];

/// The videos, just so. All are 64 pixels wide and 48 high.
pub(crate) const VIDEOS: [(&str, &str, u64); 9] = [
    ("camera.mov", "video/quicktime", 1_000),
    ("chromium-av1.mp4", "video/mp4", 861),
    ("chromium-h264.mp4", "video/mp4", 861),
    ("chromium-vp8.webm", "video/webm", 904),
    ("chromium-vp9.mp4", "video/mp4", 861),
    ("chromium-vp9.webm", "video/webm", 902),
    ("h264.mp4", "video/mp4", 1_064),
    ("subtitled.mp4", "video/mp4", 1_064),
    ("tagged.webm", "video/webm", 1_021),
];

/// What is written into the samples, and must not be in what is left of them.
const CANARIES: [&[u8]; 4] = [b"47.1234", b"008.5678", b"Canary", b"near_"];

/// One of the files in `tests/samples/playing`.
pub(crate) fn sample(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples/playing");
    fs::read(folder.join(name)).unwrap()
}

/// All of them that play, and a WAV.
pub(crate) fn samples() -> Vec<(&'static str, Vec<u8>)> {
    let names = SOUND.iter().chain(&VIDEOS).map(|(name, ..)| *name);
    let mut samples: Vec<_> = names.map(|name| (name, sample(name))).collect();
    samples.push(("tone.wav", wav(8_000, 1, &swelling(8_000))));
    samples
}

/// Examines what is sent as a voice message.
pub(crate) fn listen(bytes: &[u8]) -> Outcome {
    let claim = Claim {
        kind: Some(MediaKind::Voice),
        ..Claim::default()
    };
    look_at(bytes, &claim, &Limits::default())
}

/// Whether the title or the place is told anywhere.
pub(crate) fn tells(bytes: &[u8]) -> bool {
    let has = |part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
    CANARIES.iter().any(|canary| has(canary))
}

/// The packets of sound as symphonia finds them: when they play, how long they last, and what is in them.
pub(crate) fn packets(bytes: &[u8]) -> Vec<(i64, u64, Box<[u8]>)> {
    let source = Box::new(Cursor::new(bytes.to_vec()));
    let stream = MediaSourceStream::new(source, MediaSourceStreamOptions::default());
    let mut reader = symphonia::default::get_probe()
        .probe(&Hint::new(), stream, Default::default(), Default::default())
        .unwrap();
    let is_sound = |codec: &symphonia::core::codecs::CodecParameters| codec.audio().is_some();
    let tracks: Vec<u32> = reader
        .tracks()
        .iter()
        .filter(|track| track.codec_params.as_ref().is_some_and(is_sound))
        .map(|track| track.id)
        .collect();
    let mut packets = Vec::new();
    // A live recording ends where it ends.
    while let Ok(Some(packet)) = reader.next_packet() {
        if tracks.contains(&packet.track_id) {
            packets.push((packet.pts.get(), packet.dur.get(), packet.data));
        }
    }
    assert!(!packets.is_empty());
    packets
}

/// A tone that swells to full scale over so many samples.
pub(crate) fn swelling(count: u16) -> Vec<i16> {
    let sample = |number: u16| {
        let loudness = f64::from(number) / f64::from(count);
        (f64::from(number) * 0.5).sin() * loudness * f64::from(i16::MAX)
    };
    (0..count).map(|number| sample(number) as i16).collect()
}

/// A file of samples of 16 bits, with a title and a place in it.
pub(crate) fn wav(rate: u32, channels: u16, samples: &[i16]) -> Vec<u8> {
    let data: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let mut format = 1_u16.to_le_bytes().to_vec();
    format.extend_from_slice(&channels.to_le_bytes());
    format.extend_from_slice(&rate.to_le_bytes());
    let frame = channels.wrapping_mul(2);
    format.extend_from_slice(&rate.wrapping_mul(frame.into()).to_le_bytes());
    format.extend_from_slice(&frame.to_le_bytes());
    format.extend_from_slice(&16_u16.to_le_bytes());
    let parts = [
        chunk(b"LIST", b"INFOINAM\x0D\0\0\0Canary-Title\0\0"),
        chunk(b"fmt ", &format),
        chunk(b"bext", b"+47.1234+008.5678/"),
        chunk(b"data", &data),
        chunk(b"id3 ", b"Canary-Title"),
    ];
    let body = parts.concat();
    let size = u32::try_from(body.len() + 4).unwrap();
    [b"RIFF", &size.to_le_bytes()[..], b"WAVE", &body].concat()
}

/// A chunk of a RIFF file.
pub(crate) fn chunk(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let size = u32::try_from(content.len()).unwrap();
    let mut chunk = [&name[..], &size.to_le_bytes(), content].concat();
    if content.len() % 2 == 1 {
        chunk.push(0);
    }
    chunk
}

/// A box of an MP4.
pub(crate) fn mp4_box(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let size = u32::try_from(content.len() + 8).unwrap();
    [&size.to_be_bytes()[..], name, content].concat()
}

/// Puts boxes at the end of the last box of the path, all of which are the last ones in their parents, and grows these.
pub(crate) fn insert(bytes: &[u8], path: &[&[u8; 4]], more: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let (mut from, mut to) = (0, bytes.len());
    let mut sizes = Vec::new();
    for name in path {
        let mut at = from;
        loop {
            let size = u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
            if bytes[at + 4..at + 8] == name[..] {
                sizes.push((at, size));
                (from, to) = (at + 8, at + size);
                break;
            }
            at += size;
            assert!(at < to, "there is such a box");
        }
    }
    for (at, size) in sizes {
        let size = u32::try_from(size + more.len()).unwrap();
        bytes[at..at + 4].copy_from_slice(&size.to_be_bytes());
    }
    bytes.splice(to..to, more.iter().copied());
    bytes
}
