//! The tables that say where the samples of a track lie (ISO/IEC 14496-12, 8.7).

use super::{Atom, child};
use crate::fault::{Fault, broken};
use crate::fields::{u32_at, u64_at};

/// How many samples a track has in one piece.
pub(crate) fn count(bytes: &[u8], tables: &Atom) -> Result<u32, Fault> {
    for name in [b"stsz", b"stz2"] {
        if let Some(atom) = child(bytes, tables.range(), name)? {
            return u32_at(atom.of(bytes), 8);
        }
    }
    Ok(0)
}

/// A table: a box with a number of entries, of so many bytes each.
pub(crate) struct Table<'a> {
    pub(crate) count: u32,
    entries: &'a [u8],
}

impl<'a> Table<'a> {
    /// Reads the table of this name, whose entries have `width` bytes each. An empty one if there is none.
    pub(crate) fn read(bytes: &'a [u8], tables: &Atom, name: &[u8; 4], width: u64) -> Result<Self, Fault> {
        let Some(atom) = child(bytes, tables.range(), name)? else {
            return Ok(Self {
                count: 0,
                entries: &[],
            });
        };
        let content = atom.of(bytes);
        let count = u32_at(content, 4)?;
        let entries = content.get(8..).unwrap_or_default();
        if u64::from(count) * width > entries.len() as u64 {
            return Err(too_long());
        }
        Ok(Self { count, entries })
    }

    pub(crate) fn u32_at(&self, at: usize) -> Result<u32, Fault> {
        u32_at(self.entries, at)
    }
}

fn too_long() -> Fault {
    broken("a table of it is longer than its box")
}

/// How long the samples are.
pub(crate) struct Sizes<'a> {
    pub(crate) count: u32,
    kind: SizeKind<'a>,
}

enum SizeKind<'a> {
    /// All alike.
    Same(u32),
    /// So many bytes for so many samples.
    Packed { bytes: u32, samples: u32 },
    /// Each by itself, in so many bits.
    Each(u8, &'a [u8]),
}

impl<'a> Sizes<'a> {
    pub(crate) fn read(bytes: &'a [u8], tables: &Atom) -> Result<Self, Fault> {
        if let Some(atom) = child(bytes, tables.range(), b"stz2")? {
            let content = atom.of(bytes);
            let width = (u32_at(content, 4)? & 0xFF) as u8;
            if ![4, 8, 16].contains(&width) {
                return Err(broken("its tables contradict each other"));
            }
            return Self::each(content, width);
        }
        let Some(atom) = child(bytes, tables.range(), b"stsz")? else {
            return Err(broken("a track of it is not whole"));
        };
        let content = atom.of(bytes);
        match u32_at(content, 4)? {
            0 => Self::each(content, 32),
            size => Ok(Self {
                count: u32_at(content, 8)?,
                kind: SizeKind::Same(size),
            }),
        }
    }

    /// Whether each is one byte long, as old sound says of its samples whatever they are.
    pub(crate) const fn are_ones(&self) -> bool {
        matches!(self.kind, SizeKind::Same(1))
    }

    /// The same with so many bytes for so many samples.
    pub(crate) const fn packed(self, bytes: u32, samples: u32) -> Self {
        Self {
            count: self.count,
            kind: SizeKind::Packed { bytes, samples },
        }
    }

    fn each(content: &'a [u8], width: u8) -> Result<Self, Fault> {
        let count = u32_at(content, 8)?;
        let sizes = content.get(12..).unwrap_or_default();
        if u64::from(count) * u64::from(width) > sizes.len() as u64 * 8 {
            return Err(too_long());
        }
        Ok(Self {
            count,
            kind: SizeKind::Each(width, sizes),
        })
    }

    /// How long `count` samples from `first` on are together, in bytes.
    pub(crate) fn of(&self, first: u32, count: u32) -> Result<u64, Fault> {
        match self.kind {
            SizeKind::Same(size) => Ok(u64::from(size) * u64::from(count)),
            SizeKind::Packed { bytes, samples } => {
                let frames = u64::from(count).div_ceil(samples.into());
                Ok(frames.saturating_mul(bytes.into()))
            }
            SizeKind::Each(width, sizes) => {
                let size = |sample: u32| -> Result<u64, Fault> {
                    let sample = sample as usize;
                    Ok(match width {
                        4 => u64::from(sizes[sample / 2] >> (4 * ((sample + 1) % 2)) & 0x0F),
                        8 => sizes[sample].into(),
                        16 => u16::from_be_bytes([sizes[2 * sample], sizes[2 * sample + 1]]).into(),
                        _ => u32_at(sizes, 4 * sample)?.into(),
                    })
                };
                (first..first + count).try_fold(0, |sum, sample| Ok(sum + size(sample)?))
            }
        }
    }
}

/// Where the chunks lie, and how many samples each has.
pub(crate) struct Chunks<'a> {
    pub(crate) count: u32,
    is_long: bool,
    offsets: Table<'a>,
    runs: Table<'a>,
    /// The run that the last chunk was of.
    run: u32,
}

impl<'a> Chunks<'a> {
    pub(crate) fn read(bytes: &'a [u8], tables: &Atom) -> Result<Self, Fault> {
        let is_long = child(bytes, tables.range(), b"co64")?.is_some();
        let offsets = if is_long {
            Table::read(bytes, tables, b"co64", 8)?
        } else {
            Table::read(bytes, tables, b"stco", 4)?
        };
        Ok(Self {
            count: offsets.count,
            is_long,
            offsets,
            runs: Table::read(bytes, tables, b"stsc", 12)?,
            run: 0,
        })
    }

    /// Where a chunk begins in the file.
    pub(crate) fn offset(&self, chunk: u32) -> Result<u64, Fault> {
        let chunk = chunk as usize;
        if self.is_long {
            u64_at(self.offsets.entries, 8 * chunk)
        } else {
            self.offsets.u32_at(4 * chunk).map(u64::from)
        }
    }

    /// How many samples a chunk has. They are asked for in their order.
    pub(crate) fn samples(&mut self, chunk: u32) -> Result<u32, Fault> {
        while self.run + 1 < self.runs.count && self.begins(self.run + 1)? <= chunk {
            self.run += 1;
        }
        if self.runs.count == 0 || self.begins(self.run)? > chunk {
            return Err(broken("its tables contradict each other"));
        }
        self.runs.u32_at(12 * self.run as usize + 4)
    }

    /// The first chunk of a run, which is its first number, counted from 1. The samples of each chunk follow, and which
    /// description they have.
    fn begins(&self, run: u32) -> Result<u32, Fault> {
        Ok(self.runs.u32_at(12 * run as usize)?.saturating_sub(1))
    }
}
