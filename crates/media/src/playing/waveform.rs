//! How loud a sound is over its length.

use parlor_domain::Waveform;

use super::decoder::{Decoded, Decoder, SoundCodec};
use super::index::{Index, Packet};
use crate::fault::Fault;
use crate::tape::Tape;

/// How much of each bar is heard where it is longer, in microseconds: two packets of Opus, behind one to settle in.
const ENOUGH: u64 = 40_000;

/// The longest packet that is decoded, in bytes.
pub(super) const LONGEST: u32 = 1024 * 1024;

/// How many packets may be broken before the rest is not tried.
pub(super) const MOST_BROKEN: u32 = 256;

/// Draws the waveform of a sound of `duration` microseconds. `None` if its codec is not decoded here, or none of its
/// packets.
pub(super) fn draw(
    tape: &mut Tape,
    codec: &SoundCodec,
    index: &Index,
    duration: u64,
) -> Result<Option<Waveform>, Fault> {
    let Some(mut decoder) = Decoder::of(codec) else {
        return Ok(None);
    };
    let mut bars = Bars::over(duration);
    let mut last: Option<&Packet> = None;
    let mut unsettled = 0;
    let mut broken = 0;
    let mut heard = 0;
    for packet in index.packets() {
        if packet.len > LONGEST || bars.have_enough(packet.start) {
            continue;
        }
        if broken == MOST_BROKEN || heard > decoder.patience {
            break;
        }
        tape.stop().check()?;
        if last.is_none_or(|last| last.number + 1 != packet.number) && packet.number > 0 {
            decoder.reset();
            unsettled = decoder.settles_in;
        }
        last = Some(packet);
        let bytes = tape.bytes(packet.at, packet.at + u64::from(packet.len))?;
        let Some(sound) = decoder.decode(&bytes) else {
            broken += 1;
            continue;
        };
        heard += length(&sound);
        if unsettled > 0 {
            unsettled -= 1;
        } else {
            bars.hear(packet.start, &sound);
        }
    }
    Ok(bars.peaks())
}

/// In microseconds.
fn length(sound: &Decoded<'_>) -> u64 {
    (sound.samples.len() / sound.channels) as u64 * 1_000_000 / u64::from(sound.rate)
}

/// The equal parts of a sound, as far as they were heard.
pub(super) struct Bars {
    duration: u64,
    peaks: [f32; Waveform::PEAKS],
    /// In microseconds.
    heard: [u64; Waveform::PEAKS],
}

impl Bars {
    /// Those of a sound of so many microseconds.
    pub(super) const fn over(duration: u64) -> Self {
        Self {
            duration: if duration == 0 { 1 } else { duration },
            peaks: [0.0; Waveform::PEAKS],
            heard: [0; Waveform::PEAKS],
        }
    }

    /// Hears what plays from `start` on, in microseconds.
    pub(super) fn hear(&mut self, start: u64, sound: &Decoded<'_>) {
        for (number, frame) in sound.samples.chunks(sound.channels).enumerate() {
            let time = start.saturating_add(number as u64 * 1_000_000 / u64::from(sound.rate));
            let peak = frame.iter().fold(0.0, |peak: f32, sample| peak.max(sample.abs()));
            let bar = self.bar(time);
            self.peaks[bar] = self.peaks[bar].max(peak);
        }
        self.heard[self.bar(start)] += length(sound).max(1);
        let end = start.saturating_add(length(sound).saturating_sub(1));
        for bar in self.bar(start) + 1..=self.bar(end) {
            self.heard[bar] = self.heard[bar].max(1);
        }
    }

    /// The peaks, if any of them was heard. A bar that was not is as loud as the one before it.
    pub(super) fn peaks(&self) -> Option<Waveform> {
        let first = self.heard.iter().position(|heard| *heard > 0)?;
        let mut loudness = self.peaks[first];
        let peaks = std::array::from_fn(|bar| {
            if self.heard[bar] > 0 {
                loudness = self.peaks[bar];
            }
            // `as` takes what is no number for 0, and what is beyond full scale for 255.
            (loudness * 255.0).round() as u8
        });
        Some(Waveform(peaks))
    }

    fn have_enough(&self, time: u64) -> bool {
        self.duration / Waveform::PEAKS as u64 > ENOUGH && self.heard[self.bar(time)] >= ENOUGH
    }

    fn bar(&self, time: u64) -> usize {
        let bar = u128::from(time) * Waveform::PEAKS as u128 / u128::from(self.duration);
        usize::try_from(bar)
            .unwrap_or(usize::MAX)
            .min(Waveform::PEAKS - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::{Bars, Decoded};

    #[test]
    fn a_bar_is_as_loud_as_its_loudest_sample() {
        let mut bars = Bars::over(64_000_000);
        let mut samples = vec![0.0; 8_000];
        samples[4_321] = -0.5;
        samples[4_000] = 0.25;
        let sound = Decoded {
            samples: &samples,
            channels: 1,
            rate: 8_000,
        };
        bars.hear(3_000_000, &sound);
        let peaks = bars.peaks().unwrap().0;
        assert_eq!(peaks[3], 128);
        assert_eq!(peaks[4], 128, "not heard, so as before");
    }

    #[test]
    fn what_was_not_heard_has_no_peaks() {
        assert!(Bars::over(0).peaks().is_none());
    }
}
