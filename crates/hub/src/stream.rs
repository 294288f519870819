//! What a worker knows of a stream that somebody here follows.

use std::collections::VecDeque;
use std::sync::Arc;

use parlor_domain::{Position, Rev, Seq, StreamId};

use crate::slot::{EventSlot, MarksSlot};

/// What became of marks that were committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MarksPushed {
    /// They were known, or wait with others that do.
    Known,
    /// To be told now.
    Now,
    /// To be told with the next tick: others were told since the last.
    Held,
}

/// Flushes of marks kept per stream; who is further behind reads them from the database.
const MARKS_KEPT: usize = 4;

/// A stream with at least one listener. A quiet one has only its head.
pub(crate) struct Stream {
    pub(crate) id: StreamId,
    pub(crate) head: Position,
    pub(crate) listeners: Vec<Listener>,
    live: Option<Box<Live>>,
}

/// A connection that follows a stream, and which of its cursors does.
#[derive(Clone, Copy)]
pub(crate) struct Listener {
    pub(crate) connection: u32,
    pub(crate) cursor: u32,
}

/// The newest of a stream: events up to its head without gaps, and flushes of marks up to its rev.
#[derive(Default)]
struct Live {
    ring: VecDeque<Arc<EventSlot>>,
    marks: VecDeque<Arc<MarksSlot>>,
    /// The tick in which marks were last told.
    marked: Option<u32>,
    /// Marks that wait for the next.
    held: Option<Arc<MarksSlot>>,
}

impl Stream {
    pub(crate) fn new(id: StreamId, head: Position) -> Self {
        Self {
            id,
            head,
            listeners: Vec::new(),
            live: None,
        }
    }

    fn live(&mut self) -> &mut Live {
        self.live.get_or_insert_default()
    }

    /// Takes a committed event; false if it was known. After a gap the ring begins anew: who needs what lies before
    /// reads it from the log.
    pub(crate) fn push(&mut self, slot: Arc<EventSlot>) -> bool {
        let seq = slot.seq();
        let head = self.head.seq;
        if seq <= head {
            return self.push_earlier(slot);
        }
        (self.head.seq, self.head.tag) = (seq, slot.event.tag);
        let ring = &mut self.live().ring;
        if seq != head.next() {
            ring.clear();
        }
        ring.push_back(slot);
        true
    }

    /// Puts what came out of order where it belongs, if the ring begins just behind it.
    fn push_earlier(&mut self, slot: Arc<EventSlot>) -> bool {
        let Some(live) = &mut self.live else { return false };
        let fits = live
            .ring
            .front()
            .is_some_and(|first| first.seq() == slot.seq().next());
        if fits {
            live.ring.push_front(slot);
        }
        fits
    }

    /// The stream has grown at least to here; the events are in the log. False if that was known.
    pub(crate) fn grow(&mut self, to: Position) -> bool {
        let more = to.seq > self.head.seq || to.rev > self.head.rev;
        if to.seq > self.head.seq {
            (self.head.seq, self.head.tag) = (to.seq, to.tag);
            if let Some(live) = &mut self.live {
                live.ring.clear();
            }
        }
        if to.rev > self.head.rev {
            self.head.rev = to.rev;
            if let Some(live) = &mut self.live {
                live.marks.clear();
                live.held = live.held.take().filter(|held| held.update.rev > to.rev);
            }
        }
        more
    }

    /// Takes marks that were committed. In a room of thousands somebody reads all the time: marks are told at once if none were in this
    /// tick, and otherwise gathered for the next.
    pub(crate) fn push_marks(&mut self, slot: Arc<MarksSlot>, tick: u32) -> MarksPushed {
        if slot.update.rev <= self.head.rev {
            return MarksPushed::Known;
        }
        let live = self.live();
        match live.held.take() {
            Some(held) => {
                live.held = Some(if slot.update.rev <= held.update.rev {
                    held
                } else if slot.update.after == held.update.rev {
                    Arc::new(MarksSlot::new(Arc::new(held.update.then(&slot.update))))
                } else {
                    slot
                });
                MarksPushed::Known
            }
            None if live.marked == Some(tick) => {
                live.held = Some(slot);
                MarksPushed::Held
            }
            None => {
                self.show_marks(slot, tick);
                MarksPushed::Now
            }
        }
    }

    /// Shows the marks that waited for this tick; false if there are none.
    pub(crate) fn release_marks(&mut self, tick: u32) -> bool {
        let held = self.live.as_mut().and_then(|live| live.held.take());
        let Some(slot) = held else { return false };
        self.show_marks(slot, tick);
        true
    }

    fn show_marks(&mut self, slot: Arc<MarksSlot>, tick: u32) {
        let whole = slot.update.after == self.head.rev;
        self.head.rev = slot.update.rev;
        let live = self.live();
        live.marked = Some(tick);
        let marks = &mut live.marks;
        if !whole {
            marks.clear();
        }
        if marks.len() == MARKS_KEPT {
            marks.pop_front();
        }
        marks.push_back(slot);
    }

    /// The event with this seq, if the ring has it.
    pub(crate) fn event(&self, seq: Seq) -> Option<&Arc<EventSlot>> {
        let ring = &self.live.as_ref()?.ring;
        let first = ring.front()?.seq();
        ring.get(usize::try_from(seq.0.checked_sub(first.0)?).ok()?)
    }

    /// The flush of marks that follows this rev, if it is still here.
    pub(crate) fn marks(&self, after: Rev) -> Option<&Arc<MarksSlot>> {
        self.live
            .as_ref()?
            .marks
            .iter()
            .find(|slot| slot.update.after == after)
    }

    /// Brings up to date what an edit or a deletion changes in the ring.
    pub(crate) fn amend(&mut self, by: &EventSlot) {
        if let Some(live) = &mut self.live {
            amend(live.ring.make_contiguous(), by);
        }
    }

    /// Drops the ring's oldest event if it is this one.
    pub(crate) fn forget(&mut self, seq: Seq) {
        let Some(live) = &mut self.live else { return };
        if live.ring.front().is_some_and(|slot| slot.seq() <= seq) {
            live.ring.pop_front();
        }
        if live.ring.is_empty() && live.held.is_none() {
            self.live = None;
        }
    }
}

/// Replaces in a run of events what `by` changes: a message, and its edits before.
pub(crate) fn amend(slots: &mut [Arc<EventSlot>], by: &EventSlot) {
    let (Some(target), Some(first)) = (by.event.target(), slots.first().map(|slot| slot.seq())) else {
        return;
    };
    let from = usize::try_from(target.0.saturating_sub(first.0)).unwrap_or(usize::MAX);
    for slot in slots.iter_mut().skip(from) {
        if let Some(event) = by.event.changed(&slot.event) {
            *slot = Arc::new(EventSlot::new(Arc::new(event), slot.origin));
        }
    }
}
