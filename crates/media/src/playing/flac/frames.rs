//! The frames of FLAC (RFC 9639, section 9), which do not say how long they are.
//!
//! A frame ends where the checksum over it comes out, and the header of the one that follows begins there. Behind the
//! last one there is no other, so it is decoded to know its end.

use std::num::NonZeroU64;

use super::Header;
use crate::fault::{Fault, broken, cut_short};
use crate::playing::decoder::{Decoder, SoundCodec};
use crate::tape::Tape;

/// The longest frame that is read, in bytes. 65,535 samples of eight channels fit, of sixteen bits uncompressed, with
/// a lot of room; no encoder makes them as long.
const LONGEST: u64 = 4 * 1024 * 1024;

/// The shortest frame, in bytes: a header, the type and value of one constant, and the checksum.
const SHORTEST: u64 = 9;

/// At how many places the end of the last frame is tried. A wrong one has the right checksum once in 65,536 bytes.
const MOST_TRIES: usize = 64;

/// The longest header of a frame, in bytes.
const LONGEST_HEADER: usize = 16;

/// What was walked over.
pub(super) struct Walked {
    /// Of each channel.
    pub(super) samples: u64,
    /// Where the last frame ends.
    pub(super) end: u64,
}

/// Walks over all frames, and tells of each where it lies, how long it is in bytes, and its first sample.
pub(super) fn walk(
    tape: &mut Tape,
    header: &Header,
    mut tell: impl FnMut(u64, u64, u64),
) -> Result<Walked, Fault> {
    let mut at = header.frames;
    let mut samples = 0;
    let first = Frame::read(tape, at)?;
    let mut frame = first.ok_or_else(|| broken("its first frame does not begin where it should"))?;
    loop {
        let after = samples + frame.samples;
        let is_last = header.samples.is_some_and(|all| after >= all.get());
        let next = if is_last {
            None
        } else {
            next(tape, at, &frame, after)?
        };
        let Some((end, following)) = next else {
            let end = end_of_last(tape, header, at)?;
            tell(at, end - at, samples);
            return finish(header.samples, after, end);
        };
        tell(at, end - at, samples);
        (at, samples, frame) = (end, after, following);
    }
}

fn finish(said: Option<NonZeroU64>, samples: u64, end: u64) -> Result<Walked, Fault> {
    match said {
        Some(said) if samples < said.get() => Err(cut_short()),
        Some(said) if samples > said.get() => Err(broken("it has more samples than it says")),
        _ => Ok(Walked { samples, end }),
    }
}

/// Finds the end of the frame at `at` by the header of the next one, whose first sample is `after`.
fn next(tape: &mut Tape, at: u64, frame: &Frame, after: u64) -> Result<Option<(u64, Frame)>, Fault> {
    let mut sum = Sum(0);
    let last = at.saturating_add(LONGEST).min(tape.len());
    let mut here = at;
    while here < last {
        let block: &[u8] = tape.seen(here)?;
        let left = usize::try_from(last - here).unwrap_or(usize::MAX);
        let block = &block[..block.len().min(left)];
        let candidate = block.iter().enumerate().find_map(|(offset, byte)| {
            let place = here + offset as u64;
            let is_end = sum.is_right() && *byte == 0xFF && place >= at + SHORTEST;
            if !is_end {
                sum.add(*byte);
            }
            is_end.then_some(place)
        });
        let Some(place) = candidate else {
            here += block.len() as u64;
            continue;
        };
        let next = Frame::read(tape, place)?;
        if let Some(next) = next.filter(|next| next.follows(frame, after)) {
            return Ok(Some((place, next)));
        }
        sum.add(0xFF);
        here = place + 1;
    }
    Ok(None)
}

/// Finds the end of the last frame, which begins at `at`: the first place where its checksum is right and which is not
/// too early to be decoded.
fn end_of_last(tape: &mut Tape, header: &Header, at: u64) -> Result<u64, Fault> {
    let end = at.saturating_add(LONGEST).min(tape.len());
    let bytes = tape.bytes(at, end)?;
    let mut decoder = Decoder::of(&SoundCodec::Flac(header.info.to_vec()))
        .ok_or_else(|| broken("its header contradicts itself"))?;
    let mut sum = Sum(0);
    let mut ends = (1..=bytes.len()).filter(|len| {
        sum.add(bytes[len - 1]);
        sum.is_right() && *len as u64 >= SHORTEST
    });
    let len = ends
        .by_ref()
        .take(MOST_TRIES)
        .find(|len| decoder.decode(&bytes[..*len]).is_some());
    len.map(|len| at + len as u64).ok_or_else(cut_short)
}

/// The header of a frame.
struct Frame {
    /// Whether frames are of different lengths, and are numbered by their first sample.
    is_variable: bool,
    number: u64,
    samples: u64,
}

impl Frame {
    /// Reads the header at `at`. `None` if there is none.
    fn read(tape: &mut Tape, at: u64) -> Result<Option<Self>, Fault> {
        let (bytes, len) = tape.up_to::<LONGEST_HEADER>(at)?;
        Ok(Self::parse(&bytes[..len]))
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let [sync, kind, sizes, channels] = *bytes.first_chunk()?;
        let has_reserved = channels >> 4 > 0b1010 || channels & 1 == 1 || sizes & 0x0F == 0x0F;
        if sync != 0xFF || kind & 0xFE != 0xF8 || has_reserved {
            return None;
        }
        let (number, mut at) = coded_number(bytes, 4)?;
        let samples = match sizes >> 4 {
            0 => return None,
            1 => 192,
            size @ 2..=5 => 144 << size,
            6 => u64::from(*bytes.get(at)?) + 1,
            7 => u64::from(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?])) + 1,
            size => 1 << size,
        };
        at += match sizes >> 4 {
            6 => 1,
            7 => 2,
            _ => 0,
        };
        at += match sizes & 0x0F {
            12 => 1,
            13 | 14 => 2,
            _ => 0,
        };
        let sum = bytes
            .get(..at)?
            .iter()
            .fold(0, |sum, byte| checksum_8(sum ^ byte));
        (sum == *bytes.get(at)?).then_some(Self {
            is_variable: kind & 1 == 1,
            number,
            samples,
        })
    }

    /// Whether this is the frame behind `last`, with `after` as its first sample.
    const fn follows(&self, last: &Self, after: u64) -> bool {
        let expected = if last.is_variable { after } else { last.number + 1 };
        self.is_variable == last.is_variable && (self.number == expected || self.is_numbered_on(last))
    }

    /// A stream that was cut out of a longer one does not begin at 0.
    const fn is_numbered_on(&self, last: &Self) -> bool {
        last.is_variable && self.number == last.number + last.samples
    }
}

/// Reads a number that is coded like a character of UTF-8, of up to 36 bits. Returns it, and where it ends.
fn coded_number(bytes: &[u8], at: usize) -> Option<(u64, usize)> {
    let first = *bytes.get(at)?;
    let more = match first.leading_ones() {
        0 => return Some((u64::from(first), at + 1)),
        ones @ 2..=7 => ones as usize - 1,
        _ => return None,
    };
    let mut number = u64::from(first) & (0x3F >> more);
    for byte in bytes.get(at + 1..at + 1 + more)? {
        if byte >> 6 != 0b10 {
            return None;
        }
        number = number << 6 | u64::from(byte & 0x3F);
    }
    Some((number, at + 1 + more))
}

/// The checksum over a frame. Over the frame and its checksum, it is 0.
struct Sum(u16);

impl Sum {
    fn add(&mut self, byte: u8) {
        self.0 = self.0 << 8 ^ TABLE[usize::from((self.0 >> 8) as u8 ^ byte)];
    }

    const fn is_right(&self) -> bool {
        self.0 == 0
    }
}

const TABLE: [u16; 256] = table();

const fn table() -> [u16; 256] {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let mut sum = (index as u16) << 8;
        let mut bit = 0;
        while bit < 8 {
            sum = if sum >> 15 == 1 {
                sum << 1 ^ 0x8005
            } else {
                sum << 1
            };
            bit += 1;
        }
        table[index] = sum;
        index += 1;
    }
    table
}

const fn checksum_8(byte: u8) -> u8 {
    let mut sum = byte;
    let mut bit = 0;
    while bit < 8 {
        sum = if sum >> 7 == 1 { sum << 1 ^ 0x07 } else { sum << 1 };
        bit += 1;
    }
    sum
}
