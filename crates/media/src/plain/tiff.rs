//! TIFF (revision 6.0, and BigTIFF), with the pictures of cameras in it that are DNG.
//!
//! Kept are the fields of each directory that a picture needs to be decoded and shown, and its strips and tiles. All
//! else goes: the directories for Exif and GPS, XMP, IPTC, thumbnails, texts, and what the maker of a camera notes down.
//! Raw pictures that need those notes are refused, and so is any compression that is not known here.

mod directory;
mod jpeg;
mod order;
mod tags;

use std::collections::HashSet;

use super::kept::{Span, Spans, merged, overlap, wipe_between};
use crate::fault::{Fault, broken};
use crate::tape::Tape;
use directory::Directory;
use order::Order;

/// The most directories: a document has one for each page.
const MOST: usize = 4_096;

/// The length of a header, in bytes, of which a small one has half.
const HEADER: u64 = 16;

pub(super) fn clean(tape: &mut Tape) -> Result<(), Fault> {
    let order = Order::of(tape)?;
    let mut waiting = vec![order.first(tape)?];
    let mut seen = HashSet::new();
    let mut directories = Vec::new();
    let mut parts = Parts::default();
    while let Some(at) = waiting.pop() {
        if !seen.insert(at) {
            return Err(broken("a directory of it comes twice"));
        }
        if seen.len() > MOST {
            return Err(broken("it has too many directories"));
        }
        let directory = Directory::read(tape, order, at, &mut parts)?;
        waiting.extend(directory.inner.iter().copied());
        waiting.extend(directory.next);
        directories.push(directory);
    }

    // What is written in one place must not be read in another.
    let mut tables = Spans::default();
    tables.push(0, order.header(), tape.len())?;
    for directory in &directories {
        tables.push(directory.at, directory.len, tape.len())?;
    }
    let (tables, jpegs, kept) = (tables.sorted(), parts.jpegs.sorted(), parts.kept.sorted());
    let is_mixed = |spans: &[Span]| spans.windows(2).any(|pair| pair[1].start < pair[0].end);
    if is_mixed(&tables)
        || is_mixed(&jpegs)
        || overlap(&tables, &jpegs)
        || overlap(&tables, &kept)
        || overlap(&jpegs, &kept)
    {
        return Err(broken("its parts lie in each other"));
    }

    for directory in &directories {
        directory.write(tape)?;
    }
    for strip in &jpegs {
        jpeg::clean(tape, strip)?;
    }
    let mut all = [tables, jpegs, kept].concat();
    all.sort_unstable();
    let end = tape.len();
    wipe_between(tape, &merged(&all), 0, end)
}

/// Where the parts of all pictures lie.
#[derive(Default)]
struct Parts {
    /// Strips, tiles and tables that are JPEGs, which are cleaned as well.
    jpegs: Spans,
    /// All others, and the values of fields.
    kept: Spans,
}
