//! The headers of Vorbis (<https://xiph.org/vorbis/doc/Vorbis_I_spec.html>).

use super::headers;
use crate::fault::{Fault, broken};
use crate::fields::le_u32_at;

/// The length of an identification header in bytes.
const IDENTIFICATION: usize = 30;

/// How many numbers the code books of a stream may unfold to. Those of encoders stay below a tenth of it; the format
/// lets eight kilobytes ask for a billion.
const MOST_NUMBERS: u64 = 4 * 1024 * 1024;

/// What an identification header says.
pub(super) struct Identification {
    pub(super) rate: u32,
}

impl Identification {
    /// Reads the first header of a stream, whole.
    pub(super) fn read(packet: &[u8]) -> Result<Self, Fault> {
        let fits = packet.len() == IDENTIFICATION && packet.starts_with(b"\x01vorbis");
        let (channels, rate) = if fits {
            (packet[11], le_u32_at(packet, 12)?)
        } else {
            (0, 0)
        };
        if channels == 0 || rate == 0 {
            return Err(broken("its header is none of Vorbis"));
        }
        Ok(Self { rate })
    }
}

/// Takes the three headers apart as Matroska keeps them. The comments in it become none, and are as long as they were.
/// Returns the identification and the setup header, one behind the other.
pub(super) fn unlace(private: &mut [u8]) -> Result<Vec<u8>, Fault> {
    let fault = || broken("its header is none of Vorbis");
    let [first, second, setup] = headers::laced(private).ok_or_else(fault)?;
    Identification::read(&private[first.clone()])?;
    headers::clear(&mut private[second], headers::VORBIS).ok_or_else(fault)?;
    Ok([&private[first], &private[setup]].concat())
}

/// Whether the identification and the setup header, one behind the other, ask for tables of a modest size. The code
/// books stand at the beginning of the setup header (section 3.2.1 of the specification); the rest is small.
pub(super) fn is_modest(headers: &[u8]) -> bool {
    headers
        .get(IDENTIFICATION..)
        .and_then(|setup| setup.strip_prefix(b"\x05vorbis"))
        .and_then(numbers)
        .is_some_and(|numbers| numbers <= MOST_NUMBERS)
}

/// How many numbers the code books unfold to. `None` if they are none, or beyond the limit.
fn numbers(setup: &[u8]) -> Option<u64> {
    let mut bits = Bits { bytes: setup, at: 0 };
    let mut numbers = 0;
    for _ in 0..=bits.take(8)? {
        numbers += book(&mut bits)?;
        if numbers > MOST_NUMBERS {
            return None;
        }
    }
    Some(numbers)
}

fn book(bits: &mut Bits<'_>) -> Option<u64> {
    if bits.take(24)? != 0x56_4342 {
        return None;
    }
    let dimensions = bits.take(16)?;
    let entries = bits.take(24)?;
    if entries * dimensions > MOST_NUMBERS {
        return None;
    }
    if bits.take(1)? == 1 {
        lengths_in_order(bits, entries)?;
    } else if bits.take(1)? == 1 {
        for _ in 0..entries {
            if bits.take(1)? == 1 {
                bits.take(5)?;
            }
        }
    } else {
        bits.skip(5 * entries)?;
    }
    let values = match bits.take(4)? {
        0 => return Some(entries),
        1 => root(entries, dimensions),
        2 => entries * dimensions,
        _ => return None,
    };
    bits.skip(64)?;
    let width = bits.take(4)? + 1;
    bits.take(1)?;
    bits.skip(width * values)?;
    Some(entries * dimensions.max(1))
}

fn lengths_in_order(bits: &mut Bits<'_>, entries: u64) -> Option<()> {
    bits.take(5)?;
    let mut entry = 0;
    // Each round is one bit longer a word, of which none has more than 32.
    for _ in 0..32 {
        if entry >= entries {
            break;
        }
        entry += bits.take(u64::BITS - (entries - entry).leading_zeros())?;
    }
    (entry == entries).then_some(())
}

/// The greatest number whose power is at most `entries`.
fn root(entries: u64, dimensions: u64) -> u64 {
    let Ok(dimensions) = u32::try_from(dimensions) else {
        return 0;
    };
    if dimensions == 0 {
        return 0;
    }
    let fits = |root: u64| root.checked_pow(dimensions).is_some_and(|power| power <= entries);
    let mut root = (entries as f64).powf(1.0 / f64::from(dimensions)) as u64;
    while root > 0 && !fits(root) {
        root -= 1;
    }
    while fits(root + 1) {
        root += 1;
    }
    root
}

/// Bits from the lowest of each byte on.
struct Bits<'a> {
    bytes: &'a [u8],
    at: u64,
}

impl Bits<'_> {
    fn take(&mut self, count: u32) -> Option<u64> {
        let mut value = 0;
        for bit in 0..count {
            let byte = self.bytes.get(usize::try_from(self.at / 8).ok()?)?;
            value |= u64::from(byte >> (self.at % 8) & 1) << bit;
            self.at += 1;
        }
        Some(value)
    }

    fn skip(&mut self, count: u64) -> Option<()> {
        self.at = self.at.checked_add(count)?;
        (self.at <= self.bytes.len() as u64 * 8).then_some(())
    }
}
