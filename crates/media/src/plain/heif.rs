//! HEIF (ISO/IEC 23008-12): pictures as items of ISO base media, as HEIC and AVIF are.
//!
//! Kept are the items that are pictures, what is said of how they are shown, and the tracks of an animation with their
//! samples. All else becomes zeros: Exif, XMP, and whatever else is told beside a picture.

mod items;
mod meta;
mod sequence;

use crate::boxes::{Atom, Top, brands};
use crate::fault::{Fault, broken};
use crate::tape::Tape;

use super::kept::{merged, overlap, wipe_between};
use items::Items;

/// How many boxes a file may have.
const MOST: usize = 1_000;

/// The longest header, in bytes.
const LONGEST: u64 = 16 * 1024 * 1024;

pub(super) fn clean(tape: &mut Tape) -> Result<(), Fault> {
    let tops = read(tape)?;
    let end = tops.last().map_or(0, |top| top.end);
    let meta = only(&tops, b"meta")?;
    let moov = only(&tops, b"moov")?;
    if (meta, moov) == (None, None) {
        return Err(broken("it has no header"));
    }
    if tops.iter().any(|top| top.name == *b"moof") {
        return Err(broken("it is in fragments"));
    }

    let data: Vec<Top> = tops.iter().filter(|top| top.name == *b"mdat").copied().collect();
    let mut items = Items::default();
    let mut inner = None;
    if let Some(meta) = meta {
        let mut bytes = bytes_of(tape, &meta)?;
        let boxes = meta::clean(&mut bytes)?;
        inner = boxes.data.map(|idat: Atom| Top {
            name: idat.name,
            start: meta.body + idat.start as u64,
            body: meta.body + idat.body as u64,
            end: meta.body + idat.end as u64,
        });
        items = Items::read(&mut bytes, &boxes, inner.as_ref(), tape.len())?;
        tape.write(meta.body, &bytes)?;
    }
    if let Some(moov) = moov {
        let mut bytes = bytes_of(tape, &moov)?;
        sequence::clean(&mut bytes, tape.len(), &mut items.pictures)?;
        tape.write(moov.body, &bytes)?;
    }
    let (kept, other) = (items.pictures.sorted(), items.other.sorted());
    if overlap(&kept, &other) {
        return Err(broken("what it tells lies in its picture"));
    }
    let places: Vec<&Top> = data.iter().chain(&inner).collect();
    if !items::lie_in(&kept, &places) || !items::lie_in(&other, &places) {
        return Err(broken("a part of it lies outside of it"));
    }

    let kept = merged(&kept);
    for span in merged(&other) {
        tape.wipe(span.start, span.end)?;
    }
    if let Some(inner) = inner {
        wipe_between(tape, &kept, inner.body, inner.end)?;
    }
    let mut is_first = true;
    for top in &tops {
        match &top.name {
            b"meta" | b"moov" => {}
            b"ftyp" if std::mem::take(&mut is_first) => brands::clean(tape, top)?,
            b"mdat" => wipe_between(tape, &kept, top.body, top.end)?,
            _ => top.free(tape)?,
        }
    }
    tape.cut(end)
}

/// The boxes of the file, without what follows the last one that is whole.
fn read(tape: &mut Tape) -> Result<Vec<Top>, Fault> {
    let mut tops: Vec<Top> = Vec::new();
    let mut end = 0;
    while let Some(top) = Top::read(tape, end)? {
        end = top.end;
        tops.push(top);
        if tops.len() > MOST {
            return Err(broken("it has too many boxes"));
        }
    }
    Ok(tops)
}

fn only(tops: &[Top], name: &[u8; 4]) -> Result<Option<Top>, Fault> {
    let mut all = tops.iter().filter(|top| top.name == *name);
    let first = all.next().copied();
    match all.next() {
        None => Ok(first),
        Some(_) => Err(broken("it has more than one header")),
    }
}

fn bytes_of(tape: &mut Tape, top: &Top) -> Result<Vec<u8>, Fault> {
    if top.end - top.body > LONGEST {
        return Err(broken("its header is too long"));
    }
    tape.bytes(top.body, top.end)
}
