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

use parlor_domain::{Dimensions, MediaKind, Waveform};

use crate::fault::broken;
use crate::sniff::Format;
use crate::tape::Tape;
use crate::{Examined, Limits, Refusal, Stop};

use bounds::Bounds;

/// What a file has that plays.
struct Played {
    mime: &'static str,
    kind: MediaKind,
    dimensions: Option<Dimensions>,
    /// In microseconds.
    duration: u64,
    waveform: Option<Waveform>,
}

/// What nothing here plays, for its `codec` if that is why, if it may be kept at all.
fn plain_file(mime: &'static str, codec: Option<&str>, bounds: &Bounds<'_>) -> Result<Played, Refusal> {
    Ok(Played {
        mime,
        kind: bounds.file(mime, codec)?,
        dimensions: None,
        duration: 0,
        waveform: None,
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
        dimensions: played.dimensions.filter(|_| played.kind != MediaKind::File),
        duration_ms: (played.kind != MediaKind::File).then_some(played.duration / 1_000),
        waveform: played.waveform,
        thumbhash: None,
        thumbnails: Vec::new(),
    })
}
