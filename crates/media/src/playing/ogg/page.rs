//! A page of Ogg (RFC 3533, section 6).

use crate::fault::{Fault, broken};
use crate::fields::{le_u32_at, le_u64_at};
use crate::tape::Tape;

/// The length of a header without its segment table, in bytes.
const HEADER: usize = 27;

const CONTINUES: u8 = 1;
const FIRST: u8 = 2;
const LAST: u8 = 4;

/// A page as it lies in the file.
pub(super) struct Page {
    flags: u8,
    /// When its last packet ends, if one does.
    pub(super) granule: Option<u64>,
    pub(super) serial: u32,
    number: u32,
    segments: Vec<u8>,
    /// Where its packets begin.
    pub(super) body: u64,
    /// The packets' bytes.
    pub(super) bytes: Vec<u8>,
}

/// A packet on a page, or a part of one.
pub(super) struct Part {
    /// Where it lies in the bytes of the page.
    pub(super) from: usize,
    pub(super) to: usize,
    /// Whether it begins, and whether it ends, on this page.
    pub(super) begins: bool,
    pub(super) ends: bool,
}

impl Page {
    /// Reads the page at `at`. `None` if none begins there, or it does not end in the file.
    pub(super) fn read(tape: &mut Tape, at: u64) -> Result<Option<Self>, Fault> {
        let (header, len) = tape.up_to::<HEADER>(at)?;
        if len < HEADER || !header.starts_with(b"OggS\0") {
            return Ok(None);
        }
        let count = usize::from(header[26]);
        let (segments, len) = tape.up_to::<255>(at + HEADER as u64)?;
        if len < count {
            return Ok(None);
        }
        let segments = segments[..count].to_vec();
        let body = at + (HEADER + count) as u64;
        let end = body + segments.iter().map(|segment| u64::from(*segment)).sum::<u64>();
        if end > tape.len() {
            return Ok(None);
        }
        let granule = le_u64_at(&header, 6)?;
        let page = Self {
            flags: header[5],
            granule: (granule != u64::MAX).then_some(granule),
            serial: le_u32_at(&header, 14)?,
            number: le_u32_at(&header, 18)?,
            segments,
            body,
            bytes: tape.bytes(body, end)?,
        };
        let whole = page.whole();
        if whole[22..26] != header[22..26] {
            return Err(broken("a page of it is damaged"));
        }
        Ok(Some(page))
    }

    /// A page of our own that continues no packet.
    pub(super) fn new(serial: u32, segments: Vec<u8>, bytes: Vec<u8>) -> Self {
        Self {
            flags: 0,
            granule: Some(0),
            serial,
            number: 0,
            segments,
            body: 0,
            bytes,
        }
    }

    pub(super) fn continuing(mut self) -> Self {
        self.flags |= CONTINUES;
        self
    }

    /// The same page without a packet that ends on it.
    pub(super) fn unfinished(mut self) -> Self {
        self.granule = None;
        self
    }

    pub(super) fn end(&self) -> u64 {
        self.body + self.bytes.len() as u64
    }

    /// Whether a stream begins with it.
    pub(super) const fn is_first(&self) -> bool {
        self.flags & FIRST != 0
    }

    /// Whether its stream ends with it.
    pub(super) const fn is_last(&self) -> bool {
        self.flags & LAST != 0
    }

    /// The packets on it.
    pub(super) fn parts(&self) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut begins = self.flags & CONTINUES == 0;
        let (mut from, mut to) = (0, 0);
        let mut is_open = false;
        for segment in &self.segments {
            to += usize::from(*segment);
            is_open = *segment == u8::MAX;
            if !is_open {
                parts.push(Part {
                    from,
                    to,
                    begins,
                    ends: true,
                });
                (from, begins) = (to, true);
            }
        }
        if is_open {
            parts.push(Part {
                from,
                to,
                begins,
                ends: false,
            });
        }
        parts
    }

    /// Its length as a whole, without the packets.
    pub(super) fn header_len(&self) -> u64 {
        (HEADER + self.segments.len()) as u64
    }

    /// The page as it is written, with the number that it has.
    pub(super) fn whole(&self) -> Vec<u8> {
        self.with_number(self.number)
    }

    /// The page as it is written, with this number in its stream.
    pub(super) fn with_number(&self, number: u32) -> Vec<u8> {
        let mut page = Vec::with_capacity(HEADER + self.segments.len() + self.bytes.len());
        page.extend_from_slice(b"OggS\0");
        page.push(self.flags);
        page.extend_from_slice(&self.granule.unwrap_or(u64::MAX).to_le_bytes());
        page.extend_from_slice(&self.serial.to_le_bytes());
        page.extend_from_slice(&number.to_le_bytes());
        page.extend_from_slice(&[0; 4]);
        // At most 255, because they come from such a table or fit one.
        page.push(self.segments.len() as u8);
        page.extend_from_slice(&self.segments);
        page.extend_from_slice(&self.bytes);
        let sum = checksum(&page);
        page[22..26].copy_from_slice(&sum.to_le_bytes());
        page
    }
}

/// The CRC-32 of Ogg: the usual polynomial, from the highest bit on, beginning at 0.
fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |sum: u32, byte| {
        sum << 8 ^ TABLE[usize::from((sum >> 24) as u8 ^ byte)]
    })
}

const TABLE: [u32; 256] = table();

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let mut sum = (index as u32) << 24;
        let mut bit = 0;
        while bit < 8 {
            sum = if sum >> 31 == 1 {
                sum << 1 ^ 0x04C1_1DB7
            } else {
                sum << 1
            };
            bit += 1;
        }
        table[index] = sum;
        index += 1;
    }
    table
}
