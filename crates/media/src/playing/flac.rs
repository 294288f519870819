//! FLAC (RFC 9639).
//!
//! What is kept are `STREAMINFO`, the seek table, and the frames. Every frame has to be whole by its checksum, and they
//! have to be as many as the header says: a file cut short is refused.

mod frames;

use super::bounds::Bounds;
use super::decoder::SoundCodec;
use super::index::Index;
use super::{Played, Sound};
use crate::fault::{Fault, broken, cut_short};
use crate::fields::{micros, u64_at};
use crate::tape::Tape;

const MIME: &str = "audio/flac";

/// How many metadata blocks are looked at.
const MOST_BLOCKS: u32 = 1_000;

/// The length of `STREAMINFO`, in bytes.
const INFO: usize = 34;

/// The length of a point in a seek table, and of a seek table at most, in bytes.
const SEEK_POINT: u64 = 18;
const MOST_SEEK_TABLE: u64 = 1024 * 1024;

pub(super) fn examine(tape: &mut Tape, bounds: &Bounds<'_>) -> Result<Played, Fault> {
    let kind = bounds.sound()?;
    let header = Header::read(tape)?;
    if let Some(samples) = header.samples {
        bounds.lasts(kind, micros(samples.get(), header.rate))?;
    }
    let bytes = header.bytes();
    let mut index = Index::new(bounds.noted);
    let new = bytes.len() as u64;
    let walked = frames::walk(tape, &header, |at, len, sample| {
        index.push(at - header.frames + new, len, micros(sample, header.rate));
    })?;
    let duration = micros(walked.samples, header.rate);
    bounds.lasts(kind, duration)?;

    let end = tape.shift(header.frames, walked.end, new)?;
    tape.write(0, &bytes)?;
    tape.cut(end)?;
    Ok(Played {
        mime: MIME,
        kind,
        dimensions: None,
        duration,
        sound: Some(Sound::Packets {
            codec: SoundCodec::Flac(header.info.to_vec()),
            index,
            skip: 0,
        }),
    })
}

/// What comes before the frames.
struct Header {
    info: [u8; INFO],
    rate: u64,
    /// How many samples there are of each channel, if the encoder knew.
    samples: Option<std::num::NonZeroU64>,
    seek_table: Vec<u8>,
    /// Where the frames begin.
    frames: u64,
}

impl Header {
    fn read(tape: &mut Tape) -> Result<Self, Fault> {
        let mut at = after_id3(tape)?;
        if &tape.array::<4>(at)? != b"fLaC" {
            return Err(broken("its header is missing"));
        }
        at += 4;
        let mut info = None;
        let mut seek_table = Vec::new();
        for _ in 0..MOST_BLOCKS {
            let [kind, size @ ..] = tape.array::<4>(at)?;
            let size = size.iter().fold(0, |size, byte| size << 8 | u64::from(*byte));
            let body = at + 4;
            at = body + size;
            match kind & 0x7F {
                0 if info.is_none() && size == INFO as u64 => info = Some(tape.array(body)?),
                3 if size.is_multiple_of(SEEK_POINT) && size <= MOST_SEEK_TABLE => {
                    seek_table = tape.bytes(body, at)?;
                }
                _ => {}
            }
            if kind & 0x80 != 0 {
                return Self::new(info, seek_table, at);
            }
        }
        Err(broken("it has too many blocks of metadata"))
    }

    fn new(info: Option<[u8; INFO]>, seek_table: Vec<u8>, frames: u64) -> Result<Self, Fault> {
        let info = info.ok_or_else(cut_short)?;
        // 20 bits of rate, 8 of channels and width, 36 of samples.
        let packed = u64_at(&info, 10)?;
        let rate = packed >> 44;
        if rate == 0 {
            return Err(broken("its header says that a second has no samples"));
        }
        Ok(Self {
            info,
            rate,
            samples: std::num::NonZeroU64::new(packed & 0xF_FFFF_FFFF),
            seek_table,
            frames,
        })
    }

    /// The beginning of the file as it is kept, which is no longer than it was.
    fn bytes(&self) -> Vec<u8> {
        let has_table = !self.seek_table.is_empty();
        let mut bytes = b"fLaC".to_vec();
        bytes.extend_from_slice(&[if has_table { 0 } else { 0x80 }, 0, 0, INFO as u8]);
        bytes.extend_from_slice(&self.info);
        if has_table {
            let [_, size @ ..] = (self.seek_table.len() as u32).to_be_bytes();
            bytes.push(0x83);
            bytes.extend_from_slice(&size);
            bytes.extend_from_slice(&self.seek_table);
        }
        bytes
    }
}

/// Where the file begins behind a tag of MP3 (<https://id3.org/id3v2.4.0-structure>).
fn after_id3(tape: &mut Tape) -> Result<u64, Fault> {
    let (head, _) = tape.up_to::<10>(0)?;
    if !head.starts_with(b"ID3") || head[6..].iter().any(|byte| *byte >= 0x80) {
        return Ok(0);
    }
    let size = head[6..]
        .iter()
        .fold(0, |size, byte| size << 7 | u64::from(*byte));
    Ok(10 + size + if head[5] & 0x10 == 0 { 0 } else { 10 })
}
