//! Boxes that have no others in them: how long each is by what it says, behind which nothing is kept.

use crate::boxes::{Atom, children, free};
use crate::fault::{Fault, broken};
use crate::fields::{name_at, u16_at, u32_at};

/// Boxes that are always as long, in bytes.
const LENGTHS: &[(&[u8; 4], usize)] = &[
    // Behind the kind of the track, what wrote it, and its name.
    (b"hdlr", 12),
    (b"vmhd", 12),
    (b"smhd", 8),
    (b"mfhd", 8),
    (b"mfro", 8),
    (b"trex", 24),
    (b"pasp", 8),
    (b"clap", 32),
    (b"btrt", 12),
    (b"fiel", 2),
    (b"clli", 4),
    (b"mdcv", 24),
    (b"SmDm", 28),
    (b"CoLL", 8),
    (b"dvcC", 24),
    (b"dvvC", 24),
    (b"damr", 9),
    (b"bitr", 8),
    (b"frma", 4),
    (b"enda", 2),
    (&[0; 4], 0),
];

/// Which groups of samples are kept: those that say where a player may begin.
const GROUPS: &[&[u8; 4]] = &[b"roll", b"prol", b"rap ", b"sync", b"sap "];

/// The longest description of such a group, in bytes.
const LONGEST_GROUP: u32 = 8;

/// Cleans a box.
pub(super) fn clean(bytes: &mut [u8], atom: &Atom) -> Result<(), Fault> {
    let is_long = bytes.get(atom.body) == Some(&1);
    let content = &mut bytes[atom.range()];
    match &atom.name {
        b"mvhd" | b"tkhd" | b"mdhd" => {
            // When it was made, and changed.
            let times = if is_long { 4..20 } else { 4..12 };
            content
                .get_mut(times)
                .ok_or_else(|| broken("a header of it is not whole"))?
                .fill(0);
        }
        b"dref" => references(content)?,
        b"sgpd" if !is_group(content)? => free(bytes, atom),
        _ => {}
    }
    let content = &mut bytes[atom.range()];
    let fixed = LENGTHS.iter().find(|(name, _)| **name == atom.name);
    let len = match fixed {
        Some((_, len)) => Some(*len),
        None => length(&atom.name, content, is_long)?,
    };
    if let Some(rest) = len.and_then(|len| content.get_mut(len..)) {
        rest.fill(0);
    }
    Ok(())
}

/// How long a box is that says so.
fn length(name: &[u8; 4], content: &[u8], is_long: bool) -> Result<Option<usize>, Fault> {
    let either = |short: usize, long: usize| if is_long { long } else { short };
    let flags = || u32_at(content, 0);
    let fields = |flags: u32, of: u32| 4 * (flags & of).count_ones() as usize;
    Ok(Some(match name {
        b"mvhd" => either(100, 112),
        b"tkhd" => either(84, 96),
        b"mdhd" => either(24, 36),
        b"mehd" | b"tfdt" => either(8, 12),
        b"cslg" => either(24, 44),
        b"stts" | b"ctts" | b"co64" => table(content, 4, 8)?,
        b"stsc" => table(content, 4, 12)?,
        b"stco" | b"stss" | b"stps" => table(content, 4, 4)?,
        b"elst" => table(content, 4, either(12, 20))?,
        b"stsz" if u32_at(content, 4)? != 0 => 12,
        b"stsz" => table(content, 8, 4)?,
        b"stz2" => {
            let bits = (u32_at(content, 4)? & 0xFF) as usize;
            let count = u32_at(content, 8)? as usize;
            12 + count.saturating_mul(bits).div_ceil(8)
        }
        b"sbgp" => table(content, either(8, 12), 8)?,
        // Where it is a group at all.
        b"sgpd" if content.starts_with(&[0; 4]) => 0,
        b"sgpd" => table(content, 12, u32_at(content, 8)? as usize)?,
        b"tfhd" => 8 + fields(flags()?, 0x3B) + fields(flags()?, 0x1),
        b"trun" => {
            let each = fields(flags()?, 0xF00);
            let count = u32_at(content, 4)? as usize;
            8 + fields(flags()?, 0x5) + count.saturating_mul(each)
        }
        b"tfra" => {
            let sizes = u32_at(content, 8)?;
            let numbers: u32 = [4, 2, 0].iter().map(|shift| (sizes >> shift & 0b11) + 1).sum();
            table(content, 12, either(8, 16) + numbers as usize)?
        }
        b"sidx" => {
            let head = either(24, 32);
            head + 12 * usize::from(u16_at(content, head - 2)?)
        }
        b"colr" => match &name_at(content, 0)? {
            b"nclx" => 11,
            b"nclc" => 10,
            b"prof" | b"rICC" => 4 + u32_at(content, 4)? as usize,
            _ => 4,
        },
        b"vpcC" => 12 + usize::from(u16_at(content, 10)?),
        b"dOps" if content.get(10) == Some(&0) => 11,
        b"dOps" => 13 + usize::from(content.get(1).copied().unwrap_or_default()),
        b"chan" => table(content, 12, 20)?,
        _ => return Ok(None),
    }))
}

/// How long a table is whose number of entries stands at `at`, of which each has so many bytes.
fn table(content: &[u8], at: usize, width: usize) -> Result<usize, Fault> {
    let count = u32_at(content, at)? as usize;
    Ok(count.saturating_mul(width).saturating_add(at + 4))
}

/// Whether a description of groups is one that is kept, in a version that says how long each is.
fn is_group(content: &[u8]) -> Result<bool, Fault> {
    let length = u32_at(content, 8)?;
    Ok(content.first() == Some(&1)
        && GROUPS.contains(&&name_at(content, 4)?)
        && (1..=LONGEST_GROUP).contains(&length))
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
