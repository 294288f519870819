//! Where the samples lie.

use crate::fault::{Fault, broken};

/// How many pieces are noted at most.
const MOST: usize = 2_000_000;

/// A piece of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Span {
    pub(super) start: u64,
    pub(super) end: u64,
}

/// Pieces of the file that samples are made of.
pub(super) struct Spans {
    spans: Vec<Span>,
    /// How many more bytes there may be. Samples do not share any, so that they are no more than the file has.
    left: u64,
}

impl Spans {
    /// Those of a file of so many bytes.
    pub(super) const fn within(len: u64) -> Self {
        Self {
            spans: Vec::new(),
            left: len,
        }
    }

    pub(super) fn push(&mut self, start: u64, len: u64) -> Result<(), Fault> {
        if len == 0 {
            return Ok(());
        }
        let left = self.left.checked_sub(len);
        self.left = left.ok_or_else(|| broken("it has more samples than bytes"))?;
        let end = start.checked_add(len);
        let end = end.ok_or_else(|| broken("its samples lie outside of it"))?;
        if let Some(last) = self.spans.last_mut().filter(|last| last.end == start) {
            last.end = end;
        } else if self.spans.len() < MOST {
            self.spans.push(Span { start, end });
        } else {
            return Err(broken("it has too many samples"));
        }
        Ok(())
    }

    /// The pieces in their order, none of which touches another.
    pub(super) fn sorted(mut self) -> Vec<Span> {
        self.spans.sort_unstable();
        self.spans.dedup_by(|next, last| {
            let touches = next.start <= last.end;
            if touches {
                last.end = last.end.max(next.end);
            }
            touches
        });
        self.spans
    }
}

#[cfg(test)]
mod tests {
    use super::{Span, Spans};

    #[test]
    fn pieces_that_touch_become_one() {
        let mut spans = Spans::within(100);
        for (start, len) in [(50, 5), (10, 5), (15, 5), (55, 1), (12, 2)] {
            spans.push(start, len).unwrap();
        }
        let spans = spans.sorted();
        assert_eq!(spans, [Span { start: 10, end: 20 }, Span { start: 50, end: 56 }]);
    }

    #[test]
    fn no_more_bytes_are_claimed_than_there_are() {
        let mut spans = Spans::within(100);
        spans.push(0, 60).unwrap();
        assert!(spans.push(0, 60).is_err());
        assert!(Spans::within(u64::MAX).push(u64::MAX, 2).is_err());
    }
}
