//! A sound as it is recorded anew: in one channel, at one rate.

use std::io::Cursor;
use std::ops::ControlFlow;

use hound::{SampleFormat, WavSpec, WavWriter};
use parlor_domain::MediaKind;

use super::resampler::{RATE, Resampler};
use crate::Refusal;
use crate::playing::Decoded;

/// How long a WAV is without its samples, in bytes.
const HEADER: u64 = 44;

/// What begins as many samples too late, a quarter of a second, begins behind silence. Clocks of recorders are not as
/// exact as their samples.
const MOST_GAP: usize = RATE as usize / 4;

/// What was recorded so far.
pub(super) struct Recording {
    samples: Vec<i16>,
    /// How many samples there are before the first one that is played, and how many with all that are.
    skip: usize,
    most: usize,
    resampler: Resampler,
    /// How many samples there were when the resampler began.
    before: usize,
    mixed: Vec<f32>,
}

impl Recording {
    /// Of a sound that plays for `duration`, behind what is to be skipped, both in microseconds.
    ///
    /// # Errors
    /// [`Refusal::TooLarge`] if it would be larger than `most` bytes, or than a WAV can be.
    pub(super) fn of(skip: u64, duration: u64, most: u64) -> Result<Self, Refusal> {
        let most = most.min(u32::MAX.into());
        let found = count(duration).saturating_mul(2).saturating_add(HEADER);
        if found > most {
            return Err(Refusal::TooLarge {
                kind: MediaKind::Voice,
                what: "the size in bytes",
                most,
                found,
            });
        }
        let skip = whole(count(skip));
        Ok(Self {
            samples: Vec::new(),
            skip,
            most: skip.saturating_add(whole(count(duration))),
            resampler: Resampler::at(RATE),
            before: 0,
            mixed: Vec::new(),
        })
    }

    /// Adds what begins at `start`, in microseconds, or else where the last ended. Breaks once there is no room for more.
    pub(super) fn add(&mut self, start: Option<u64>, sound: &Decoded<'_>) -> ControlFlow<()> {
        let start = start.map_or(0, |start| whole(count(start)));
        let heard = self.before.saturating_add(self.resampler.due());
        let is_late = start > heard.saturating_add(MOST_GAP);
        if is_late || sound.rate != self.resampler.rate() {
            self.resampler.finish(&mut self.samples, self.most);
            if is_late {
                self.samples.resize(start.min(self.most), 0);
            }
            self.resampler = Resampler::at(sound.rate);
            self.before = self.samples.len();
        }

        let share = 1.0 / sound.channels as f32;
        let frames = sound.samples.chunks_exact(sound.channels);
        self.mixed.clear();
        self.mixed
            .extend(frames.map(|frame| frame.iter().sum::<f32>() * share));
        self.resampler.take(&self.mixed, &mut self.samples, self.most);
        if self.samples.len() < self.most {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    }

    /// The file. `None` if there is nothing in it.
    pub(super) fn into_wav(mut self) -> Option<Vec<u8>> {
        self.resampler.finish(&mut self.samples, self.most);
        let samples = self.samples.get(self.skip..)?;
        if samples.is_empty() {
            return None;
        }
        Some(write(samples).expect("memory takes all that is written to it"))
    }
}

fn write(samples: &[i16]) -> hound::Result<Vec<u8>> {
    let spec = WavSpec {
        channels: 1,
        sample_rate: RATE,
        bits_per_sample: 16,
        sample_format: SampleFormat::Int,
    };
    let mut bytes = Cursor::new(Vec::with_capacity(HEADER as usize + 2 * samples.len()));
    let mut writer = WavWriter::new(&mut bytes, spec)?;
    for sample in samples {
        writer.write_sample(*sample)?;
    }
    writer.finalize()?;
    Ok(bytes.into_inner())
}

/// How many samples so many microseconds have, the last one perhaps in part.
const fn count(micros: u64) -> u64 {
    micros.saturating_mul(RATE as u64).div_ceil(1_000_000)
}

fn whole(samples: u64) -> usize {
    usize::try_from(samples).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use hound::WavReader;

    use super::*;

    const SECOND: u64 = 1_000_000;

    /// Records sounds of so many samples, all of them loud, for so many microseconds.
    fn record(duration: u64, sounds: &[(Option<u64>, u32, usize)]) -> Vec<i16> {
        let mut recording = Recording::of(0, duration, u64::MAX).unwrap();
        for (start, rate, count) in sounds {
            let sound = Decoded {
                samples: &vec![0.5; 2 * count],
                channels: 2,
                rate: *rate,
            };
            if recording.add(*start, &sound).is_break() {
                break;
            }
        }
        let wav = recording.into_wav().unwrap();
        let samples = WavReader::new(&wav[..]).unwrap().into_samples::<i16>();
        samples.collect::<Result<_, _>>().unwrap()
    }

    #[test]
    fn what_comes_late_comes_behind_silence() {
        let samples = record(
            4 * SECOND,
            &[(Some(0), 16_000, 8_000), (Some(SECOND), 16_000, 8_000)],
        );
        assert_eq!(samples.len(), 24_000);
        assert_eq!((samples[7_999], samples[8_000]), (16_384, 0));
        assert_eq!((samples[15_999], samples[16_000]), (0, 16_384));
    }

    #[test]
    fn what_comes_a_little_late_comes_at_once() {
        let samples = record(
            4 * SECOND,
            &[(Some(0), 16_000, 8_000), (Some(700_000), 16_000, 8_000)],
        );
        assert_eq!(samples, [16_384; 16_000]);
    }

    #[test]
    fn the_rate_may_change() {
        let samples = record(
            4 * SECOND,
            &[
                (None, 48_000, 24_000),
                (None, 8_000, 4_000),
                (None, 16_000, 8_000),
            ],
        );
        assert_eq!(samples.len(), 24_000);
    }

    #[test]
    fn what_is_to_be_skipped_is_not_played() {
        let mut recording = Recording::of(SECOND / 2, SECOND, u64::MAX).unwrap();
        for sample in [0.25, 0.5, 0.75, 1.0] {
            let sound = Decoded {
                samples: &[sample; 8_000],
                channels: 1,
                rate: RATE,
            };
            let more = recording.add(None, &sound);
            assert_eq!(more.is_break(), sample >= 0.75);
        }
        let wav = recording.into_wav().unwrap();
        let samples: Vec<i16> = WavReader::new(&wav[..])
            .unwrap()
            .into_samples::<i16>()
            .map(Result::unwrap)
            .collect();
        assert_eq!(
            (samples.len(), samples[0], samples[15_999]),
            (16_000, 16_384, 24_576)
        );
    }

    #[test]
    fn nothing_is_longer_than_it_is_to_be() {
        for sounds in [
            [(None, 16_000, 40_000), (None, 16_000, 1)],
            [(None, 1, 1_000_000), (None, 1, 1)],
            [(None, 48_000, 96_000), (None, 16_000, 96_000)],
            [(Some(u64::MAX), 16_000, 1), (Some(u64::MAX), 48_000, 1)],
        ] {
            assert_eq!(record(2 * SECOND, &sounds).len(), 32_000, "{sounds:?}");
        }
    }

    #[test]
    fn what_would_be_too_large_is_refused_before_it_is_decoded() {
        assert!(Recording::of(0, SECOND, 32_044).is_ok());
        let refusal = Recording::of(0, SECOND, 32_043).err().unwrap().to_string();
        assert!(
            refusal.ends_with("may be at most 32043, and is 32044"),
            "{refusal}"
        );
        assert!(Recording::of(0, u64::MAX, u64::MAX).is_err());
    }

    #[test]
    fn of_nothing_there_is_no_file() {
        assert!(Recording::of(0, SECOND, u64::MAX).unwrap().into_wav().is_none());
    }
}
