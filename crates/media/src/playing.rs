//! What plays: sound and videos.
//!
//! The readers of the containers are ours, because what is kept has to be known to the byte: each walks its file once,
//! in windows, notes what plays for how long, and takes out of the file in place what does not play. Bytes are either
//! part of a structure that is known here and of a track that is kept, or they are cut off, or they are zeros. Only
//! what is inside of packets stays as it came. Decoders are others', and hear no more than what a waveform needs, unless
//! all of a sound is asked for.
//!
//! To add a format: a file beside these whose `examine` takes the [`Tape`] and the
//! [`Bounds`] and returns what is [`Played`]; a codec: its packets' length in `packets`, its decoder in
//! `decoder`.

mod audible;
mod bounds;
mod decoder;
mod flac;
mod headers;
mod index;
mod matroska;
mod mp3;
mod mp4;
mod ogg;
mod packets;
mod vorbis;
mod wav;
mod waveform;

use std::path::Path;

use parlor_domain::{Dimensions, MediaKind};

use crate::fault::{Fault, broken};
use crate::sniff::Format;
use crate::tape::Tape;
use crate::{Examined, Limits, Refusal, Stop};

use bounds::Bounds;
use decoder::SoundCodec;
use index::{Index, Noted};

pub(crate) use audible::Audible;
pub(crate) use decoder::Decoded;

/// What a file has that plays.
struct Played {
    mime: &'static str,
    kind: MediaKind,
    dimensions: Option<Dimensions>,
    /// In microseconds.
    duration: u64,
    /// What there is to be heard, if there are no pictures.
    sound: Option<Sound>,
}

/// Where the sound of a file lies, as the file is left.
enum Sound {
    /// In packets.
    Packets {
        codec: SoundCodec,
        index: Index,
        /// How much of its beginning is not played, in microseconds.
        skip: u64,
    },
    /// In the samples of a WAV.
    Samples,
}

/// What nothing here plays, for its `codec` if that is why, if it may be kept at all.
fn plain_file(mime: &'static str, codec: Option<&str>, bounds: &Bounds<'_>) -> Result<Played, Refusal> {
    Ok(Played {
        mime,
        kind: bounds.file(mime, codec)?,
        dimensions: None,
        duration: 0,
        sound: None,
    })
}

/// Examines a file that begins as a `format` of sound or video, and leaves in its place what may be served.
///
/// `claimed` is what it is sent as, if that was said. What plays in a codec that is not known here is a plain file: it is
/// cleaned just so. After a refusal the file is of no use.
///
/// # Errors
/// [`Refusal::Mismatch`] if a voice message has pictures, or what was said to play is no more than a plain file; [`Refusal::Unreadable`] and [`Refusal::TooLarge`] by its
/// content; [`Refusal::TimedOut`] once `stop` says so; [`Refusal::Io`] for the file system's reasons.
pub(crate) fn examine(
    file: &Path,
    format: Format,
    claimed: Option<MediaKind>,
    limits: &Limits,
    stop: &Stop,
) -> Result<Examined, Refusal> {
    let mut tape = Tape::open(file, stop)?;
    let bounds = Bounds {
        claimed,
        limits,
        bytes: tape.len(),
        noted: Noted::Enough,
    };
    read(&mut tape, format, &bounds)
        .and_then(|played| describe(&mut tape, played))
        .map_err(|fault| fault.of(format.name()))
}

/// Reads a file to its end, and leaves in its place what may be served.
fn read(tape: &mut Tape, format: Format, bounds: &Bounds<'_>) -> Result<Played, Fault> {
    match format {
        Format::Wav => wav::examine(tape, bounds),
        Format::Ogg => ogg::examine(tape, bounds),
        Format::Mp3 => mp3::examine(tape, bounds),
        Format::Flac => flac::examine(tape, bounds),
        Format::Mp4 => mp4::examine(tape, bounds),
        Format::WebM => matroska::examine(tape, bounds),
        _ => Err(broken("it is nothing that plays")),
    }
}

fn describe(tape: &mut Tape, played: Played) -> Result<Examined, Fault> {
    let waveform = match &played.sound {
        Some(Sound::Packets { codec, index, .. }) => waveform::draw(tape, codec, index, played.duration)?,
        Some(Sound::Samples) => Some(wav::waveform(tape)?),
        None => None,
    };
    Ok(Examined {
        kind: played.kind,
        mime: played.mime,
        dimensions: played.dimensions.filter(|_| played.kind != MediaKind::File),
        duration_ms: (played.kind != MediaKind::File).then_some(played.duration / 1_000),
        waveform,
        thumbhash: None,
        thumbnails: Vec::new(),
    })
}
