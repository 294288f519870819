//! The header of a frame (ISO/IEC 11172-3, 2.4.1.3; ISO/IEC 13818-3 for the lower rates).

use crate::fault::Fault;
use crate::tape::Tape;

/// Kilobits a second, by the number in the header, at MPEG 1.
const BITRATES: [u64; 14] = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];

/// The same at MPEG 2 and 2.5.
const LOW_BITRATES: [u64; 14] = [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];

/// Samples a second at MPEG 1, of which MPEG 2 has half, and 2.5 a quarter.
const RATES: [u64; 3] = [44_100, 48_000, 32_000];

/// A frame.
pub(super) struct Frame {
    version: u8,
    is_mono: bool,
    /// In bytes, with the header.
    pub(super) len: u64,
    /// How many samples it has of each channel.
    pub(super) samples: u64,
    /// How many samples a second has.
    pub(super) rate: u64,
}

impl Frame {
    /// Reads the frame at `at`. `None` if none begins there, or it does not end in the file.
    pub(super) fn read(tape: &mut Tape, at: u64) -> Result<Option<Self>, Fault> {
        let (header, len) = tape.up_to::<4>(at)?;
        let frame = if len == 4 { Self::parse(header) } else { None };
        Ok(frame.filter(|frame| at + frame.len <= tape.len()))
    }

    /// Whether the file ends at `at`, or in the middle of a frame that begins there.
    pub(super) fn begins(tape: &mut Tape, at: u64) -> Result<bool, Fault> {
        let (header, len) = tape.up_to::<4>(at)?;
        Ok(if len < 4 {
            true
        } else {
            Self::parse(header).is_some()
        })
    }

    fn parse([sync, kind, rates, channels]: [u8; 4]) -> Option<Self> {
        if sync != 0xFF || kind & 0b1110_0110 != 0b1110_0010 {
            return None;
        }
        let version = kind >> 3 & 0b11;
        let (bitrates, divisor) = match version {
            3 => (BITRATES, 1),
            2 => (LOW_BITRATES, 2),
            0 => (LOW_BITRATES, 4),
            _ => return None,
        };
        // 0 is a rate that is not said, and 15 is none.
        let bitrate = *bitrates.get(usize::from(rates >> 4).checked_sub(1)?)?;
        let rate = RATES.get(usize::from(rates >> 2 & 0b11))? / divisor;
        let padding = u64::from(rates >> 1 & 1);
        let samples = if version == 3 { 1_152 } else { 576 };
        Some(Self {
            version,
            is_mono: channels >> 6 == 0b11,
            len: samples / 8 * bitrate * 1_000 / rate + padding,
            samples,
            rate,
        })
    }

    /// Whether both may belong to one sound.
    pub(super) const fn agrees(&self, other: &Self) -> bool {
        self.version == other.version && self.rate == other.rate
    }

    /// Whether this frame at `at` holds a table of the others instead of sound: `Xing`, `Info` or `VBRI`.
    pub(super) fn is_table(&self, tape: &mut Tape, at: u64) -> Result<bool, Fault> {
        let side = match (self.version == 3, self.is_mono) {
            (true, false) => 32,
            (true, true) | (false, false) => 17,
            (false, true) => 9,
        };
        let (xing, _) = tape.up_to::<4>(at + 4 + side)?;
        let (vbri, _) = tape.up_to::<4>(at + 36)?;
        Ok(&xing == b"Xing" || &xing == b"Info" || &vbri == b"VBRI")
    }
}

#[cfg(test)]
mod tests {
    use super::Frame;

    #[test]
    fn a_header_says_how_long_its_frame_is() {
        let frame = Frame::parse([0xFF, 0xFB, 0x90, 0x64]).unwrap();
        assert_eq!((frame.len, frame.samples, frame.rate), (417, 1_152, 44_100));
        let padded = Frame::parse([0xFF, 0xFB, 0x92, 0x64]).unwrap();
        assert_eq!(padded.len, 418);
        let low = Frame::parse([0xFF, 0xF3, 0x40, 0xC4]).unwrap();
        assert_eq!((low.len, low.samples, low.rate), (104, 576, 22_050));
        assert!(low.is_mono);
    }

    #[test]
    fn a_header_with_reserved_values_is_none() {
        for header in [
            [0xFF, 0xEB, 0x90, 0],
            [0xFF, 0xFD, 0x90, 0],
            [0xFF, 0xFB, 0xF0, 0],
            [0xFF, 0xFB, 0x9C, 0],
            [0xFF, 0xFB, 0, 0],
        ] {
            assert!(Frame::parse(header).is_none(), "{header:?}");
        }
    }
}
