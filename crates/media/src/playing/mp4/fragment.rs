//! Fragments: `moof` boxes (ISO/IEC 14496-12, 8.8).

use super::found::{Found, Sample};
use super::movie::Movie;
use crate::boxes::{Atom, child, children};
use crate::fault::{Fault, broken};
use crate::fields::{u32_at, u64_at};

/// How many samples a fragment may have.
const MOST: u32 = 1_000_000;

/// What fragments inherit, and how far they have come.
pub(super) struct Fragments<'a> {
    movie: &'a Movie,
    /// How long and how large the samples of each track are if nothing else is said.
    defaults: Vec<(u32, u32)>,
    /// When the next sample of each track begins if nothing else is said.
    next: Vec<u64>,
}

impl<'a> Fragments<'a> {
    /// Those of a movie, whose header is `moov`.
    pub(super) fn of(movie: &'a Movie, moov: &[u8]) -> Result<Self, Fault> {
        let mut defaults = vec![(0, 0); movie.tracks.len()];
        if let Some(mvex) = child(moov, 0..moov.len(), b"mvex")? {
            for trex in children(moov, mvex.range())?
                .iter()
                .filter(|atom| atom.name == *b"trex")
            {
                let content = trex.of(moov);
                if let Some((number, _)) = movie.track(u32_at(content, 4)?) {
                    defaults[number] = (u32_at(content, 12)?, u32_at(content, 16)?);
                }
            }
        }
        Ok(Self {
            movie,
            defaults,
            next: vec![0; movie.tracks.len()],
        })
    }

    /// Adds the samples of the fragment whose `moof` has this content and begins at `at` in the file, unless one of
    /// them ends behind `end`. Returns whether they were added.
    pub(super) fn add(&mut self, moof: &[u8], at: u64, end: u64, found: &mut Found) -> Result<bool, Fault> {
        let before = self.next.clone();
        let mut is_whole = true;
        self.walk(moof, at, |sample| {
            is_whole &= sample.at.checked_add(sample.len).is_some_and(|last| last <= end);
            Ok(())
        })?;
        if is_whole {
            self.next = before;
            let tracks = &self.movie.tracks;
            self.walk(moof, at, |sample| found.add(&tracks[sample.track], sample))?;
        }
        Ok(is_whole)
    }

    fn walk(
        &mut self,
        moof: &[u8],
        at: u64,
        mut tell: impl FnMut(&Sample) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        // Where the samples of a track begin that does not say it: behind those of the track before, if it is known
        // where they end.
        let mut behind = Some(at);
        let mut left = MOST;
        for traf in children(moof, 0..moof.len())?
            .iter()
            .filter(|atom| atom.name == *b"traf")
        {
            let header = Header::read(moof, traf)?;
            let Some((number, _)) = self.movie.track(header.track) else {
                behind = None;
                continue;
            };
            let base = match header.base {
                Some(base) => Some(base),
                None if header.is_based_on_moof => Some(at),
                None => behind,
            };
            let base = base.ok_or_else(|| broken("a fragment of it hangs on a track that is not kept"))?;
            let (duration, size) = self.defaults[number];
            let mut run = Run {
                number,
                base,
                at: base,
                start: header.begin.unwrap_or(self.next[number]),
                duration: header.duration.unwrap_or(duration),
                size: header.size.unwrap_or(size),
            };
            for trun in children(moof, traf.range())?
                .iter()
                .filter(|atom| atom.name == *b"trun")
            {
                run.walk(trun.of(moof), &mut left, &mut tell)?;
            }
            self.next[number] = run.start;
            behind = Some(run.at);
        }
        Ok(())
    }
}

/// What a `traf` box says of all its samples.
struct Header {
    track: u32,
    base: Option<u64>,
    is_based_on_moof: bool,
    begin: Option<u64>,
    duration: Option<u32>,
    size: Option<u32>,
}

impl Header {
    fn read(bytes: &[u8], traf: &Atom) -> Result<Self, Fault> {
        let missing = || broken("a fragment of it is not whole");
        let tfhd = child(bytes, traf.range(), b"tfhd")?.ok_or_else(missing)?;
        let tfhd = tfhd.of(bytes);
        let flags = u32_at(tfhd, 0)?;
        let mut at = 8;
        let mut field = |flag: u32, width: usize| {
            let here = at;
            (flags & flag != 0).then(|| {
                at += width;
                here
            })
        };
        let (base, _description) = (field(0x1, 8), field(0x2, 4));
        let (duration, size) = (field(0x8, 4), field(0x10, 4));
        let begin = match child(bytes, traf.range(), b"tfdt")? {
            None => None,
            Some(tfdt) if tfdt.of(bytes).first() == Some(&1) => Some(u64_at(tfdt.of(bytes), 4)?),
            Some(tfdt) => Some(u32_at(tfdt.of(bytes), 4)?.into()),
        };
        Ok(Self {
            track: u32_at(tfhd, 4)?,
            base: base.map(|at| u64_at(tfhd, at)).transpose()?,
            is_based_on_moof: flags & 0x2_0000 != 0,
            begin,
            duration: duration.map(|at| u32_at(tfhd, at)).transpose()?,
            size: size.map(|at| u32_at(tfhd, at)).transpose()?,
        })
    }
}

/// The samples of a track in a fragment, one after the other.
struct Run {
    number: usize,
    base: u64,
    at: u64,
    start: u64,
    duration: u32,
    size: u32,
}

impl Run {
    fn walk(
        &mut self,
        trun: &[u8],
        left: &mut u32,
        tell: &mut impl FnMut(&Sample) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let flags = u32_at(trun, 0)?;
        let count = u32_at(trun, 4)?;
        *left = left
            .checked_sub(count)
            .ok_or_else(|| broken("it has too many samples"))?;
        let mut at = 8;
        let mut next = |is_there: bool| -> Result<Option<u32>, Fault> {
            if !is_there {
                return Ok(None);
            }
            at += 4;
            u32_at(trun, at - 4).map(Some)
        };
        if let Some(offset) = next(flags & 0x1 != 0)? {
            // It counts from the base, and may be negative.
            let offset = i64::from(offset.cast_signed());
            let at = self.base.checked_add_signed(offset);
            self.at = at.ok_or_else(|| broken("its samples lie outside of it"))?;
        }
        next(flags & 0x4 != 0)?;
        for _ in 0..count {
            let duration = next(flags & 0x100 != 0)?.unwrap_or(self.duration).into();
            let len = next(flags & 0x200 != 0)?.unwrap_or(self.size).into();
            next(flags & 0x400 != 0)?;
            next(flags & 0x800 != 0)?;
            tell(&Sample {
                track: self.number,
                at: self.at,
                len,
                start: self.start,
                duration,
            })?;
            self.start = self.start.saturating_add(duration);
            let at = self.at.checked_add(len);
            self.at = at.ok_or_else(|| broken("its samples lie outside of it"))?;
        }
        Ok(())
    }
}
