//! Boxes in a file.

use crate::fault::Fault;
use crate::fields::{name_at, u32_at, u64_at};
use crate::tape::Tape;

/// A box of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Top {
    pub(crate) name: [u8; 4],
    pub(crate) start: u64,
    pub(crate) body: u64,
    pub(crate) end: u64,
}

impl Top {
    /// Reads the header of the box at `at`. `None` if none begins there, or it does not end in the file.
    pub(crate) fn read(tape: &mut Tape, at: u64) -> Result<Option<Self>, Fault> {
        let (header, len) = tape.up_to::<16>(at)?;
        let header = &header[..len];
        if len < 8 {
            return Ok(None);
        }
        let (body, size) = match u32_at(header, 0)? {
            // To the end of the file.
            0 => (8, tape.len() - at),
            1 if len < 16 => return Ok(None),
            1 => (16, u64_at(header, 8)?),
            size => (8, size.into()),
        };
        let end = at
            .checked_add(size)
            .filter(|end| *end <= tape.len() && size >= body);
        Ok(match end {
            Some(end) => Some(Self {
                name: name_at(header, 4)?,
                start: at,
                body: at + body,
                end,
            }),
            None => None,
        })
    }

    /// Makes it one of zeros that nobody reads.
    pub(crate) fn free(&self, tape: &mut Tape) -> Result<(), Fault> {
        tape.write(self.start + 4, b"free")?;
        tape.wipe(self.body, self.end)
    }
}
