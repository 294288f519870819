//! MP3: frames of MPEG audio, layer III, side by side.
//!
//! What is kept are whole frames that agree with the first one, of which there has to be one; the tags before, behind
//! and between them are cut out, and so is a frame that is cut short at the end.

mod frame;

use super::bounds::Bounds;
use super::decoder::SoundCodec;
use super::index::Index;
use super::{Played, Sound};
use crate::fault::{Fault, broken};
use crate::fields::micros;
use crate::tape::Tape;

use frame::Frame;

const MIME: &str = "audio/mpeg";

/// How far the next frame may lie behind what is none, in bytes.
const MOST_BETWEEN: u64 = 256 * 1024;

/// How much of what is neither frame nor tag may lie between frames in all, in bytes.
const MOST_OUTSIDE: u64 = 4 * 1024 * 1024;

pub(super) fn examine(tape: &mut Tape, bounds: &Bounds<'_>) -> Result<Played, Fault> {
    let kind = bounds.sound()?;
    let mut frames = Frames::begin(tape)?;
    let mut index = Index::new(bounds.noted);
    let mut samples = 0;
    // Where the frames from `from` to `to` go, which lie side by side.
    let (mut end, mut from, mut to) = (0, 0, 0);
    while let Some((at, frame)) = frames.next(tape)? {
        if at != to {
            end = tape.shift(from, to, end)?;
            from = at;
        }
        to = at + frame.len;
        if samples > 0 || !frame.is_table(tape, at)? {
            index.push(end + (at - from), frame.len, micros(samples, frames.first.rate));
            samples += frame.samples;
        }
    }
    let end = tape.shift(from, to, end)?;
    if samples == 0 {
        return Err(broken("it has no sound"));
    }
    let duration = micros(samples, frames.first.rate);
    bounds.lasts(kind, duration)?;
    tape.cut(end)?;
    Ok(Played {
        mime: MIME,
        kind,
        dimensions: None,
        duration,
        sound: Some(Sound::Packets {
            codec: SoundCodec::Mp3,
            index,
            skip: 0,
        }),
    })
}

/// The frames of a file.
struct Frames {
    first: Frame,
    at: u64,
    /// How many bytes were neither frame nor tag.
    outside: u64,
}

impl Frames {
    /// Finds the first frame.
    fn begin(tape: &mut Tape) -> Result<Self, Fault> {
        let mut at = 0;
        while let Some(tag) = tag(tape, at)? {
            at += tag;
        }
        let at = search(tape, at, None)?.ok_or_else(|| broken("it has no frames"))?;
        let first = Frame::read(tape, at)?.ok_or_else(|| broken("it has no frames"))?;
        Ok(Self {
            first,
            at,
            outside: 0,
        })
    }

    /// The next frame that is whole, and where it lies.
    fn next(&mut self, tape: &mut Tape) -> Result<Option<(u64, Frame)>, Fault> {
        let mut frame = self.frame(tape, self.at)?;
        while frame.is_none() {
            if let Some(tag) = tag(tape, self.at)? {
                self.at += tag;
            } else {
                let Some(next) = search(tape, self.at, Some(&self.first))? else {
                    return Ok(None);
                };
                self.outside += next - self.at;
                self.at = next;
                if self.outside > MOST_OUTSIDE {
                    return Ok(None);
                }
            }
            frame = self.frame(tape, self.at)?;
        }
        let Some(frame) = frame else { return Ok(None) };
        let at = self.at;
        self.at += frame.len;
        Ok(Some((at, frame)))
    }

    fn frame(&self, tape: &mut Tape, at: u64) -> Result<Option<Frame>, Fault> {
        frame_like(tape, at, Some(&self.first))
    }
}

/// Finds a frame, which has to agree with `like`.
fn search(tape: &mut Tape, at: u64, like: Option<&Frame>) -> Result<Option<u64>, Fault> {
    for at in at..at.saturating_add(MOST_BETWEEN).min(tape.len()) {
        if tape.seen(at)?.first() == Some(&0xFF) && frame_like(tape, at, like)?.is_some() {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

/// Reads the frame at `at`, if it agrees with `like`, and another one, a tag, or the end follows it. What is cut short
/// in the middle of the file has something else where it should end.
fn frame_like(tape: &mut Tape, at: u64, like: Option<&Frame>) -> Result<Option<Frame>, Fault> {
    let Some(frame) = Frame::read(tape, at)? else {
        return Ok(None);
    };
    if like.is_some_and(|like| !frame.agrees(like)) {
        return Ok(None);
    }
    let next = at + frame.len;
    let is_followed = match Frame::read(tape, next)? {
        Some(next) => next.agrees(&frame),
        None => Frame::begins(tape, next)? || tag(tape, next)?.is_some(),
    };
    Ok(is_followed.then_some(frame))
}

/// The length of the tag at `at`, if one begins there: ID3v2 (<https://id3.org/id3v2.4.0-structure>), ID3v1 or APE.
fn tag(tape: &mut Tape, at: u64) -> Result<Option<u64>, Fault> {
    let (head, _) = tape.up_to::<32>(at)?;
    Ok(
        if head.starts_with(b"ID3") && head[3] < 0xFF && head[6..10].iter().all(|byte| *byte < 0x80) {
            let size = head[6..10]
                .iter()
                .fold(0, |size, byte| size << 7 | u64::from(*byte));
            let footer = if head[5] & 0x10 == 0 { 0 } else { 10 };
            Some(10 + size + footer)
        } else if head.starts_with(b"TAG") {
            Some(128)
        } else if head.starts_with(b"APETAGEX") {
            // The size is the one of what follows the header, footer included.
            let size = u32::from_le_bytes([head[12], head[13], head[14], head[15]]);
            Some(32 + u64::from(size))
        } else {
            None
        },
    )
}
