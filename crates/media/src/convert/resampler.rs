//! Sound at another rate, by a windowed sinc (<https://ccrma.stanford.edu/~jos/resample/>).
//!
//! Each sample of the result is the sum of those around it, weighed by a low-pass filter whose middle lies on its moment. The
//! filter is a table, and so any rate will do. What the slower of both rates cannot hold is 90 dB below what it was.

use std::f64::consts::PI;
use std::sync::LazyLock;

/// How many samples a second the result has.
pub(super) const RATE: u32 = 16_000;

/// How often the filter crosses zero on either side.
const CROSSINGS: usize = 32;

/// How many values of it are known up to each crossing. Between them it is taken for straight.
const VALUES: usize = 512;

/// Where the filter cuts, as a part of what the slower rate can hold: it lets through 6.5 kHz of the result's 8.
const CUT: f64 = 0.91;

/// How steep the filter is against how much it lets through beyond (Kaiser's window).
const BETA: f64 = 9.0;

/// One side of the filter, and a zero behind it.
static FILTER: LazyLock<Vec<f32>> = LazyLock::new(|| {
    let value = |index: usize| {
        let at = index as f64 / VALUES as f64;
        let sinc = if index == 0 {
            1.0
        } else {
            (PI * at).sin() / (PI * at)
        };
        let inside = at / CROSSINGS as f64;
        let window = bessel(BETA * (1.0 - inside * inside).max(0.0).sqrt()) / bessel(BETA);
        (sinc * window) as f32
    };
    let mut filter: Vec<f32> = (0..=CROSSINGS * VALUES).map(value).collect();
    filter.push(0.0);
    filter
});

/// The modified Bessel function of the first kind and order zero.
fn bessel(x: f64) -> f64 {
    let (mut sum, mut term, mut number) = (1.0, 1.0, 1.0);
    while term > sum * 1e-12 {
        term *= (x / 2.0 / number) * (x / 2.0 / number);
        sum += term;
        number += 1.0;
    }
    sum
}

/// Takes samples of one channel at some rate, and gives them at [`RATE`].
pub(super) struct Resampler {
    rate: u32,
    /// How many crossings of the filter lie between two samples.
    density: f64,
    /// How many samples lie on either side of the filter's middle.
    reach: usize,
    /// The samples that are still needed.
    heard: Vec<f32>,
    /// The moment of the next sample that is given, in parts of those that are taken: [`RATE`] of them make one, and the first
    /// of `heard` is at 0.
    next: u64,
    taken: u64,
    given: u64,
}

impl Resampler {
    /// One that takes samples at this rate, which is not 0.
    pub(super) fn at(rate: u32) -> Self {
        let density = CUT * (f64::from(RATE) / f64::from(rate)).min(1.0);
        let reach = (CROSSINGS as f64 / density).ceil() as usize;
        Self {
            rate,
            density,
            reach,
            heard: vec![0.0; reach],
            next: reach as u64 * u64::from(RATE),
            taken: 0,
            given: 0,
        }
    }

    /// The rate at which it takes samples.
    pub(super) const fn rate(&self) -> u32 {
        self.rate
    }

    /// How many samples it gives for those that it took, once it is finished.
    pub(super) fn due(&self) -> usize {
        let due = (u128::from(self.taken) * u128::from(RATE)).div_ceil(self.rate.into());
        usize::try_from(due).unwrap_or(usize::MAX)
    }

    /// Takes samples, and gives those that can be told by now, as long as there are no more than `most`.
    pub(super) fn take(&mut self, samples: &[f32], into: &mut Vec<i16>, most: usize) {
        self.taken += samples.len() as u64;
        if self.rate == RATE {
            let room = most.saturating_sub(into.len());
            into.extend(samples.iter().take(room).map(|sample| rounded(*sample)));
        } else {
            self.heard.extend_from_slice(samples);
            self.give(into, most);
        }
    }

    /// Gives the rest: nothing follows.
    pub(super) fn finish(&mut self, into: &mut Vec<i16>, most: usize) {
        if self.rate != RATE {
            self.heard.resize(self.heard.len() + self.reach, 0.0);
            self.give(into, most);
        }
    }

    fn give(&mut self, into: &mut Vec<i16>, most: usize) {
        let due = self.due() as u64;
        while self.given < due && into.len() < most && self.middle() + self.reach < self.heard.len() {
            into.push(rounded(self.sample()));
            self.given += 1;
            self.next += u64::from(self.rate);
        }
        let done = (self.middle() + 1).saturating_sub(self.reach);
        let done = done.min(self.heard.len());
        self.heard.drain(..done);
        self.next -= done as u64 * u64::from(RATE);
    }

    /// The last sample that is not behind the next moment.
    const fn middle(&self) -> usize {
        (self.next / RATE as u64) as usize
    }

    fn sample(&self) -> f32 {
        let middle = self.middle();
        let past = (self.next % u64::from(RATE)) as f64 / f64::from(RATE);
        let before = &self.heard[middle + 1 - self.reach..=middle];
        let behind = &self.heard[middle + 1..=middle + self.reach];
        let sum = self.weighed(before.iter().rev(), past) + self.weighed(behind.iter(), 1.0 - past);
        sum * self.density as f32
    }

    /// The sum of one side, whose first sample is `first` samples away from the middle of the filter.
    fn weighed<'a>(&self, samples: impl Iterator<Item = &'a f32>, first: f64) -> f32 {
        let step = self.density * VALUES as f64;
        let weight = |number: u32| {
            let at = (first + f64::from(number)) * step;
            let index = at as usize;
            match FILTER.get(index..index + 2) {
                Some([left, right]) => left + (right - left) * (at - index as f64) as f32,
                _ => 0.0,
            }
        };
        samples
            .zip(0..)
            .map(|(sample, number)| sample * weight(number))
            .sum()
    }
}

/// With 16 bits. What is no number is 0, and what is beyond full scale is full scale.
fn rounded(sample: f32) -> i16 {
    (sample * 32_768.0).round() as i16
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A tenth of a second of a tone at half of full scale, at some rate.
    fn tone(rate: u32, frequency: f64) -> Vec<f32> {
        let sample = |number: u32| {
            let time = f64::from(number) / f64::from(rate);
            (0.5 * (2.0 * PI * frequency * time).sin()) as f32
        };
        (0..rate / 10).map(sample).collect()
    }

    fn resampled(rate: u32, samples: &[f32], block: usize) -> Vec<i16> {
        let mut resampler = Resampler::at(rate);
        let mut given = Vec::new();
        for block in samples.chunks(block) {
            resampler.take(block, &mut given, usize::MAX);
        }
        resampler.finish(&mut given, usize::MAX);
        assert_eq!(given.len(), resampler.due());
        given
    }

    /// The greatest distance of the middle third, where neither end is near, from what it should be.
    fn error(given: &[i16], expected: &[f32]) -> f64 {
        let third = given.len() / 3;
        let pairs = given.iter().zip(expected).skip(third).take(third);
        pairs
            .map(|(given, expected)| (f64::from(*given) / 32_768.0 - f64::from(*expected)).abs())
            .fold(0.0, f64::max)
    }

    #[test]
    fn a_tone_stays_as_it_is() {
        for rate in [8_000, 11_025, 12_345, 16_000, 22_050, 44_100, 48_000, 96_000] {
            for frequency in [100.0, 1_000.0, 3_000.0] {
                let given = resampled(rate, &tone(rate, frequency), 1_000);
                let error = error(&given, &tone(RATE, frequency));
                assert!(error < 1e-4, "{frequency} Hz at {rate}: {error}");
            }
        }
    }

    #[test]
    fn a_tone_that_is_too_high_is_not_heard_as_another() {
        for rate in [22_050, 44_100, 48_000, 192_000] {
            for frequency in [8_200.0, 9_000.0, 10_900.0] {
                let given = resampled(rate, &tone(rate, frequency), 1_000);
                let error = error(&given, &vec![0.0; given.len()]);
                assert!(error < 1e-4, "{frequency} Hz at {rate}: {error}");
            }
        }
    }

    #[test]
    fn silence_and_what_never_changes_stay_so() {
        for rate in [8_000, 44_100] {
            let given = resampled(rate, &vec![0.25; rate as usize / 10], 1_000);
            assert!(error(&given, &vec![0.25; given.len()]) < 1e-4);
            assert_eq!(resampled(rate, &[0.0; 1_000], 1_000).iter().max(), Some(&0));
        }
    }

    #[test]
    fn at_the_same_rate_each_sample_stays() {
        let samples: Vec<f32> = (i16::MIN..=i16::MAX)
            .map(|sample| f32::from(sample) / 32_768.0)
            .collect();
        assert!(
            resampled(RATE, &samples, 1_000)
                .into_iter()
                .eq(i16::MIN..=i16::MAX)
        );
    }

    #[test]
    fn what_is_beyond_all_bounds_is_cut() {
        let given = resampled(RATE, &[f32::INFINITY, f32::NEG_INFINITY, f32::NAN, 2.0], 4);
        assert_eq!(given, [i16::MAX, i16::MIN, 0, i16::MAX]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn it_does_not_matter_in_which_pieces_it_comes(
            rate in 1_u32..200_000,
            samples in prop::collection::vec(-1.0_f32..1.0, 1..300),
            block in 1_usize..300,
        ) {
            // At lower rates there are thousands of samples for each of these.
            let rate = if rate < 1_000 { rate * 1_000 } else { rate };
            prop_assert_eq!(resampled(rate, &samples, block), resampled(rate, &samples, samples.len()));
        }
    }
}
