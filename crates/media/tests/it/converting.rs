//! Pictures that become PNG, and sound that becomes WAV.

use std::fs;
use std::io::Cursor;
use std::path::Path;

use image::{DynamicImage, GenericImageView, ImageFormat, Rgba, RgbaImage};
use parlor_domain::MediaKind;
use parlor_media::{Claim, Limits, Refusal, SoundLimits, Stop, to_png, to_wav};
use proptest::prelude::*;

use crate::examining::{self, SAMPLES, encoded, look_at, position};
use crate::playing::{SOUND, VIDEOS, sample, swelling, wav};

/// What comes of a file in a folder of its own.
fn converted<T>(bytes: &[u8], convert: impl FnOnce(&Path) -> T) -> T {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("upload");
    fs::write(&file, bytes).unwrap();
    convert(&file)
}

fn png(bytes: &[u8]) -> Result<Vec<u8>, Refusal> {
    converted(bytes, |file| to_png(file, &Limits::default(), &Stop::default()))
}

fn voice(bytes: &[u8]) -> Result<Vec<u8>, Refusal> {
    voice_within(bytes, u64::MAX, &Limits::default())
}

fn voice_within(bytes: &[u8], most: u64, limits: &Limits) -> Result<Vec<u8>, Refusal> {
    converted(bytes, |file| to_wav(file, most, limits, &Stop::default()))
}

/// The samples of a file that has to be WAV as it was asked for.
fn samples(wav: &[u8]) -> Vec<i16> {
    let reader = hound::WavReader::new(wav).unwrap();
    let spec = reader.spec();
    assert_eq!(
        (spec.channels, spec.sample_rate, spec.bits_per_sample),
        (1, 16_000, 16)
    );
    reader.into_samples::<i16>().map(Result::unwrap).collect()
}

/// How often a tone goes up through zero.
fn crossings(samples: &[i16]) -> usize {
    samples
        .windows(2)
        .filter(|pair| pair[0] < 0 && pair[1] >= 0)
        .count()
}

fn loudest(samples: &[i16]) -> u16 {
    let loudness = samples.iter().map(|sample| sample.unsigned_abs());
    loudness.max().unwrap_or(0)
}

/// A second of a tone, at half of full scale in each channel but the last, which is silent if there are two.
fn tone(rate: u32, channels: u16, frequency: f64) -> Vec<u8> {
    let mut samples = Vec::new();
    for number in 0..rate {
        let time = f64::from(number) / f64::from(rate);
        let sample = 0.5 * (std::f64::consts::TAU * frequency * time).sin();
        samples.push((sample * f64::from(i16::MAX)) as i16);
        samples.resize(samples.len() + usize::from(channels) - 1, 0);
    }
    wav(rate, channels, &samples)
}

#[test]
fn a_picture_becomes_a_png_that_may_be_kept() {
    for name in SAMPLES {
        let converted = png(&examining::sample(name)).unwrap();
        assert_eq!(image::guess_format(&converted).unwrap(), ImageFormat::Png);
        let picture = image::load_from_memory(&converted).unwrap();
        let claim = Claim {
            kind: Some(MediaKind::Image),
            mime: Some("image/png"),
        };
        let kept = look_at(&converted, &claim, &Limits::default());
        let original = look_at(&examining::sample(name), &Claim::default(), &Limits::default());
        assert_eq!(
            kept.examined().dimensions,
            original.examined().dimensions,
            "{name}"
        );
        assert_eq!(kept.examined().duration_ms, None, "{name}");
        let color = picture.color();
        assert_eq!(
            color.bits_per_pixel(),
            8 * u16::from(color.channel_count()),
            "{name}"
        );
    }
}

#[test]
fn what_was_transparent_stays_so() {
    let pixels = RgbaImage::from_fn(30, 20, |x, y| {
        Rgba([x as u8 * 8, y as u8 * 12, 77, (x + y) as u8 * 5])
    });
    let picture = DynamicImage::from(pixels);
    for format in [ImageFormat::Png, ImageFormat::WebP] {
        let converted = png(&encoded(&picture, format)).unwrap();
        assert!(
            image::load_from_memory(&converted).unwrap() == picture,
            "{format:?}"
        );
    }
}

#[test]
fn a_picture_that_is_turned_becomes_upright() {
    let mut jpeg = encoded(&DynamicImage::new_rgb8(40, 24), ImageFormat::Jpeg);
    let exif = b"\xFF\xE1\0\x22Exif\0\0II\x2A\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
    jpeg.splice(2..2, exif.iter().copied());
    let converted = image::load_from_memory(&png(&jpeg).unwrap()).unwrap();
    assert_eq!(converted.dimensions(), (24, 40));
}

#[test]
fn a_picture_tells_no_place() {
    for name in ["gps.jpg", "gps.png", "gps.webp"] {
        let original = examining::sample(name);
        assert!(position(&original, b"GPS").is_some(), "{name}");
        let converted = png(&original).unwrap();
        for part in [&b"GPS"[..], b"eXIf", b"tEXt", b"iTXt", b"zTXt"] {
            assert_eq!(position(&converted, part), None, "{name}");
        }
    }
}

#[test]
fn what_is_no_picture_becomes_no_png() {
    assert!(matches!(png(b""), Err(Refusal::Empty)));
    for bytes in [
        &b"a text"[..],
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        &sample("opus.ogg"),
    ] {
        assert!(matches!(png(bytes), Err(Refusal::Mismatch { .. })));
    }
    for name in SAMPLES {
        let bytes = examining::sample(name);
        for len in [8, 30, bytes.len() / 2] {
            assert!(png(&bytes[..len]).is_err(), "{name}, {len} bytes");
        }
    }
}

#[test]
fn a_picture_of_too_many_pixels_becomes_no_png() {
    let mut huge = encoded(&DynamicImage::new_luma8(8, 8), ImageFormat::Png);
    // The header of a PNG of 30,000 by 30,000 pixels, and its checksum.
    huge[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
    let mut checksum = flate2::Crc::new();
    checksum.update(&huge[12..29]);
    huge[29..33].copy_from_slice(&checksum.sum().to_be_bytes());
    let refusal = png(&huge).unwrap_err();
    assert!(matches!(refusal, Refusal::TooLarge { .. }), "{refusal}");

    let mut limits = Limits::default();
    limits.image.pixels = 63;
    let small = encoded(&DynamicImage::new_luma8(8, 8), ImageFormat::Png);
    let refused = converted(&small, |file| to_png(file, &limits, &Stop::default()));
    assert!(matches!(refused, Err(Refusal::TooLarge { most: 63, .. })));
}

#[test]
fn a_tone_keeps_its_length_and_its_pitch() {
    for (rate, channels) in [
        (8_000, 1),
        (11_025, 1),
        (16_000, 2),
        (22_050, 1),
        (44_100, 2),
        (48_000, 1),
        (96_000, 2),
    ] {
        let samples = samples(&voice(&tone(rate, channels, 440.5)).unwrap());
        assert_eq!(samples.len(), 16_000, "{rate}");
        assert_eq!(crossings(&samples), 440, "{rate}");
        // The other channel is silent.
        let half = 16_384 / channels;
        let loudest = loudest(&samples[1_000..15_000]);
        assert!(loudest.abs_diff(half) < half / 100, "{rate}: {loudest}");
    }
}

#[test]
fn a_tone_that_does_not_fit_is_not_heard() {
    for frequency in [8_500.0, 12_000.0, 20_000.0] {
        let samples = samples(&voice(&tone(44_100, 1, frequency)).unwrap());
        let loudest = loudest(&samples[1_000..15_000]);
        assert!(loudest < 8, "{frequency} Hz: {loudest}");
    }
}

#[test]
fn what_is_a_wav_already_stays_as_it_is() {
    let spoken = swelling(16_000);
    assert_eq!(samples(&voice(&wav(16_000, 1, &spoken)).unwrap()), spoken);
    let once = voice(&tone(44_100, 2, 440.0)).unwrap();
    assert!(voice(&once).unwrap() == once);
}

#[test]
fn samples_of_other_widths_become_sixteen_bits() {
    for (bits, sample_format) in [
        (8, hound::SampleFormat::Int),
        (24, hound::SampleFormat::Int),
        (32, hound::SampleFormat::Int),
        (32, hound::SampleFormat::Float),
    ] {
        let mut bytes = Cursor::new(Vec::new());
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: 16_000,
            bits_per_sample: bits,
            sample_format,
        };
        let mut writer = hound::WavWriter::new(&mut bytes, spec).unwrap();
        for _ in 0..100 {
            match sample_format {
                hound::SampleFormat::Float => writer.write_sample(-0.5_f32).unwrap(),
                hound::SampleFormat::Int => writer.write_sample(-(1 << (bits - 2))).unwrap(),
            }
        }
        writer.finalize().unwrap();
        let samples = samples(&voice(bytes.get_ref()).unwrap());
        assert_eq!(samples, [-16_384; 100], "{bits} bits");
    }
}

#[test]
fn what_was_recorded_is_heard_to_its_end() {
    for (name, _, duration) in SOUND {
        let converted = voice(&sample(name)).unwrap();
        let samples = samples(&converted);
        let milliseconds = samples.len() as u64 / 16;
        // The first packet of Vorbis has no sound, and WebM does not know.
        let is_right = (duration - 60..=duration).contains(&milliseconds);
        assert!(is_right, "{name}: {milliseconds}");
        if !name.starts_with("chromium") {
            // It swells, and is 440 Hz high.
            let (begin, end) = (&samples[1_600..3_200], &samples[12_800..14_400]);
            assert!(loudest(begin) < 8_000 && loudest(end) > 16_000, "{name}");
            assert!(crossings(end).abs_diff(44) <= 1, "{name}: {}", crossings(end));
        }
        let claim = Claim {
            kind: Some(MediaKind::Voice),
            mime: Some("audio/wav"),
        };
        let kept = look_at(&converted, &claim, &Limits::default());
        assert!(kept.left == converted, "{name}");
        assert_eq!(kept.examined().duration_ms, Some(milliseconds), "{name}");
    }
}

#[test]
fn what_is_no_voice_becomes_no_wav() {
    assert!(matches!(voice(b""), Err(Refusal::Empty)));
    let picture = encoded(&DynamicImage::new_rgb8(8, 8), ImageFormat::Png);
    for bytes in [&b"a text"[..], &picture] {
        assert!(matches!(voice(bytes), Err(Refusal::Mismatch { .. })));
    }
    for (name, ..) in VIDEOS {
        assert!(
            matches!(voice(&sample(name)), Err(Refusal::Mismatch { .. })),
            "{name}"
        );
    }
    for name in ["mulaw.wav", "adpcm.wav", "speex.ogg", "flac.mka"] {
        assert!(
            matches!(voice(&sample(name)), Err(Refusal::Mismatch { .. })),
            "{name}"
        );
    }
    let empty = wav(8_000, 1, &[]);
    assert!(matches!(voice(&empty), Err(Refusal::Unreadable { .. })));
}

#[test]
fn a_codec_that_is_not_decoded_here_is_told() {
    let mut bytes = sample("aac.m4a");
    // AAC-LC at 16 kHz becomes spectral band replication on top of it.
    let config = position(&bytes, b"\x05\x80\x80\x80\x05\x14").unwrap() + 5;
    bytes[config] = 0x2C;
    let refusal = voice(&bytes).unwrap_err();
    assert!(matches!(refusal, Refusal::Unreadable { .. }), "{refusal}");
}

#[test]
fn a_voice_is_as_long_and_as_large_as_it_may_be() {
    let second = tone(8_000, 1, 440.0);
    let within = |most, seconds| {
        let voice = SoundLimits {
            bytes: 1 << 20,
            seconds,
        };
        let limits = Limits {
            voice,
            ..Limits::default()
        };
        voice_within(&second, most, &limits)
    };
    assert_eq!(within(32_044, 1).unwrap().len(), 32_044);
    let refusal = within(32_043, 1).unwrap_err().to_string();
    assert!(refusal.contains("the size in bytes of voice"), "{refusal}");
    let refusal = within(32_044, 0).unwrap_err().to_string();
    assert!(refusal.contains("the length in seconds of voice"), "{refusal}");
}

#[test]
fn a_conversion_ends_when_it_is_to_stop() {
    let stop = Stop::default();
    stop.stop();
    let picture = encoded(&DynamicImage::new_rgb8(8, 8), ImageFormat::Png);
    let refused = converted(&picture, |file| to_png(file, &Limits::default(), &stop));
    assert!(matches!(refused, Err(Refusal::TimedOut)));
    let refused = converted(&tone(8_000, 1, 440.0), |file| {
        to_wav(file, u64::MAX, &Limits::default(), &stop)
    });
    assert!(matches!(refused, Err(Refusal::TimedOut)));
}

#[test]
fn a_packet_of_opus_that_lies_on_two_pages_is_heard() {
    let ogg = sample("opus.ogg");
    let at = ogg.windows(5).rposition(|window| window == b"OggS\0").unwrap();
    let (header, packet) = (&ogg[at..at + 26], &ogg[at + 28..]);
    assert_eq!(
        (ogg[at + 26], packet[0] & 0b11),
        (1, 0),
        "one packet of one frame"
    );
    // The same frame with padding behind it, for which a page with 255 bytes of it is too small.
    let mut padded = vec![packet[0] | 0b11, 0b0100_0001, 254];
    padded.extend_from_slice(&packet[1..]);
    padded.resize(padded.len() + 254, 0);
    let (first, second) = padded.split_at(255);
    let page = |flags: u8, more: u8, granule: &[u8], part: &[u8]| {
        let mut page = header.to_vec();
        page[5] = flags;
        page[6..14].copy_from_slice(granule);
        page[18] += more;
        page.extend_from_slice(&[1, part.len() as u8]);
        page.extend_from_slice(part);
        summed(page)
    };
    let split = [
        &ogg[..at],
        &page(0, 0, &[0xFF; 8], first),
        &page(5, 1, &header[6..14], second),
    ]
    .concat();
    assert!(voice(&split).unwrap() == voice(&ogg).unwrap());
}

/// A page of Ogg with its checksum.
fn summed(mut page: Vec<u8>) -> Vec<u8> {
    page[22..26].fill(0);
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn damaged_files_are_refused_or_converted(
        number in 0_usize..11,
        place in 0.0_f64..1.0,
        bytes in prop::collection::vec(any::<u8>(), 1..8),
    ) {
        let mut file = match SOUND.get(number) {
            Some((name, ..)) => sample(name),
            None => tone(8_000, 1, 440.0),
        };
        let at = ((file.len() - bytes.len()) as f64 * place) as usize;
        file[at..at + bytes.len()].copy_from_slice(&bytes);
        if let Ok(wav) = voice(&file) {
            prop_assert!(!samples(&wav).is_empty());
        }
    }

    #[test]
    fn samples_at_any_rate_are_converted(
        rate in 100_u32..768_000,
        channels in 1_u16..4,
        frames in 1_usize..200,
    ) {
        let values = vec![1_000; frames * usize::from(channels)];
        let converted = voice(&wav(rate, channels, &values)).unwrap();
        // Microseconds are not as fine as samples.
        let expected = (frames * 16_000).div_ceil(rate as usize);
        prop_assert!(samples(&converted).len().abs_diff(expected) <= 1);
    }
}
