//! Where a connection is in a stream.

use parlor_domain::{Rev, Seq};

/// A connection's place in one stream. There is one for each room of each connected device, so it is packed.
pub(crate) struct Cursor {
    /// The last event written to the socket.
    pub(crate) seq: Seq,
    /// The first event that the user may see.
    pub(crate) visible_from: Seq,
    /// The last change of marks written. Marks are flushed at most once a second, so 32 bits last 136 years.
    rev: u32,
    /// The stream's key; `NONE` in a cursor that is no longer used.
    pub(crate) stream: u32,
    /// Its place among the stream's listeners.
    pub(crate) listener: u32,
    /// What it waits for.
    pub(crate) state: CursorState,
}

/// What a cursor waits for, in four bytes: the cursors with something to write form a list.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct CursorState(u32);

/// No key.
pub(crate) const NONE: u32 = u32::MAX;

impl CursorState {
    /// For its stream to grow.
    pub(crate) const IDLE: Self = Self(u32::MAX - 1);
    /// For a page of the log, or a frame that is being made.
    pub(crate) const LOADING: Self = Self(u32::MAX - 2);
    /// For its turn, as the last in the list.
    pub(crate) const LAST: Self = Self(u32::MAX - 3);

    /// For its turn, with this cursor behind it.
    pub(crate) fn before(next: u32) -> Self {
        Self(next)
    }

    /// The cursor behind it in the list.
    pub(crate) fn next(self) -> Option<u32> {
        (self.0 < Self::LAST.0).then_some(self.0)
    }
}

impl Cursor {
    pub(crate) fn new(stream: u32, listener: u32, seq: Seq, rev: Rev, visible_from: Seq) -> Self {
        let mut cursor = Self {
            seq,
            visible_from,
            rev: 0,
            stream,
            listener,
            state: CursorState::IDLE,
        };
        cursor.set_rev(rev);
        cursor
    }

    pub(crate) fn rev(&self) -> Rev {
        Rev(self.rev.into())
    }

    pub(crate) fn set_rev(&mut self, rev: Rev) {
        self.rev = u32::try_from(rev.0).unwrap_or(u32::MAX);
    }

    pub(crate) fn is_used(&self) -> bool {
        self.stream != NONE
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_cursor_is_small() {
        assert_eq!(size_of::<super::Cursor>(), 32);
    }
}
