//! A JPEG (ITU-T T.81) inside of another file.

use crate::fault::{Fault, broken, cut_short};
use crate::fields::u16_at;
use crate::plain::kept::Span;
use crate::tape::Tape;

/// Makes zeros of its application segments, but for Adobe's, which tells how colours are stored, of its comments and all
/// that is unknown, and of what follows its end. They stay as long as they are.
///
/// # Errors
/// If it is none: what is not known to be a segment could be any of these to somebody else.
pub(super) fn clean(tape: &mut Tape, jpeg: &Span) -> Result<(), Fault> {
    if jpeg.end - jpeg.start < 4 {
        return Err(cut_short());
    }
    let mut at = jpeg.start;
    if tape.array(at)? != [0xFF, 0xD8] {
        return Err(broken("a JPEG in it is none"));
    }
    at += 2;
    while at + 2 <= jpeg.end {
        let [0xFF, marker] = tape.array(at)? else {
            return Err(broken("a JPEG in it is none"));
        };
        match marker {
            // Its coded data begin.
            0xDA => return Ok(()),
            0xD9 => return tape.wipe(at + 2, jpeg.end),
            0xC0..=0xCF | 0xDB..=0xFE => {}
            // Those have no length, and none of them is here.
            _ => return Err(broken("a JPEG in it is none")),
        }
        let end = at + 2 + u64::from(u16_at(&tape.array::<2>(at + 2)?, 0)?);
        if end > jpeg.end || end < at + 4 {
            return Err(cut_short());
        }
        // Tables and frames, of the lossless kind too.
        if !matches!(marker, 0xC0..=0xCF | 0xDB..=0xDD | 0xEE | 0xF7 | 0xF8) {
            tape.wipe(at + 4, end)?;
        }
        at = end;
    }
    tape.wipe(at, jpeg.end)
}
