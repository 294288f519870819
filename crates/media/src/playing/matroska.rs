//! WebM (<https://www.webmproject.org/docs/container/>), which is Matroska (RFC 9559) with the codecs of the web.
//!
//! What is kept stays where it is, so that the positions in it stay right: the elements and tracks that are known, and
//! the blocks of these tracks. All else becomes `Void` elements of zeros, or zeros. A recording that is cut short, as
//! one from a browser is that was closed, is kept up to its last whole block. Matroska that does not call itself WebM,
//! and WebM with other codecs, is for players that are no browsers: it is cleaned just so, and a plain file.

mod blocks;
mod cluster;
mod element;
mod header;
mod segment;
mod strip;
mod tracks;

use parlor_domain::MediaKind;

use super::bounds::Bounds;
use super::{Played, Sound};
use crate::fault::Fault;
use crate::tape::Tape;

use header::Header;
use segment::Segment;

pub(super) fn examine(tape: &mut Tape, bounds: &Bounds<'_>) -> Result<Played, Fault> {
    let header = Header::read(tape)?;
    let segment = Segment::read(tape, &header, bounds)?;
    header.strip(tape)?;
    let is_heard = matches!(segment.kind, MediaKind::Audio | MediaKind::Voice);
    let codec = segment.tracks.sound().filter(|_| is_heard).cloned();
    Ok(Played {
        mime: segment.mime,
        kind: segment.kind,
        dimensions: segment.tracks.picture.map(|picture| picture.shown),
        duration: segment.duration,
        sound: codec.map(|codec| Sound::Packets {
            codec,
            index: segment.index,
            skip: 0,
        }),
    })
}
