//! Sound: what is found in it, and what is left of it.

use parlor_domain::{MediaKind, Waveform};
use parlor_media::{Limits, SoundLimits};

use crate::examining::{look, look_at, position};
use crate::playing::{SOUND, chunk, insert, listen, mp4_box, packets, sample, samples, swelling, tells, wav};

fn peaks(waveform: Option<Waveform>) -> [u8; 64] {
    waveform.expect("there is a waveform").0
}

fn average(peaks: &[u8]) -> usize {
    peaks.iter().map(|peak| usize::from(*peak)).sum::<usize>() / peaks.len()
}

/// A page of Ogg, with its checksum.
fn page(flags: u8, granule: u64, serial: u32, number: u32, packet: &[u8]) -> Vec<u8> {
    let mut page = b"OggS\0".to_vec();
    page.push(flags);
    page.extend_from_slice(&granule.to_le_bytes());
    page.extend_from_slice(&serial.to_le_bytes());
    page.extend_from_slice(&number.to_le_bytes());
    page.extend_from_slice(&[0; 4]);
    page.push(u8::try_from(packet.len() / 255 + 1).unwrap());
    page.resize(page.len() + packet.len() / 255, 255);
    page.push((packet.len() % 255) as u8);
    page.extend_from_slice(packet);
    let sum = page.iter().fold(0_u32, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte) << 24, |sum, _| {
            if sum >> 31 == 1 {
                sum << 1 ^ 0x04C1_1DB7
            } else {
                sum << 1
            }
        })
    });
    page[22..26].copy_from_slice(&sum.to_le_bytes());
    page
}

#[test]
fn sound_is_told_by_its_content() {
    for (name, mime, duration) in SOUND {
        let outcome = look(&sample(name));
        let found = outcome.examined();
        assert_eq!((found.kind, found.mime), (MediaKind::Audio, mime), "{name}");
        assert_eq!(found.duration_ms, Some(duration), "{name}");
        assert_eq!(found.dimensions, None, "{name}");
    }
}

#[test]
fn what_was_spoken_is_a_voice_message() {
    for (name, mime, duration) in SOUND {
        let outcome = listen(&sample(name));
        let found = outcome.examined();
        assert_eq!((found.kind, found.mime), (MediaKind::Voice, mime), "{name}");
        assert_eq!(found.duration_ms, Some(duration), "{name}");
    }
}

#[test]
fn a_waveform_shows_how_a_tone_swells() {
    for (name, ..) in SOUND.iter().filter(|(name, ..)| !name.starts_with("chromium")) {
        let peaks = peaks(look(&sample(name)).examined().waveform);
        let eighths: Vec<usize> = peaks.chunks(8).map(average).collect();
        assert!(eighths.is_sorted(), "{name}: {eighths:?}");
        assert!(eighths[0] < 24 && eighths[7] > 150, "{name}: {eighths:?}");
    }
}

#[test]
fn a_recording_of_a_browser_has_a_waveform() {
    for name in ["chromium-opus.mp4", "chromium-opus.webm"] {
        let peaks = peaks(listen(&sample(name)).examined().waveform);
        assert!(peaks.iter().any(|peak| *peak > 128), "it beeps: {peaks:?}");
        assert!(peaks.contains(&0), "and is silent between: {peaks:?}");
    }
}

#[test]
fn a_waveform_of_samples_is_exact() {
    let mut samples = vec![0; 6_400];
    samples[250] = i16::MIN;
    samples[6_399] = i16::MAX / 2;
    let peaks = peaks(listen(&wav(8_000, 1, &samples)).examined().waveform);
    assert_eq!((peaks[2], peaks[63]), (255, 127));
    assert_eq!(peaks.iter().filter(|peak| **peak == 0).count(), 62);
}

#[test]
fn each_channel_is_heard() {
    let mut samples = vec![0; 12_800];
    samples[1] = i16::MIN;
    let outcome = look(&wav(8_000, 2, &samples));
    assert_eq!(outcome.examined().duration_ms, Some(800));
    assert_eq!(peaks(outcome.examined().waveform)[0], 255);
}

#[test]
fn what_is_left_plays_as_before() {
    for (name, bytes) in samples() {
        let left = packets(&look(&bytes).left);
        // symphonia reads no chapters without an id.
        assert!(name == "tagged.webm" || left == packets(&bytes), "{name}");
    }
}

#[test]
fn what_is_left_tells_neither_title_nor_place() {
    for (name, bytes) in samples() {
        assert_eq!(tells(&bytes), !name.starts_with("chromium"), "{name}");
        assert!(!tells(&look(&bytes).left), "{name}");
    }
}

#[test]
fn what_is_left_is_left_just_so_again() {
    for (name, bytes) in samples() {
        let once = look(&bytes);
        let twice = look(&once.left);
        assert_eq!(once.examined(), twice.examined(), "{name}");
        assert!(once.left == twice.left, "{name}");
    }
}

#[test]
fn sound_beyond_its_limits_is_refused() {
    let limits = |bytes, seconds| {
        let limits = SoundLimits { bytes, seconds };
        Limits {
            audio: limits,
            ..Limits::default()
        }
    };
    let loud = wav(100, 1, &swelling(1_000));
    for bytes in [
        &loud,
        &sample("opus.ogg"),
        &sample("aac.m4a"),
        &sample("chromium-opus.webm"),
    ] {
        let refusal = |limits| look_at(bytes, &Default::default(), &limits).refusal();
        assert!(refusal(limits(500, 60)).contains("the size in bytes of audio may be at most 500"));
        assert!(refusal(limits(1 << 20, 0)).contains("the length in seconds of audio may be at most 0"));
    }
    let ten_seconds = |seconds| look_at(&loud, &Default::default(), &limits(1 << 20, seconds));
    assert_eq!(ten_seconds(10).examined().duration_ms, Some(10_000));
    assert!(ten_seconds(9).refusal().ends_with("at most 9, and is 10"));
}

#[test]
fn a_voice_message_has_limits_of_its_own() {
    let voice = SoundLimits {
        bytes: 1 << 20,
        seconds: 0,
    };
    let limits = Limits {
        voice,
        ..Limits::default()
    };
    let bytes = sample("opus.ogg");
    assert!(look_at(&bytes, &Default::default(), &limits).result.is_ok());
    let claim = parlor_media::Claim {
        kind: Some(MediaKind::Voice),
        ..Default::default()
    };
    assert!(
        look_at(&bytes, &claim, &limits)
            .refusal()
            .contains("the length in seconds of voice")
    );
}

#[test]
fn of_a_wav_only_its_samples_are_left() {
    let samples = swelling(800);
    let outcome = look(&wav(8_000, 1, &samples));
    assert_eq!(outcome.left.len(), 44 + 2 * samples.len());
    let read = hound::WavReader::new(&outcome.left[..])
        .unwrap()
        .into_samples::<i16>();
    assert_eq!(read.collect::<Result<Vec<_>, _>>().unwrap(), samples);
}

#[test]
fn a_wav_whose_recorder_did_not_come_back_goes_on_to_its_end() {
    let mut bytes = wav(8_000, 1, &swelling(800));
    let data = position(&bytes, b"data").unwrap();
    bytes[data + 4..data + 8].copy_from_slice(&[0xFF; 4]);
    bytes.truncate(data + 8 + 1_001);
    let outcome = look(&bytes);
    assert_eq!(outcome.left.len(), 44 + 1_000);
    assert_eq!(outcome.examined().duration_ms, Some(62));
}

#[test]
fn samples_of_other_widths_are_heard() {
    for (bits, format) in [
        (8, hound::SampleFormat::Int),
        (24, hound::SampleFormat::Int),
        (32, hound::SampleFormat::Int),
        (32, hound::SampleFormat::Float),
    ] {
        let mut bytes = std::io::Cursor::new(Vec::new());
        let spec = hound::WavSpec {
            channels: 2,
            sample_rate: 44_100,
            bits_per_sample: bits,
            sample_format: format,
        };
        let mut writer = hound::WavWriter::new(&mut bytes, spec).unwrap();
        for _ in 0..44_100 {
            match format {
                hound::SampleFormat::Float => writer.write_sample(-0.5_f32).unwrap(),
                hound::SampleFormat::Int => writer.write_sample(-(1 << (bits - 2))).unwrap(),
            }
        }
        writer.finalize().unwrap();
        let outcome = look(bytes.get_ref());
        assert_eq!(outcome.examined().duration_ms, Some(500), "{bits} bits");
        assert_eq!(peaks(outcome.examined().waveform), [128; 64], "{bits} bits");
    }
}

#[test]
fn tags_are_cut_out_before_behind_and_between_the_frames_of_an_mp3() {
    let clean = look(&sample("tone.mp3")).left;
    let id3 = b"ID3\x04\0\0\0\0\0\x17TIT2\0\0\0\x0C\0\0\0Canary-Title";
    let mut ape = b"APETAGEX\xD0\x07\0\0".to_vec();
    ape.extend_from_slice(&[18, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0]);
    ape.extend_from_slice(b"+47.1234+008.5678/");
    let mut old = b"TAGCanary-Title".to_vec();
    old.resize(128, b' ');
    // Between the second frame and the third.
    let is_frame = |at: &usize| clean[*at..].starts_with(&clean[..2]);
    let third = (0..clean.len()).filter(is_frame).nth(2).unwrap();
    let (first, second) = clean.split_at(third);
    let dirty = [
        id3,
        id3,
        &ape[..],
        first,
        id3,
        &ape,
        second,
        &clean[..20],
        &ape,
        &old,
        b"Canary",
    ];
    let outcome = look(&dirty.concat());
    assert!(!tells(&outcome.left));
    assert!(outcome.left == clean);
    assert_eq!(outcome.examined(), look(&clean).examined());
}

#[test]
fn an_mp3_may_end_in_a_tag_that_is_cut_short() {
    let clean = look(&sample("tone.mp3")).left;
    for tag in [
        &b"ID3\x04\0\0\0\0\x7F\x7FTIT2Canary"[..],
        b"ID3\x04\0\0\x7F\x7F\x7F\x7F",
        b"APETAGEX\xD0\x07\0\0\xFF\xFF\0\0",
        b"TAGCanary",
    ] {
        let outcome = look(&[&clean[..], tag].concat());
        assert!(outcome.left == clean, "{tag:?}");
    }
}

#[test]
fn an_mp3_may_have_many_megabytes_of_tags() {
    let clean = look(&sample("tone.mp3")).left;
    let mut id3 = b"ID3\x04\0\0\x01\0\0\0".to_vec();
    id3.resize(10 + (1 << 21), b'C');
    let is_frame = |at: &usize| clean[*at..].starts_with(&clean[..2]);
    let third = (0..clean.len()).filter(is_frame).nth(2).unwrap();
    let (first, second) = clean.split_at(third);
    let outcome = look(&[&id3, &id3, first, &id3, &id3, &id3, second].concat());
    assert!(outcome.left == clean);
}

#[test]
fn a_flac_is_told_behind_a_long_tag() {
    let clean = look(&sample("tone.flac")).left;
    for size in [8_170_u16, 8_182, 8_183, 9_000, 16_000] {
        let mut id3 = b"ID3\x04\0\0\0\0".to_vec();
        id3.extend_from_slice(&[(size >> 7) as u8, (size & 0x7F) as u8]);
        id3.resize(10 + usize::from(size), b'C');
        let outcome = look(&[&id3[..], &clean].concat());
        assert_eq!(outcome.examined().mime, "audio/flac", "{size}");
        assert!(outcome.left == clean, "{size}");
        assert!(look(&id3).result.is_err(), "{size}");
    }
}

#[test]
fn of_an_ogg_only_the_first_sound_is_left() {
    let clean = look(&sample("opus.ogg")).left;
    let head = 28 + 19;
    let skeleton = page(2, 0, 7, 0, &[b"fishead\0", &[0; 72][..]].concat());
    let speex = page(2, 0, 8, 0, b"Speex   Canary-Title");
    let more = page(0, 0, 7, 1, b"fisbone\0Canary-Title");
    let dirty = [
        &clean[..head],
        &skeleton,
        &speex,
        &more,
        &clean[head..],
        &more,
        b"Canary",
    ];
    let outcome = look(&dirty.concat());
    assert!(!tells(&outcome.left));
    assert!(outcome.left == clean);
}

#[test]
fn what_stands_around_a_flac_is_cut_off() {
    let clean = look(&sample("tone.flac")).left;
    let id3 = b"ID3\x04\0\0\0\0\0\x17TIT2\0\0\0\x0C\0\0\0Canary-Title";
    for behind in [&b"Canary"[..], &[0; 10_000], &[0xFF; 10_000], &clean] {
        let outcome = look(&[id3, &clean[..], behind].concat());
        assert!(outcome.left == clean, "{} bytes", behind.len());
    }
}

#[test]
fn a_flac_whose_encoder_did_not_know_its_length_is_read_to_its_end() {
    let mut bytes = sample("tone.flac");
    // The 36 bits of the number of samples.
    bytes[8 + 13] &= 0xF0;
    bytes[8 + 14..8 + 18].fill(0);
    let outcome = look(&bytes);
    assert_eq!(outcome.examined().duration_ms, Some(1_000));
    assert!(!tells(&outcome.left));
}

#[test]
fn sound_that_cannot_be_decoded_has_no_waveform() {
    let mut bytes = sample("aac.m4a");
    // AAC-LC at 16 kHz becomes spectral band replication on top of it.
    let config = position(&bytes, b"\x05\x80\x80\x80\x05\x14").unwrap() + 5;
    bytes[config] = 0x2C;
    let outcome = look(&bytes);
    assert_eq!(outcome.examined().mime, "audio/mp4");
    assert_eq!(outcome.examined().waveform, None);
}

#[test]
fn a_track_with_the_same_sound_in_an_unknown_codec_is_left_out() {
    let bytes = sample("aac.m4a");
    let trak = position(&bytes, b"trak").unwrap() - 4;
    let size = u32::from_be_bytes(bytes[trak..trak + 4].try_into().unwrap()) as usize;
    let mut second = bytes[trak..trak + size].to_vec();
    let entry = position(&second, b"mp4a").unwrap();
    second[entry..entry + 4].copy_from_slice(b"apac");
    let outcome = look(&insert(&bytes, &[b"moov"], &second));
    assert_eq!(outcome.examined().duration_ms, Some(1_064));
    assert!(position(&outcome.left, b"apac").is_none());
}

#[test]
fn nothing_is_hidden_between_the_chunks_of_a_file() {
    let bytes = [
        sample("aac.m4a"),
        mp4_box(b"free", b"Canary"),
        chunk(b"LIST", b"Canary"),
    ]
    .concat();
    assert!(!tells(&look(&bytes).left));
}
