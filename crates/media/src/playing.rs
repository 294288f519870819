//! What plays: sound and videos.
//!
//! The readers of the containers are ours, because what is kept has to be known to the byte: each walks its file once,
//! in windows, notes what plays for how long, and takes out of the file in place what does not play. Bytes are either
//! part of a structure that is known here and of a track that is kept, or they are cut off, or they are zeros. Only
//! what is inside of packets stays as it came. Decoders are others', and hear no more than what a waveform needs.
//!
//! To add a format: a file beside these whose `examine` takes the [`Tape`] and the
//! [`Bounds`] and returns what is [`Played`]; a codec: its packets' length in `packets`, its decoder in
//! `decoder`.

mod bounds;
mod decoder;
mod fault;
mod fields;
mod flac;
mod index;
mod matroska;
mod mp3;
mod mp4;
mod ogg;
mod packets;
mod tape;
mod vorbis;
mod wav;
mod waveform;

use std::path::Path;

use parlor_domain::{Dimensions, MediaKind, Waveform};

use crate::sniff::Format;
use crate::{Examined, Limits, Refusal, Stop};

use bounds::Bounds;
use fault::broken;
use tape::Tape;

/// What a file has that plays.
struct Played {
    mime: &'static str,
    kind: MediaKind,
    dimensions: Option<Dimensions>,
    /// In microseconds.
    duration: u64,
    waveform: Option<Waveform>,
}

/// Examines a file that begins as a `format` of sound or video, and leaves in its place what may be served.
///
/// `voice` says that it is sent as a voice message. After a refusal the file is of no use.
///
/// # Errors
/// [`Refusal::Mismatch`] if a voice message has pictures; [`Refusal::Unreadable`] and [`Refusal::TooLarge`] by its
/// content; [`Refusal::TimedOut`] once `stop` says so; [`Refusal::Io`] for the file system's reasons.
pub(crate) fn examine(
    file: &Path,
    format: Format,
    voice: bool,
    limits: &Limits,
    stop: &Stop,
) -> Result<Examined, Refusal> {
    let mut tape = Tape::open(file, stop)?;
    let bounds = Bounds {
        voice,
        limits,
        bytes: tape.len(),
    };
    let played = match format {
        Format::Wav => wav::examine(&mut tape, &bounds),
        Format::Ogg => ogg::examine(&mut tape, &bounds),
        Format::Mp3 => mp3::examine(&mut tape, &bounds),
        Format::Flac => flac::examine(&mut tape, &bounds),
        Format::Mp4 => mp4::examine(&mut tape, &bounds),
        Format::WebM => matroska::examine(&mut tape, &bounds),
        _ => Err(broken("it is nothing that plays")),
    };
    let played = played.map_err(|fault| fault.of(format.name()))?;
    Ok(Examined {
        kind: played.kind,
        mime: played.mime,
        dimensions: played.dimensions,
        duration_ms: (played.kind != MediaKind::File).then_some(played.duration / 1_000),
        waveform: played.waveform,
        thumbhash: None,
        thumbnails: Vec::new(),
    })
}
