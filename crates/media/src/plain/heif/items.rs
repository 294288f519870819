//! The items: what they are, and where they lie.

use std::collections::HashSet;

use super::meta::Boxes;
use crate::boxes::{Atom, Top, children, free};
use crate::fault::{Fault, broken};
use crate::fields::{name_at, u16_at, u32_at, u64_at};
use crate::plain::kept::{Span, Spans};

/// The most items, and the most pieces that all of them lie in.
const MOST: u32 = 10_000;
const MOST_PIECES: usize = 100_000;

/// The types of items that are pictures, or are made of others.
const PICTURES: &[&[u8; 4]] = &[
    b"hvc1", b"hev1", b"hvt1", b"lhv1", b"av01", b"avc1", b"vvc1", b"evc1", b"j2k1", b"unci", b"mski",
    b"grid", b"iovl", b"iden", b"tmap",
];

/// Where the items lie in the file.
#[derive(Default)]
pub(super) struct Items {
    /// Those that are pictures.
    pub(super) pictures: Spans,
    /// All that are no pictures.
    pub(super) other: Spans,
}

impl Items {
    /// Reads them of the content of `meta`, in a file of `len` bytes, and takes their names out of it. `inner` is where
    /// those lie that are in the header.
    pub(super) fn read(
        bytes: &mut [u8],
        boxes: &Boxes,
        inner: Option<&Top>,
        len: u64,
    ) -> Result<Self, Fault> {
        let pictures = match &boxes.info {
            Some(info) => pictures(bytes, info)?,
            None => HashSet::new(),
        };
        let mut items = Self::default();
        let Some(locations) = &boxes.locations else {
            return Ok(items);
        };
        let mut fields = Fields::of(locations.of(bytes))?;
        let mut pieces = 0;
        for _ in 0..fields.count()? {
            let item = fields.item()?;
            let spans = if pictures.contains(&item.id) {
                &mut items.pictures
            } else {
                &mut items.other
            };
            let (start, most) = match (item.method, inner) {
                (0, _) => (0, len),
                (1, Some(inner)) => (inner.body, inner.end),
                _ => return Err(broken("its parts lie where nobody looks")),
            };
            for _ in 0..item.pieces {
                let (offset, length) = fields.piece()?;
                pieces += 1;
                if pieces > MOST_PIECES {
                    return Err(broken("it has too many pieces"));
                }
                // That is all of the file, or of the box.
                if length == 0 {
                    return Err(broken("a part of it has no length"));
                }
                let at = start.checked_add(item.base).and_then(|at| at.checked_add(offset));
                let at = at.ok_or_else(|| broken("a part of it lies outside of it"))?;
                spans.push(at, length, most)?;
            }
        }
        Ok(items)
    }
}

/// Whether each piece lies in one of these boxes.
pub(super) fn lie_in(spans: &[Span], boxes: &[&Top]) -> bool {
    spans.iter().all(|span| {
        let mut boxes = boxes.iter();
        boxes.any(|top| top.body <= span.start && span.end <= top.end)
    })
}

/// The ids of the items that are pictures, by `iinf`, which loses the names of all of them. The others become items of
/// a kind that nobody reads: a reader that finds zeros where Exif is promised refuses the picture.
fn pictures(bytes: &mut [u8], info: &Atom) -> Result<HashSet<u32>, Fault> {
    let header = if info.of(bytes).first() == Some(&0) { 6 } else { 8 };
    let mut pictures = HashSet::new();
    let mut other = HashSet::new();
    for entry in children(bytes, (info.body + header).min(info.end)..info.end)? {
        if entry.name != *b"infe" {
            free(bytes, &entry);
            continue;
        }
        let content = entry.of(bytes);
        let (id, kind_at) = match content.first() {
            // Of old they had no type, and were no pictures.
            Some(0 | 1) => (u16_at(content, 4)?.into(), None),
            Some(2) => (u16_at(content, 4)?.into(), Some(8)),
            Some(3) => (u32_at(content, 4)?, Some(10)),
            _ => return Err(broken("its parts are of a kind that nobody knows")),
        };
        let kind = kind_at.map(|at| name_at(content, at)).transpose()?;
        if kind == Some(*b"jpeg") {
            return Err(broken("a picture in it is a file of its own"));
        }
        let is_picture = kind.is_some_and(|kind| PICTURES.contains(&&kind));
        if is_picture { &mut pictures } else { &mut other }.insert(id);
        let named = match kind_at {
            Some(at) => entry.body + at + 4,
            None => (entry.body + 8).min(entry.end),
        };
        if !is_picture && kind.is_some() {
            bytes[named - 4..named].copy_from_slice(b"skip");
        }
        bytes[named..entry.end].fill(0);
    }
    if pictures.is_disjoint(&other) {
        Ok(pictures)
    } else {
        Err(broken("its header says something twice"))
    }
}

/// An item, as `iloc` begins to say where it lies.
struct Item {
    id: u32,
    method: u16,
    base: u64,
    pieces: u16,
}

/// What is still to be read of `iloc`.
struct Fields<'a> {
    bytes: &'a [u8],
    at: usize,
    version: u8,
    /// How many bytes an offset, a length, a base and an index have.
    widths: [u8; 4],
}

impl<'a> Fields<'a> {
    fn of(bytes: &'a [u8]) -> Result<Self, Fault> {
        let version = u32_at(bytes, 0)?.to_be_bytes()[0];
        let [first, second] = u16_at(bytes, 4)?.to_be_bytes();
        let index = if version == 0 { 0 } else { second & 0xF };
        let widths = [first >> 4, first & 0xF, second >> 4, index];
        if version > 2 || widths.iter().any(|width| ![0, 4, 8].contains(width)) {
            return Err(broken("its parts lie where nobody looks"));
        }
        Ok(Self {
            bytes,
            at: 6,
            version,
            widths,
        })
    }

    fn count(&mut self) -> Result<u32, Fault> {
        let count = self.id()?;
        if count > MOST {
            return Err(broken("it has too many parts"));
        }
        Ok(count)
    }

    fn item(&mut self) -> Result<Item, Fault> {
        let id = self.id()?;
        let method = if self.version == 0 { 0 } else { self.short()? & 0xF };
        if self.short()? != 0 {
            return Err(broken("its parts lie in another file"));
        }
        Ok(Item {
            id,
            method,
            base: self.number(self.widths[2])?,
            pieces: self.short()?,
        })
    }

    /// Where a piece begins, and how long it is.
    fn piece(&mut self) -> Result<(u64, u64), Fault> {
        self.number(self.widths[3])?;
        Ok((self.number(self.widths[0])?, self.number(self.widths[1])?))
    }

    /// An id, or how many there are.
    fn id(&mut self) -> Result<u32, Fault> {
        if self.version < 2 {
            return self.short().map(u32::from);
        }
        self.at += 4;
        u32_at(self.bytes, self.at - 4)
    }

    fn short(&mut self) -> Result<u16, Fault> {
        self.at += 2;
        u16_at(self.bytes, self.at - 2)
    }

    fn number(&mut self, width: u8) -> Result<u64, Fault> {
        let at = self.at;
        self.at += usize::from(width);
        match width {
            0 => Ok(0),
            4 => u32_at(self.bytes, at).map(u64::from),
            _ => u64_at(self.bytes, at),
        }
    }
}
