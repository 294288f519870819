//! What the tables of all tracks tell together.

use super::movie::Movie;
use super::spans::Spans;
use super::track::Track;
use crate::fault::{Fault, broken};
use crate::fields::micros;
use crate::playing::index::{Index, Noted};

/// How many samples all fragments may have.
const MOST: u64 = 8_000_000;

/// What the tables tell.
pub(super) struct Found {
    pub(super) samples: u64,
    pub(super) spans: Spans,
    /// The packets of the sound, if there is nothing else.
    pub(super) index: Index,
    pub(super) length: Length,
    sound: Option<usize>,
}

impl Found {
    pub(super) fn new(movie: &Movie, len: u64, noted: Noted) -> Self {
        Self {
            samples: 0,
            spans: Spans::within(len),
            index: Index::new(noted),
            length: Length::default(),
            sound: movie.sound().map(|(number, _)| number),
        }
    }

    /// Whether the packets of the track with this number are noted.
    pub(super) fn wants(&self, number: usize) -> bool {
        self.sound == Some(number)
    }

    /// Adds a sample of a fragment.
    pub(super) fn add(&mut self, track: &Track, sample: &Sample) -> Result<(), Fault> {
        self.samples += 1;
        if self.samples > MOST {
            return Err(broken("it has too many samples"));
        }
        self.spans.push(sample.at, sample.len)?;
        self.length.add(track.timescale, sample.start, sample.duration);
        if self.wants(sample.track) {
            let start = micros(sample.start, track.timescale);
            self.index
                .push(sample.at, sample.len, self.length.since_begin(start));
        }
        Ok(())
    }
}

/// From when to when something plays, in microseconds. What was cut out of a longer recording does not begin at 0.
#[derive(Debug, Default)]
pub(super) struct Length {
    begin: Option<u64>,
    end: u64,
}

impl Length {
    /// Adds what plays from `start` on for `duration` ticks.
    pub(super) fn add(&mut self, timescale: u64, start: u64, duration: u64) {
        let begin = micros(start, timescale);
        self.begin = Some(self.begin.map_or(begin, |earlier| earlier.min(begin)));
        self.end = self.end.max(micros(start.saturating_add(duration), timescale));
    }

    pub(super) fn micros(&self) -> u64 {
        self.since_begin(self.end)
    }

    fn since_begin(&self, time: u64) -> u64 {
        time.saturating_sub(self.begin.unwrap_or_default())
    }
}

/// A sample of a fragment.
pub(super) struct Sample {
    /// The number of its track.
    pub(super) track: usize,
    pub(super) at: u64,
    pub(super) len: u64,
    /// In ticks of the track.
    pub(super) start: u64,
    pub(super) duration: u64,
}
