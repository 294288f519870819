//! WebM (<https://www.webmproject.org/docs/container/>), which is Matroska (RFC 9559) with the codecs of the web.
//!
//! What is kept stays where it is, so that the positions in it stay right: the elements and tracks that are known, and
//! the blocks of these tracks. All else becomes `Void` elements of zeros, or zeros. A recording that is cut short, as
//! one from a browser is that was closed, is kept up to its last whole block. Matroska that does not call itself WebM
//! is for players that are no browsers: it is a plain file, and kept as it is.

mod blocks;
mod cluster;
mod element;
mod header;
mod segment;
mod strip;
mod tracks;

use parlor_domain::MediaKind;

use super::Played;
use super::bounds::Bounds;
use super::fault::Fault;
use super::tape::Tape;
use super::waveform;
use crate::Refusal;

use header::Header;
use segment::Segment;

/// The media type of Matroska that is not WebM.
const MATROSKA: &str = "video/x-matroska";

pub(super) fn examine(tape: &mut Tape, bounds: &Bounds<'_>) -> Result<Played, Fault> {
    let header = Header::read(tape)?;
    if !header.is_webm {
        return Ok(plain_file(bounds)?);
    }
    let segment = Segment::read(tape, header.end, bounds)?;
    header.strip(tape)?;
    let waveform = match segment.tracks.sound() {
        Some(codec) if segment.kind != MediaKind::Video => {
            waveform::draw(tape, codec, &segment.index, segment.duration)?
        }
        _ => None,
    };
    Ok(Played {
        mime: segment.mime,
        kind: segment.kind,
        dimensions: segment.tracks.picture.map(|picture| picture.shown),
        duration: segment.duration,
        waveform,
    })
}

fn plain_file(bounds: &Bounds<'_>) -> Result<Played, Refusal> {
    bounds.file(MATROSKA)?;
    Ok(Played {
        mime: MATROSKA,
        kind: MediaKind::File,
        dimensions: None,
        duration: 0,
        waveform: None,
    })
}
