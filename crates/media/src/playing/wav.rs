//! WAV: a `RIFF` file of samples.
//!
//! What is kept are the chunks `fmt `, `fact` and `data`, with a header of ours. A file cut short is refused, except
//! that a recorder that never came back to write the size says so with the greatest one. Samples that are packed are a
//! plain file.

use std::fs::File;
use std::io::BufReader;
use std::ops::ControlFlow;

use hound::{SampleFormat, WavReader};
use parlor_domain::Waveform;

use super::bounds::Bounds;
use super::decoder::Decoded;
use super::waveform::Bars;
use super::{Played, Sound, plain_file};
use crate::fault::{Fault, broken, cut_short};
use crate::fields::{le_u16_at, le_u32_at, micros};
use crate::tape::Tape;

const MIME: &str = "audio/wav";

/// The tag of formats with a longer name.
const EXTENSIBLE: u16 = 0xFFFE;

/// How many chunks are looked at.
const MOST_CHUNKS: u32 = 1_000;

/// Recorders have up to 32 channels, and no rate beyond that.
const MOST_CHANNELS: u16 = 32;
pub(super) const MOST_RATE: u32 = 768_000;

/// How many frames of each bar are heard, and how many are read at once.
const ENOUGH_FRAMES: u32 = 8_192;

pub(super) fn examine(tape: &mut Tape, bounds: &Bounds<'_>) -> Result<Played, Fault> {
    let chunks = Chunks::find(tape)?;
    let data = chunks.data_end - chunks.data;
    if let Some(codec) = foreign(&chunks.format)? {
        let played = plain_file(MIME, Some(&codec), bounds)?;
        strip(tape, &chunks, data)?;
        return Ok(played);
    }
    let kind = bounds.sound()?;
    let format = Format::read(&chunks.format)?;
    let data = data - data % u64::from(format.frame);
    if data == 0 {
        return Err(broken("it has no samples"));
    }
    let duration = micros(data / u64::from(format.frame), format.rate.into());
    bounds.lasts(kind, duration)?;

    strip(tape, &chunks, data)?;
    Ok(Played {
        mime: MIME,
        kind,
        dimensions: None,
        duration,
        sound: Some(Sound::Samples),
    })
}

/// Leaves of the file its format and its samples, of which there are `data` bytes.
fn strip(tape: &mut Tape, chunks: &Chunks, data: u64) -> Result<(), Fault> {
    let header = header(chunks, data)?;
    let end = tape.shift(chunks.data, chunks.data + data, header.len() as u64)?;
    tape.write(0, &header)?;
    tape.cut(end)
}

/// The codec of what are no samples as they are: those of telephones, and packed ones.
fn foreign(chunk: &[u8]) -> Result<Option<String>, Fault> {
    let tag = match le_u16_at(chunk, 0)? {
        // It stands at the beginning of a longer name.
        EXTENSIBLE => le_u16_at(chunk, 24)?,
        tag => tag,
    };
    let is_double = tag == 3 && le_u16_at(chunk, 14)? == 64;
    Ok((is_double || !matches!(tag, 1 | 3)).then(|| format!("{tag:#06x}")))
}

/// Where the parts of the file lie.
struct Chunks {
    format: Vec<u8>,
    /// The number of frames, as a `fact` chunk says.
    fact: Option<[u8; 4]>,
    data: u64,
    data_end: u64,
}

impl Chunks {
    fn find(tape: &mut Tape) -> Result<Self, Fault> {
        let mut format = None;
        let mut fact = None;
        let mut at = 12;
        for _ in 0..MOST_CHUNKS {
            let header: [u8; 8] = tape.array(at)?;
            let size = le_u32_at(&header, 4)?;
            let body = at + 8;
            let end = body + u64::from(size);
            match &header[..4] {
                b"fmt " if size <= 64 && format.is_none() => format = Some(tape.bytes(body, end)?),
                b"fact" if size >= 4 => fact = Some(tape.array(body)?),
                b"data" => {
                    let data_end = if size == u32::MAX { tape.len() } else { end };
                    if data_end > tape.len() {
                        return Err(cut_short());
                    }
                    return Ok(Self {
                        format: format.ok_or_else(|| broken("it does not say what its samples are"))?,
                        fact,
                        data: body,
                        data_end,
                    });
                }
                _ => {}
            }
            at = end + u64::from(size % 2);
        }
        Err(broken("it has too many chunks"))
    }
}

/// What the samples are, as far as the length of the file goes. The rest is for `hound` to judge.
struct Format {
    rate: u32,
    /// The bytes of the samples of all channels at one time.
    frame: u16,
}

impl Format {
    fn read(chunk: &[u8]) -> Result<Self, Fault> {
        let channels = le_u16_at(chunk, 2)?;
        let rate = le_u32_at(chunk, 4)?;
        let frame = le_u16_at(chunk, 12)?;
        let is_sane = (1..=MOST_CHANNELS).contains(&channels)
            && (1..=MOST_RATE).contains(&rate)
            && frame > 0
            && frame.is_multiple_of(channels);
        if !is_sane {
            return Err(broken("its header contradicts itself"));
        }
        Ok(Self { rate, frame })
    }
}

/// The beginning of a file with `data` bytes of samples, never longer than what it stands for.
fn header(chunks: &Chunks, data: u64) -> Result<Vec<u8>, Fault> {
    // An extension belongs to the format only where the tag says so.
    let len = match le_u16_at(&chunks.format, 0)? {
        EXTENSIBLE => 40,
        1 | 3 => 16,
        _ if chunks.format.len() < 18 => 16,
        _ => 18 + usize::from(le_u16_at(&chunks.format, 16)?),
    };
    let format = chunks.format.get(..len).ok_or_else(cut_short)?;
    let fact = if chunks.fact.is_some() { 12 } else { 0 };
    let size = |bytes: u64| u32::try_from(bytes).map_err(|_| broken("it is larger than its format allows"));
    let mut header = Vec::with_capacity(72);
    header.extend_from_slice(b"RIFF");
    header.extend_from_slice(&size(4 + 8 + format.len() as u64 + fact + 8 + data)?.to_le_bytes());
    header.extend_from_slice(b"WAVEfmt ");
    header.extend_from_slice(&size(format.len() as u64)?.to_le_bytes());
    header.extend_from_slice(format);
    if let Some(fact) = chunks.fact {
        header.extend_from_slice(b"fact\x04\0\0\0");
        header.extend_from_slice(&fact);
    }
    header.extend_from_slice(b"data");
    header.extend_from_slice(&size(data)?.to_le_bytes());
    Ok(header)
}

/// Draws the waveform of a file as it is left.
pub(super) fn waveform(tape: &Tape) -> Result<Waveform, Fault> {
    let mut samples = Samples::open(tape)?;
    let (frames, rate) = (samples.frames(), samples.rate);
    let mut bars = Bars::over(micros(frames.into(), rate.into()));
    for bar in 0..Waveform::PEAKS as u64 {
        tape.stop().check()?;
        let start = |bar: u64| (u64::from(frames) * bar).div_ceil(Waveform::PEAKS as u64) as u32;
        let (from, to) = (start(bar), start(bar + 1));
        samples.seek(from)?;
        let sound = samples.read(ENOUGH_FRAMES.min(to - from))?;
        if !sound.samples.is_empty() {
            bars.hear(micros(from.into(), rate.into()), &sound);
        }
    }
    bars.peaks().ok_or_else(|| broken("it has no samples"))
}

/// Tells of all samples of a file as it is left, block by block.
pub(super) fn play(tape: &Tape, mut tell: impl FnMut(&Decoded<'_>) -> ControlFlow<()>) -> Result<(), Fault> {
    let mut samples = Samples::open(tape)?;
    loop {
        tape.stop().check()?;
        let sound = samples.read(ENOUGH_FRAMES)?;
        if sound.samples.is_empty() || tell(&sound).is_break() {
            return Ok(());
        }
    }
}

/// The samples of a file as it is left.
struct Samples {
    reader: WavReader<BufReader<File>>,
    channels: usize,
    rate: u32,
    read: Vec<f32>,
}

impl Samples {
    fn open(tape: &Tape) -> Result<Self, Fault> {
        let reader = WavReader::new(BufReader::new(tape.rewound()?)).map_err(fault)?;
        let spec = reader.spec();
        if spec.bits_per_sample == 0 || spec.bits_per_sample > 32 {
            return Err(broken("its header contradicts itself"));
        }
        Ok(Self {
            reader,
            channels: spec.channels.into(),
            rate: spec.sample_rate,
            read: Vec::new(),
        })
    }

    fn frames(&self) -> u32 {
        self.reader.duration()
    }

    fn seek(&mut self, frame: u32) -> Result<(), Fault> {
        self.reader.seek(frame).map_err(Fault::from)
    }

    /// The next frames, as many as there are up to `most`.
    fn read(&mut self, most: u32) -> Result<Decoded<'_>, Fault> {
        let spec = self.reader.spec();
        let wanted = most as usize * self.channels;
        let samples: Result<Vec<f32>, _> = match spec.sample_format {
            SampleFormat::Float => self.reader.samples::<f32>().take(wanted).collect(),
            SampleFormat::Int => {
                let full = (1_u64 << (spec.bits_per_sample - 1)) as f32;
                let samples = self.reader.samples::<i32>().take(wanted);
                samples
                    .map(|sample| sample.map(|sample| sample as f32 / full))
                    .collect()
            }
        };
        self.read = samples.map_err(fault)?;
        Ok(Decoded {
            samples: &self.read,
            channels: self.channels,
            rate: self.rate,
        })
    }
}

fn fault(error: hound::Error) -> Fault {
    match error {
        hound::Error::IoError(error) => error.into(),
        hound::Error::Unsupported => broken("its codec is not supported"),
        _ => broken("its header contradicts itself"),
    }
}
