//! How numbers are written in a TIFF.

use super::HEADER;
use crate::fault::{Fault, broken};
use crate::tape::Tape;

/// The order of bytes, and how wide an offset is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Order {
    is_little: bool,
    pub(super) is_big_tiff: bool,
}

impl Order {
    /// Reads the header.
    pub(super) fn of(tape: &mut Tape) -> Result<Self, Fault> {
        let header = tape.array::<8>(0)?;
        let order = Self {
            is_little: header.starts_with(b"II"),
            is_big_tiff: header.contains(&0x2B),
        };
        // In BigTIFF, how wide an offset is, and a zero.
        if order.is_big_tiff && (order.number(&header[4..6]), order.number(&header[6..8])) != (8, 0) {
            return Err(broken("its header contradicts itself"));
        }
        Ok(order)
    }

    /// How long the header is, in bytes.
    pub(super) const fn header(self) -> u64 {
        if self.is_big_tiff { HEADER } else { HEADER / 2 }
    }

    /// How many bytes an offset has.
    pub(super) const fn offset(self) -> u64 {
        if self.is_big_tiff { 8 } else { 4 }
    }

    /// How many bytes the number of fields has, and a field.
    pub(super) const fn count(self) -> u64 {
        if self.is_big_tiff { 8 } else { 2 }
    }

    pub(super) const fn field(self) -> u64 {
        if self.is_big_tiff { 20 } else { 12 }
    }

    /// Where the first directory lies.
    pub(super) fn first(self, tape: &mut Tape) -> Result<u64, Fault> {
        self.read(tape, self.header() - self.offset(), self.offset())
    }

    /// The number of `width` bytes at `at`, eight at most.
    pub(super) fn read(self, tape: &mut Tape, at: u64, width: u64) -> Result<u64, Fault> {
        let bytes = tape.bytes(at, at.saturating_add(width))?;
        Ok(self.number(&bytes))
    }

    /// A number of all these bytes.
    pub(super) fn number(self, bytes: &[u8]) -> u64 {
        let add = |number, byte: &u8| number << 8 | u64::from(*byte);
        if self.is_little {
            bytes.iter().rev().fold(0, add)
        } else {
            bytes.iter().fold(0, add)
        }
    }

    /// A number as it is written in `width` bytes.
    pub(super) fn written(self, number: u64, width: u64) -> Vec<u8> {
        let width = width as usize;
        if self.is_little {
            number.to_le_bytes()[..width].to_vec()
        } else {
            number.to_be_bytes()[8 - width..].to_vec()
        }
    }
}
