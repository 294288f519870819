//! Frames that take a while to make: each is begun once, and who waits for it is woken then.

use std::rc::Rc;
use std::sync::Arc;

use parlor_domain::{Seq, StreamId};

use crate::format::Format;
use crate::slot::EventSlot;
use crate::worker::{State, Worker};

/// For so many seconds a frame that was made is kept for those who waited for it: the rings and pages may have forgotten its event
/// meanwhile.
const KEPT: u32 = 10;

/// The frames for which connections of one worker wait, or waited a moment ago. There are few of them at a time.
#[derive(Default)]
pub(crate) struct Making(Vec<Awaited>);

/// A frame that somebody waits for.
struct Awaited {
    slot: Arc<EventSlot>,
    format: Format,
    progress: Progress,
    /// The event was changed since, or nobody follows its stream any more: it is not for new readers.
    outdated: bool,
    /// Cursors that wait for it: connection, its generation, cursor.
    waiters: Vec<(u32, u32, u32)>,
}

#[derive(PartialEq, Eq)]
enum Progress {
    Wanted,
    Begun,
    /// In this second.
    Made(u32),
}

impl Awaited {
    fn is(&self, slot: &Arc<EventSlot>, format: Format) -> bool {
        Arc::ptr_eq(&self.slot, slot) && self.format == format
    }
}

impl Making {
    /// The event with this seq, if a frame of it is awaited or was made a moment ago.
    pub(crate) fn event(&self, stream: StreamId, seq: Seq) -> Option<&Arc<EventSlot>> {
        let mut slots = self.0.iter().filter(|frame| !frame.outdated);
        let found = slots.find(|frame| frame.slot.seq() == seq && frame.slot.event.stream == stream);
        found.map(|frame| &frame.slot)
    }

    /// Takes note of an edit or a deletion.
    pub(crate) fn amend(&mut self, by: &EventSlot) {
        self.outdate(|slot| slot.event.stream == by.event.stream && by.event.changed(&slot.event).is_some());
    }

    /// Nobody follows a stream any more, so that it is not known what changes in it.
    pub(crate) fn forget(&mut self, stream: StreamId) {
        self.outdate(|slot| slot.event.stream == stream);
    }

    fn outdate(&mut self, is_outdated: impl Fn(&EventSlot) -> bool) {
        for frame in &mut self.0 {
            frame.outdated |= is_outdated(&frame.slot);
        }
        self.0
            .retain(|frame| !frame.outdated || !matches!(frame.progress, Progress::Made(_)));
    }

    /// Lets go of the frames that were made some seconds ago.
    pub(crate) fn forget_old(&mut self, tick: u32) {
        self.0.retain(|frame| match frame.progress {
            Progress::Made(at) => tick.wrapping_sub(at) <= KEPT,
            Progress::Wanted | Progress::Begun => true,
        });
    }
}

impl State {
    /// Sees to it that the frame is made that a cursor needs next, and wakes it then.
    pub(crate) fn await_frame(&mut self, connection: u32, cursor: u32, slot: Arc<EventSlot>) {
        let peer = &self.peers[connection as usize];
        let (format, waiter) = (peer.format, (connection, peer.generation, cursor));
        let Making(frames) = &mut self.making;
        match frames.iter_mut().find(|frame| frame.is(&slot, format)) {
            Some(frame) => frame.waiters.push(waiter),
            None => frames.push(Awaited {
                slot,
                format,
                progress: Progress::Wanted,
                outdated: false,
                waiters: vec![waiter],
            }),
        }
    }

    /// The next frame to begin with.
    fn next_to_make(&mut self) -> Option<(Arc<EventSlot>, Format)> {
        let Making(frames) = &mut self.making;
        let next = frames
            .iter_mut()
            .find(|frame| frame.progress == Progress::Wanted)?;
        next.progress = Progress::Begun;
        Some((next.slot.clone(), next.format))
    }

    /// Wakes who waited for a frame.
    fn made(&mut self, slot: &Arc<EventSlot>, format: Format) {
        let Making(frames) = &mut self.making;
        let Some(at) = frames.iter().position(|frame| frame.is(slot, format)) else {
            return;
        };
        let frame = &mut frames[at];
        frame.progress = Progress::Made(self.tick);
        let waiters = std::mem::take(&mut frame.waiters);
        if frame.outdated {
            frames.swap_remove(at);
        }
        for (connection, generation, cursor) in waiters {
            self.wake(connection, generation, cursor);
        }
    }
}

impl Worker {
    /// Begins to make the frames that somebody waits for.
    pub(crate) fn begin_making(self: &Rc<Self>) {
        loop {
            let next = self.state().next_to_make();
            let Some((slot, format)) = next else { return };
            let worker = self.clone();
            tokio::task::spawn_local(async move {
                let formats = worker.state().hub.formats.clone();
                let making = {
                    let (slot, formats) = (slot.clone(), formats.clone());
                    tokio::task::spawn_local(async move { slot.make(format, &formats).await })
                };
                if let Err(error) = making.await {
                    tracing::error!(%error, "a frame could not be made");
                    slot.make_at_once(format, &formats);
                }
                worker.state().made(&slot, format);
                worker.wake();
            });
        }
    }
}
