//! The `moov` box of pictures that move.

use std::ops::Range;

use crate::boxes::samples::{Chunks, Sizes};
use crate::boxes::{Atom, child, children, descendant, free};
use crate::fault::{Fault, broken};
use crate::fields::name_at;
use crate::plain::kept::Spans;

/// Which boxes are kept in which.
const KEPT: &[(&[u8; 4], &[&[u8; 4]])] = &[
    (b"moov", &[b"mvhd", b"trak"]),
    (b"trak", &[b"tkhd", b"mdia", b"edts", b"tref"]),
    (b"edts", &[b"elst"]),
    (b"mdia", &[b"mdhd", b"hdlr", b"minf"]),
    (b"minf", &[b"vmhd", b"smhd", b"nmhd", b"hdlr", b"dinf", b"stbl"]),
    (b"dinf", &[b"dref"]),
    (
        b"stbl",
        &[
            b"stsd", b"stts", b"ctts", b"cslg", b"stsc", b"stsz", b"stz2", b"stco", b"co64", b"stss",
            b"sdtp", b"sbgp", b"sgpd",
        ],
    ),
];

/// Cleans the content of the box, in a file of `len` bytes, and notes in `samples` where those of its tracks lie.
///
/// # Errors
/// If a track is of something else than pictures and sound, or does not say where its samples lie.
pub(super) fn clean(bytes: &mut [u8], len: u64, samples: &mut Spans) -> Result<(), Fault> {
    let all = 0..bytes.len();
    keep(bytes, *b"moov", all.clone())?;
    for atom in children(bytes, all)? {
        if atom.name == *b"trak" {
            samples_of(bytes, &atom, len, samples)?;
        }
    }
    Ok(())
}

fn keep(bytes: &mut [u8], parent: [u8; 4], range: Range<usize>) -> Result<(), Fault> {
    let kept = KEPT.iter().find(|(name, _)| **name == parent);
    let kept = kept.map_or(&[][..], |(_, kept)| kept);
    let mut end = range.start;
    for atom in children(bytes, range.clone())? {
        end = atom.end;
        if !kept.contains(&&atom.name) {
            free(bytes, &atom);
        } else if KEPT.iter().any(|(name, _)| **name == atom.name) {
            if atom.name == *b"trak" {
                check_track(bytes, &atom)?;
            }
            keep(bytes, atom.name, atom.range())?;
        } else {
            leaf(bytes, &atom)?;
        }
    }
    bytes[end..range.end].fill(0);
    Ok(())
}

fn check_track(bytes: &[u8], trak: &Atom) -> Result<(), Fault> {
    let missing = || broken("a track of it is not whole");
    let mdia = child(bytes, trak.range(), b"mdia")?.ok_or_else(missing)?;
    let handler = child(bytes, mdia.range(), b"hdlr")?.ok_or_else(missing)?;
    match &name_at(handler.of(bytes), 8)? {
        b"pict" | b"vide" | b"auxv" | b"soun" => Ok(()),
        _ => Err(broken("it has a track that is no picture")),
    }
}

/// Notes where the samples of a track lie.
fn samples_of(bytes: &[u8], trak: &Atom, len: u64, samples: &mut Spans) -> Result<(), Fault> {
    let tables = descendant(bytes, trak.range(), &[b"mdia", b"minf", b"stbl"])?;
    let tables = tables.ok_or_else(|| broken("a track of it is not whole"))?;
    let sizes = Sizes::read(bytes, &tables)?;
    let mut chunks = Chunks::read(bytes, &tables)?;
    let mut sample = 0;
    for chunk in 0..chunks.count {
        let count = chunks.samples(chunk)?.min(sizes.count - sample);
        samples.push(chunks.offset(chunk)?, sizes.of(sample, count)?, len)?;
        sample += count;
    }
    if sample < sizes.count {
        return Err(broken("its tables contradict each other"));
    }
    Ok(())
}

/// Takes out when it was made, and what it is called.
fn leaf(bytes: &mut [u8], atom: &Atom) -> Result<(), Fault> {
    let is_long = bytes.get(atom.body) == Some(&1);
    let wiped = match &atom.name {
        b"mvhd" | b"tkhd" | b"mdhd" => 4..if is_long { 20 } else { 12 },
        b"hdlr" => 12..atom.end - atom.body,
        _ => return Ok(()),
    };
    let wiped = bytes[atom.range()].get_mut(wiped);
    wiped
        .ok_or_else(|| broken("a header of it is not whole"))?
        .fill(0);
    Ok(())
}
