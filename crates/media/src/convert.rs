//! Pictures and sound in the formats that every program reads.
//!
//! What may be converted is what may be kept: it is held against the same limits, and read just so. What comes of it is
//! not examined, and is to be.

mod recording;
mod resampler;

use std::path::Path;

use parlor_domain::MediaKind;

use crate::examine::{admit, without_panic};
use crate::playing::Audible;
use crate::sniff::Format;
use crate::{Claim, Limits, Refusal, Stop, image};

use recording::Recording;

/// A picture as PNG, with eight bits for each colour and as transparent as it was: upright, without metadata, and of an
/// animation the first one. The file stays as it is.
///
/// # Errors
/// [`Refusal`] says why it may not be kept as a picture.
pub fn to_png(file: &Path, limits: &Limits, stop: &Stop) -> Result<Vec<u8>, Refusal> {
    let format = format(file, MediaKind::Image, limits)?;
    stop.check()?;
    without_panic(format, || image::to_png(file, format, &limits.image, stop))
}

/// A sound as WAV of one channel, 16,000 samples a second and 16 bits for each, of at most `most` bytes. The file is cleaned
/// as by an examination, and of no use after a refusal. Takes memory of twice `most`, and up to 32 MiB to know where the
/// packets lie.
///
/// # Errors
/// [`Refusal`] says why it may not be kept as a voice message; [`Refusal::TooLarge`] also if it would be larger than `most`,
/// and [`Refusal::Unreadable`] if it plays with browsers but cannot be decoded here.
pub fn to_wav(file: &Path, most: u64, limits: &Limits, stop: &Stop) -> Result<Vec<u8>, Refusal> {
    let format = format(file, MediaKind::Voice, limits)?;
    stop.check()?;
    without_panic(format, || {
        let mut sound = Audible::open(file, format, limits, stop)?;
        let mut recording = Recording::of(sound.skip(), sound.duration, most)?;
        sound.play(|start, heard| recording.add(start, heard))?;
        let wav = recording.into_wav();
        wav.ok_or_else(|| Refusal::unreadable(format, "there is nothing to be heard"))
    })
}

/// What a file begins as that is to be of this kind.
fn format(file: &Path, kind: MediaKind, limits: &Limits) -> Result<Format, Refusal> {
    let claim = Claim {
        kind: Some(kind),
        mime: None,
    };
    let found = admit(file, &claim, limits)?;
    Ok(found.expect("what nobody knows is neither picture nor sound"))
}
