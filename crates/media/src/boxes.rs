//! Boxes of ISO base media (ISO/IEC 14496-12), in memory.

pub(crate) mod brands;
pub(crate) mod samples;
mod top;

use std::ops::Range;

use crate::fault::{Fault, broken};
use crate::fields::{name_at, u32_at, u64_at};

pub(crate) use top::Top;

/// How many boxes may lie side by side in another.
const MOST: usize = 1_024;

/// A box in a buffer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Atom {
    pub(crate) name: [u8; 4],
    pub(crate) start: usize,
    pub(crate) body: usize,
    pub(crate) end: usize,
}

impl Atom {
    pub(crate) const fn range(&self) -> Range<usize> {
        self.body..self.end
    }

    pub(crate) fn of<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        &bytes[self.range()]
    }
}

/// The boxes that lie in `range`. Less than the length of a header may follow the last one.
pub(crate) fn children(bytes: &[u8], range: Range<usize>) -> Result<Vec<Atom>, Fault> {
    let mut atoms = Vec::new();
    let mut at = range.start;
    while range.end.saturating_sub(at) >= 8 {
        let size = u32_at(bytes, at)?;
        let (header, size) = match size {
            1 => (16, u64_at(bytes, at + 8)?),
            size => (8, size.into()),
        };
        let end = usize::try_from(size).ok().and_then(|size| at.checked_add(size));
        let end = end.filter(|end| at + header <= *end && *end <= range.end);
        let end = end.ok_or_else(|| broken("a box of it has a size that cannot be"))?;
        atoms.push(Atom {
            name: name_at(bytes, at + 4)?,
            start: at,
            body: at + header,
            end,
        });
        if atoms.len() > MOST {
            return Err(broken("it has too many boxes"));
        }
        at = end;
    }
    Ok(atoms)
}

/// The first box of this name in `range`.
pub(crate) fn child(bytes: &[u8], range: Range<usize>, name: &[u8; 4]) -> Result<Option<Atom>, Fault> {
    Ok(children(bytes, range)?
        .into_iter()
        .find(|atom| atom.name == *name))
}

/// The box that is found by following names from one to the next.
pub(crate) fn descendant(
    bytes: &[u8],
    range: Range<usize>,
    path: &[&[u8; 4]],
) -> Result<Option<Atom>, Fault> {
    let mut range = range;
    let mut found = None;
    for name in path {
        let Some(atom) = child(bytes, range, name)? else {
            return Ok(None);
        };
        range = atom.range();
        found = Some(atom);
    }
    Ok(found)
}

/// Makes a box one of zeros that nobody reads.
pub(crate) fn free(bytes: &mut [u8], atom: &Atom) {
    bytes[atom.start + 4..atom.start + 8].copy_from_slice(b"free");
    bytes[atom.range()].fill(0);
}
