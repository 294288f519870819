//! The sample tables of a track (ISO/IEC 14496-12, 8.6 to 8.8).

use super::found::Found;
use super::track::{Media, Track};
use crate::boxes::Atom;
use crate::boxes::samples::{Chunks, Sizes, Table};
use crate::fault::{Fault, broken};
use crate::fields::micros;

/// Finds the samples that the tables of a track name.
pub(super) fn of_track(bytes: &[u8], track: &Track, number: usize, found: &mut Found) -> Result<(), Fault> {
    let sizes = sizes(bytes, track)?;
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

/// How long the samples of a track are.
fn sizes<'a>(bytes: &'a [u8], track: &Track) -> Result<Sizes<'a>, Fault> {
    let sizes = Sizes::read(bytes, &track.tables)?;
    match &track.media {
        Media::Samples(frame) | Media::Unknown(_, Some(frame)) if sizes.are_ones() => {
            Ok(sizes.packed(frame.bytes, frame.samples))
        }
        Media::Unknown(_, None) if sizes.are_ones() => {
            Err(broken("it does not say how long its samples are"))
        }
        _ => Ok(sizes),
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
