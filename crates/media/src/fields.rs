//! Numbers in bytes.

use crate::fault::{Fault, cut_short};

fn array<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N], Fault> {
    bytes
        .get(at..)
        .and_then(|rest| rest.first_chunk())
        .copied()
        .ok_or_else(cut_short)
}

/// Big endian, as are all without `le`; the `at`s count bytes.
pub(crate) fn u16_at(bytes: &[u8], at: usize) -> Result<u16, Fault> {
    array(bytes, at).map(u16::from_be_bytes)
}

pub(crate) fn u32_at(bytes: &[u8], at: usize) -> Result<u32, Fault> {
    array(bytes, at).map(u32::from_be_bytes)
}

pub(crate) fn u64_at(bytes: &[u8], at: usize) -> Result<u64, Fault> {
    array(bytes, at).map(u64::from_be_bytes)
}

pub(crate) fn le_u16_at(bytes: &[u8], at: usize) -> Result<u16, Fault> {
    array(bytes, at).map(u16::from_le_bytes)
}

pub(crate) fn le_u32_at(bytes: &[u8], at: usize) -> Result<u32, Fault> {
    array(bytes, at).map(u32::from_le_bytes)
}

pub(crate) fn le_u64_at(bytes: &[u8], at: usize) -> Result<u64, Fault> {
    array(bytes, at).map(u64::from_le_bytes)
}

pub(crate) fn name_at(bytes: &[u8], at: usize) -> Result<[u8; 4], Fault> {
    array(bytes, at)
}

/// How many microseconds so many ticks last, at so many ticks a second; the greatest number if it cannot be told.
pub(crate) fn micros(ticks: u64, rate: u64) -> u64 {
    (u128::from(ticks) * 1_000_000)
        .checked_div(u128::from(rate))
        .and_then(|micros| u64::try_from(micros).ok())
        .unwrap_or(u64::MAX)
}
