//! What is taken out of the headers.

mod leaf;

use std::ops::Range;

use super::codec;
use super::movie::Movie;
use crate::boxes::{Atom, child, children, free};
use crate::fault::Fault;
use crate::fields::u32_at;

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
            b"stps", b"sbgp", b"sgpd",
        ],
    ),
    (b"mvex", &[b"mehd", b"trex"]),
    (b"moof", &[b"mfhd", b"traf"]),
    (b"traf", &[b"tfhd", b"tfdt", b"trun", b"sbgp", b"sgpd"]),
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
    b"chnl", b"wave", b"damr", b"d263", b"bitr", b"dfLa", b"pcmC", b"glbl", b"vvcC", b"dac4", b"mhaC",
    b"gama", b"ACLR", b"APRG", b"ARES",
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
        None => leaf::clean(bytes, atom),
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
