//! ISO base media (ISO/IEC 14496-12): MP4, M4A, 3GP, and QuickTime; in one piece, or in fragments as browsers record.
//!
//! What is kept stays where it is, so that the offsets in it stay right: the boxes and tracks that are known, and the
//! bytes of `mdat` that samples of these tracks are made of. All else becomes `free` boxes of zeros, or zeros. A file
//! in fragments that is cut short is kept up to its last whole fragment; in one piece, it is refused. With a codec that
//! browsers do not play, it is cleaned just so, and a plain file.

mod codec;
mod found;
mod fragment;
mod movie;
mod samples;
mod spans;
mod strip;
mod top;
mod track;

use parlor_domain::MediaKind;

use super::bounds::Bounds;
use super::{Played, Sound};
use crate::Refusal;
use crate::boxes::Top;
use crate::fault::{Fault, broken, cut_short};
use crate::tape::Tape;

use found::Found;
use movie::Movie;
use top::Layout;

/// The longest `moov` and the longest `moof`, in bytes. Four hours of sixty pictures a second take half of it.
const LONGEST_TABLES: u64 = 32 * 1024 * 1024;

pub(super) fn examine(tape: &mut Tape, bounds: &Bounds<'_>) -> Result<Played, Fault> {
    let mut layout = Layout::read(tape)?;
    let moov = layout
        .only(b"moov")
        .ok_or_else(|| broken("it has no movie header"))?;
    let mut tables = bytes_of(tape, &moov)?;
    let movie = Movie::read(&tables)?;
    let (mime, kind) = verdict(&movie, layout.is_quicktime, bounds)?;

    let mut found = Found::new(&movie, tape.len(), bounds.noted);
    for (number, track) in movie.tracks.iter().enumerate() {
        samples::of_track(&tables, track, number, &mut found)?;
    }
    layout.fragments(tape, &movie, &tables, &mut found)?;
    if found.samples == 0 {
        return Err(cut_short());
    }
    let duration = found.length.micros();
    bounds.lasts(kind, duration)?;

    let spans = found.spans.sorted();
    layout.has(&spans)?;
    strip::movie(&mut tables, &movie)?;
    tape.write(moov.body, &tables)?;
    layout.strip(tape, &movie, &spans)?;
    Ok(Played {
        mime,
        kind,
        dimensions: movie.picture.map(|picture| picture.shown),
        duration,
        sound: movie.sound().map(|(_, codec)| Sound::Packets {
            codec: codec.clone(),
            index: found.index,
            skip: 0,
        }),
    })
}

/// The media type and the kind of a movie that may be as large as it is.
fn verdict(
    movie: &Movie,
    is_quicktime: bool,
    bounds: &Bounds<'_>,
) -> Result<(&'static str, MediaKind), Refusal> {
    let mime = match (movie.has_pictures(), is_quicktime) {
        (true, true) => "video/quicktime",
        (true, false) => "video/mp4",
        (false, _) => "audio/mp4",
    };
    let kind = match (&movie.foreign, movie.picture) {
        (Some(codec), _) => bounds.file(mime, Some(codec))?,
        (None, Some(picture)) => bounds.video(mime, picture.shown, picture.edge)?,
        (None, None) => bounds.sound()?,
    };
    Ok((mime, kind))
}

fn bytes_of(tape: &mut Tape, top: &Top) -> Result<Vec<u8>, Fault> {
    if top.end - top.body > LONGEST_TABLES {
        return Err(broken("its tables are too long"));
    }
    tape.bytes(top.body, top.end)
}
