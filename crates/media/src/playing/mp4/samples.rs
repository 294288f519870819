//! The sample tables of a track (ISO/IEC 14496-12, 8.6 to 8.8).

use super::found::Found;
use super::track::{Frame, Media, Track};
use crate::boxes::{Atom, child};
use crate::fault::{Fault, broken};
use crate::fields::{micros, u32_at, u64_at};

/// Finds the samples that the tables of a track name.
pub(super) fn of_track(bytes: &[u8], track: &Track, number: usize, found: &mut Found) -> Result<(), Fault> {
    let sizes = Sizes::read(bytes, track)?;
    let mut chunks = Chunks::read(bytes, &track.tables)?;
    let mut times = Times::read(bytes, &track.tables)?;
    let mut sample = 0;
    for chunk in 0..chunks.count {
        let offset = chunks.offset(chunk)?;
        let count = chunks.samples(chunk)?.min(sizes.count - sample);
        let len = sizes.of(sample, count)?;
        found.spans.push(offset, len)?;
        if found.wants(number) {
            let mut at = offset;
            for sample in sample..sample + count {
                let len = sizes.of(sample, 1)?;
                found.index.push(at, len, micros(times.now, track.timescale));
                times.next();
                at += len;
            }
        }
        sample += count;
    }
    if sample < sizes.count {
        return Err(broken("its tables contradict each other"));
    }
    if sizes.count > 0 {
        found.samples += u64::from(sizes.count);
        let ticks = Times::read(bytes, &track.tables)?.total(sizes.count)?;
        found.length.add(track.timescale, 0, ticks);
    }
    Ok(())
}

/// How many samples a track has in one piece.
pub(super) fn count(bytes: &[u8], tables: &Atom) -> Result<u32, Fault> {
    for name in [b"stsz", b"stz2"] {
        if let Some(atom) = child(bytes, tables.range(), name)? {
            return u32_at(atom.of(bytes), 8);
        }
    }
    Ok(0)
}

/// A table: a box with a number of entries, of so many bytes each.
struct Table<'a> {
    count: u32,
    entries: &'a [u8],
}

impl<'a> Table<'a> {
    /// Reads the table of this name, whose entries begin behind `header` bytes. An empty one if there is none.
    fn read(bytes: &'a [u8], tables: &Atom, name: &[u8; 4], width: u64) -> Result<Self, Fault> {
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

    fn u32_at(&self, at: usize) -> Result<u32, Fault> {
        u32_at(self.entries, at)
    }
}

fn too_long() -> Fault {
    broken("a table of it is longer than its box")
}

/// How long the samples are.
struct Sizes<'a> {
    count: u32,
    kind: SizeKind<'a>,
}

enum SizeKind<'a> {
    /// All alike.
    Same(u32),
    /// So many bytes for so many samples.
    Packed(Frame),
    /// Each by itself, in so many bits.
    Each(u8, &'a [u8]),
}

impl<'a> Sizes<'a> {
    fn read(bytes: &'a [u8], track: &Track) -> Result<Self, Fault> {
        if let Some(atom) = child(bytes, track.tables.range(), b"stz2")? {
            let content = atom.of(bytes);
            let width = (u32_at(content, 4)? & 0xFF) as u8;
            if ![4, 8, 16].contains(&width) {
                return Err(broken("its tables contradict each other"));
            }
            return Self::each(content, width);
        }
        let Some(atom) = child(bytes, track.tables.range(), b"stsz")? else {
            return Err(broken("a track of it is not whole"));
        };
        let content = atom.of(bytes);
        match (u32_at(content, 4)?, &track.media) {
            (0, _) => Self::each(content, 32),
            (1, Media::Samples(frame) | Media::Unknown(_, Some(frame))) => Ok(Self {
                count: u32_at(content, 8)?,
                kind: SizeKind::Packed(*frame),
            }),
            (1, Media::Unknown(..)) => Err(broken("it does not say how long its samples are")),
            (size, _) => Ok(Self {
                count: u32_at(content, 8)?,
                kind: SizeKind::Same(size),
            }),
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
    fn of(&self, first: u32, count: u32) -> Result<u64, Fault> {
        match self.kind {
            SizeKind::Same(size) => Ok(u64::from(size) * u64::from(count)),
            SizeKind::Packed(frame) => {
                let frames = u64::from(count).div_ceil(frame.samples.into());
                Ok(frames.saturating_mul(frame.bytes.into()))
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
struct Chunks<'a> {
    count: u32,
    is_long: bool,
    offsets: Table<'a>,
    runs: Table<'a>,
    /// The run that the last chunk was of.
    run: u32,
}

impl<'a> Chunks<'a> {
    fn read(bytes: &'a [u8], tables: &Atom) -> Result<Self, Fault> {
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

    fn offset(&self, chunk: u32) -> Result<u64, Fault> {
        let chunk = chunk as usize;
        if self.is_long {
            u64_at(self.offsets.entries, 8 * chunk)
        } else {
            self.offsets.u32_at(4 * chunk).map(u64::from)
        }
    }

    /// How many samples a chunk has. They are asked for in their order.
    fn samples(&mut self, chunk: u32) -> Result<u32, Fault> {
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

/// When the samples play: runs of a number of samples, and how many ticks each lasts.
struct Times<'a> {
    runs: Table<'a>,
    run: u32,
    /// How many samples of the run are left.
    left: u32,
    delta: u32,
    now: u64,
}

impl<'a> Times<'a> {
    fn read(bytes: &'a [u8], tables: &Atom) -> Result<Self, Fault> {
        Ok(Self {
            runs: Table::read(bytes, tables, b"stts", 8)?,
            run: 0,
            left: 0,
            delta: 0,
            now: 0,
        })
    }

    /// Goes on to the next sample.
    fn next(&mut self) {
        while self.left == 0 && self.run < self.runs.count {
            let at = 8 * self.run as usize;
            self.left = self.runs.u32_at(at).unwrap_or_default();
            self.delta = self.runs.u32_at(at + 4).unwrap_or_default();
            self.run += 1;
        }
        self.left = self.left.saturating_sub(1);
        self.now = self.now.saturating_add(self.delta.into());
    }

    /// How many ticks so many samples last.
    fn total(&self, samples: u32) -> Result<u64, Fault> {
        let mut left = samples;
        let mut ticks: u64 = 0;
        for run in 0..self.runs.count as usize {
            let count = self.runs.u32_at(8 * run)?.min(left);
            let delta = self.runs.u32_at(8 * run + 4)?;
            ticks = ticks.saturating_add(u64::from(count) * u64::from(delta));
            left -= count;
        }
        Ok(ticks)
    }
}
