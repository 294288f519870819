//! Which bytes of a file are kept.

use crate::fault::{Fault, broken};
use crate::tape::Tape;

/// How many pieces are noted at most.
const MOST: usize = 500_000;

/// A piece of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Span {
    pub(super) start: u64,
    pub(super) end: u64,
}

/// Pieces of a file.
#[derive(Default)]
pub(super) struct Spans(Vec<Span>);

impl Spans {
    /// Notes what begins at `start`, which has to end within `len` bytes.
    pub(super) fn push(&mut self, start: u64, bytes: u64, len: u64) -> Result<(), Fault> {
        if self.0.len() == MOST {
            return Err(broken("it has too many pieces"));
        }
        let end = start.checked_add(bytes).filter(|end| *end <= len);
        let end = end.ok_or_else(|| broken("a part of it lies outside of it"))?;
        if start < end {
            self.0.push(Span { start, end });
        }
        Ok(())
    }

    /// The pieces in their order, those that are noted twice once.
    pub(super) fn sorted(mut self) -> Vec<Span> {
        self.0.sort_unstable();
        self.0.dedup();
        self.0
    }
}

/// Whether a piece of `some` shares bytes with one of `others`.
pub(super) fn overlap(some: &[Span], others: &[Span]) -> bool {
    let mut all: Vec<(Span, bool)> = some.iter().map(|span| (*span, true)).collect();
    all.extend(others.iter().map(|span| (*span, false)));
    all.sort_unstable();
    // Up to where the pieces so far reach, of the one list and of the other.
    let (mut ours, mut theirs) = (0, 0);
    all.into_iter().any(|(span, is_ours)| {
        let (own, other) = if is_ours {
            (&mut ours, theirs)
        } else {
            (&mut theirs, ours)
        };
        *own = span.end.max(*own);
        span.start < other
    })
}

/// The pieces without those that touch: they become one.
pub(super) fn merged(spans: &[Span]) -> Vec<Span> {
    let mut merged: Vec<Span> = Vec::new();
    for span in spans {
        match merged.last_mut().filter(|last| span.start <= last.end) {
            Some(last) => last.end = last.end.max(span.end),
            None => merged.push(*span),
        }
    }
    merged
}

/// Writes zeros over what lies from `at` to `end` and in none of `kept`, which are merged.
pub(super) fn wipe_between(tape: &mut Tape, kept: &[Span], at: u64, end: u64) -> Result<(), Fault> {
    let mut at = at;
    let first = kept.partition_point(|span| span.end <= at);
    for span in kept[first..].iter().take_while(|span| span.start < end) {
        tape.wipe(at, span.start.min(end))?;
        at = span.end;
    }
    tape.wipe(at, end)
}

#[cfg(test)]
mod tests {
    use super::{Span, Spans, merged, overlap};

    fn spans(pieces: &[(u64, u64)]) -> Vec<Span> {
        let mut spans = Spans::default();
        for (start, bytes) in pieces {
            spans.push(*start, *bytes, 100).unwrap();
        }
        spans.sorted()
    }

    #[test]
    fn pieces_that_share_bytes_are_found() {
        let some = spans(&[(50, 10), (10, 10)]);
        assert!(!overlap(&some, &spans(&[(0, 10), (20, 30), (60, 40)])));
        for other in [(0, 11), (19, 1), (12, 2), (0, 100), (59, 2)] {
            assert!(overlap(&some, &spans(&[other])), "{other:?}");
        }
    }

    #[test]
    fn pieces_that_touch_become_one() {
        let pieces = spans(&[(50, 5), (10, 50), (12, 2), (0, 5), (60, 1)]);
        let merged = merged(&pieces);
        assert_eq!(merged, [Span { start: 0, end: 5 }, Span { start: 10, end: 61 }]);
    }

    #[test]
    fn a_piece_ends_within_the_file() {
        assert!(Spans::default().push(90, 11, 100).is_err());
        assert!(Spans::default().push(u64::MAX, 2, u64::MAX).is_err());
    }
}
