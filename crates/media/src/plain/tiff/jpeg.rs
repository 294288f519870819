//! A JPEG (ITU-T T.81) inside of another file.

use crate::fault::{Fault, cut_short};
use crate::fields::u16_at;
use crate::plain::kept::Span;
use crate::tape::Tape;

/// Makes zeros of its application segments, but for Adobe's, which tells how colours are stored, and of its comments.
/// They stay as long as they are.
pub(super) fn clean(tape: &mut Tape, strip: &Span) -> Result<(), Fault> {
    let mut at = strip.start + 2;
    while at + 4 <= strip.end {
        let head = tape.array::<4>(at)?;
        let [0xFF, marker, ..] = head else { break };
        let end = at + 2 + u64::from(u16_at(&head, 2)?);
        if end > strip.end || end < at + 4 {
            return Err(cut_short());
        }
        match marker {
            // Its coded data begin.
            0xDA => break,
            0xE0..=0xED | 0xEF | 0xFE => tape.wipe(at + 4, end)?,
            _ => {}
        }
        at = end;
    }
    Ok(())
}
