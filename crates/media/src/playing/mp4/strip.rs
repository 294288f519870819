//! What is taken out of the headers.

use std::ops::Range;

use super::boxes::{Atom, child, children, free};
use super::codec;
use super::movie::Movie;
use crate::playing::fault::{Fault, broken};
use crate::playing::fields::{name_at, u32_at};

/// Which boxes are kept in which. Whatever is not here becomes `free`.
const KEPT: &[(&[u8; 4], &[&[u8; 4]])] = &[
    (b"moov", &[b"mvhd", b"trak", b"mvex"]),
    (b"trak", &[b"tkhd", b"mdia", b"edts"]),
    (b"edts", &[b"elst"]),
    (b"mdia", &[b"mdhd", b"hdlr", b"minf"]),
    (b"minf", &[b"vmhd", b"smhd", b"hdlr", b"dinf", b"stbl"]),
    (b"dinf", &[b"dref"]),
    (
        b"stbl",
        &[
            b"stsd", b"stts", b"ctts", b"cslg", b"stsc", b"stsz", b"stz2", b"stco", b"co64", b"stss",
            b"stps", b"sdtp", b"sbgp", b"sgpd",
        ],
    ),
    (b"mvex", &[b"mehd", b"trex"]),
    (b"moof", &[b"mfhd", b"traf"]),
    (b"traf", &[b"tfhd", b"tfdt", b"trun", b"sbgp", b"sgpd", b"sdtp"]),
    (b"mfra", &[b"tfra", b"mfro"]),
    (
        b"wave",
        &[b"frma", b"mp4a", b"alac", b"esds", b"enda", b"chan", &[0; 4]],
    ),
];

/// Which boxes are kept in the description of a codec.
const DESCRIPTIONS: &[&[u8; 4]] = &[
    b"avcC", b"hvcC", b"vpcC", b"av1C", b"dvcC", b"dvvC", b"colr", b"pasp", b"clap", b"btrt", b"fiel",
    b"chrm", b"mdcv", b"clli", b"SmDm", b"CoLL", b"esds", b"dOps", b"dac3", b"dec3", b"alac", b"chan",
    b"chnl", b"wave",
];

/// Which boxes there may be more than one of in another.
const REPEATED: &[&[u8; 4]] = &[
    b"trak", b"trex", b"traf", b"trun", b"tfra", b"sbgp", b"sgpd", b"colr",
];

/// Cleans the content of a `moov` box.
pub(super) fn movie(bytes: &mut [u8], movie: &Movie) -> Result<(), Fault> {
    let content = Atom {
        name: *b"moov",
        start: 0,
        body: 0,
        end: bytes.len(),
    };
    contents(bytes, &content, movie)
}

/// Cleans what is in a box.
pub(super) fn contents(bytes: &mut [u8], atom: &Atom, movie: &Movie) -> Result<(), Fault> {
    if atom.name == *b"stsd" {
        return descriptions(bytes, atom, movie);
    }
    match KEPT.iter().find(|(name, _)| **name == atom.name) {
        Some((_, kept)) => keep(bytes, atom.range(), kept, movie),
        None => leaf(bytes, atom),
    }
}

/// Keeps the boxes of these names in a range. No box is kept in one of its own kind, so this goes no deeper than the
/// tables above.
fn keep(bytes: &mut [u8], range: Range<usize>, kept: &[&[u8; 4]], movie: &Movie) -> Result<(), Fault> {
    let mut end = range.start;
    let mut seen = Vec::new();
    for child in children(bytes, range.clone())? {
        end = child.end;
        // Where two of a kind make no sense, the first one is what was read. A player may prefer the second.
        let is_second = seen.contains(&child.name) && !REPEATED.contains(&&child.name);
        seen.push(child.name);
        if kept.contains(&&child.name) && !is_second && !is_of_other_track(bytes, &child, movie)? {
            contents(bytes, &child, movie)?;
        } else {
            free(bytes, &child);
        }
    }
    bytes[end..range.end].fill(0);
    Ok(())
}

/// Whether a box belongs to a track that is not kept.
fn is_of_other_track(bytes: &[u8], atom: &Atom, movie: &Movie) -> Result<bool, Fault> {
    let content = atom.of(bytes);
    Ok(match &atom.name {
        b"trak" => !movie.keeps(atom),
        b"trex" | b"tfra" => movie.track(u32_at(content, 4)?).is_none(),
        b"traf" => {
            let header = child(bytes, atom.range(), b"tfhd")?;
            let id = header.map(|tfhd| u32_at(tfhd.of(bytes), 4)).transpose()?;
            id.is_none_or(|id| movie.track(id).is_none())
        }
        _ => false,
    })
}

/// Cleans the descriptions of codecs. What an encoder calls itself is none.
fn descriptions(bytes: &mut [u8], stsd: &Atom, movie: &Movie) -> Result<(), Fault> {
    let is_video = movie
        .tracks
        .iter()
        .any(|track| track.is_video && track.tables.range().contains(&stsd.start));
    let mut end = stsd.end.min(stsd.body + 8);
    for entry in codec::entries(bytes, stsd)? {
        end = entry.end;
        let boxes = codec::boxes(bytes, stsd, &entry, is_video)?;
        if is_video {
            bytes[entry.body + 8..entry.body + 24].fill(0);
            bytes[entry.body + 42..entry.body + 74].fill(0);
        }
        keep(bytes, boxes, DESCRIPTIONS, movie)?;
    }
    bytes[end..stsd.end].fill(0);
    Ok(())
}

/// Cleans a box that has no others in it.
fn leaf(bytes: &mut [u8], atom: &Atom) -> Result<(), Fault> {
    let is_long = bytes.get(atom.body) == Some(&1);
    let content = &mut bytes[atom.range()];
    let len = match &atom.name {
        b"mvhd" | b"tkhd" | b"mdhd" => {
            // When it was made, and changed.
            let times = if is_long { 4..20 } else { 4..12 };
            content
                .get_mut(times)
                .ok_or_else(|| broken("a header of it is not whole"))?
                .fill(0);
            Some(match (&atom.name, is_long) {
                (b"mvhd", false) => 100,
                (b"mvhd", true) => 112,
                (b"tkhd", false) => 84,
                (b"tkhd", true) => 96,
                (_, false) => 24,
                (_, true) => 36,
            })
        }
        // Behind the kind of the track, what wrote it, and its name.
        b"hdlr" => Some(12),
        b"dref" => {
            references(content)?;
            None
        }
        b"vmhd" => Some(12),
        b"smhd" | b"mfhd" | b"mfro" => Some(8),
        b"trex" => Some(24),
        b"mehd" | b"tfdt" => Some(if is_long { 12 } else { 8 }),
        b"stts" | b"ctts" => table(content, 8)?,
        b"stsc" => table(content, 12)?,
        b"stco" | b"stss" | b"stps" => table(content, 4)?,
        b"co64" => table(content, 8)?,
        b"elst" => table(content, if is_long { 20 } else { 12 })?,
        _ => None,
    };
    if let Some(rest) = len.and_then(|len| content.get_mut(len..)) {
        rest.fill(0);
    }
    Ok(())
}

/// How long a table is, whose entries have so many bytes each.
fn table(content: &[u8], width: usize) -> Result<Option<usize>, Fault> {
    let count = u32_at(content, 4)? as usize;
    Ok(count.checked_mul(width).and_then(|len| len.checked_add(8)))
}

/// Cleans where the data lie: in this file, or it is refused, since a player would look elsewhere.
fn references(content: &mut [u8]) -> Result<(), Fault> {
    for reference in children(content, 8.min(content.len())..content.len())? {
        let is_here = u32_at(content, reference.body)? & 1 == 1;
        let is_known = [*b"url ", *b"alis"].contains(&name_at(content, reference.start + 4)?);
        if !is_here || !is_known {
            return Err(broken("its data lie in another file"));
        }
        content[reference.body + 4..reference.end].fill(0);
    }
    Ok(())
}
