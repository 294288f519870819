//! Frames that take a while to make: each is begun once, and who waits for it is woken then.

use std::rc::Rc;
use std::sync::Arc;

use crate::format::Format;
use crate::slot::EventSlot;
use crate::worker::{State, Worker};

/// The frames for which connections of one worker wait. There are few of them at a time.
#[derive(Default)]
pub(crate) struct Making(Vec<Awaited>);

/// A frame that is being made, or is about to be.
struct Awaited {
    slot: Arc<EventSlot>,
    format: Format,
    has_begun: bool,
    /// Cursors that wait for it: connection, its generation, cursor.
    waiters: Vec<(u32, u32, u32)>,
}

impl Awaited {
    fn is(&self, slot: &Arc<EventSlot>, format: Format) -> bool {
        Arc::ptr_eq(&self.slot, slot) && self.format == format
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
                has_begun: false,
                waiters: vec![waiter],
            }),
        }
    }

    /// The next frame to begin with.
    fn next_to_make(&mut self) -> Option<(Arc<EventSlot>, Format)> {
        let Making(frames) = &mut self.making;
        let next = frames.iter_mut().find(|frame| !frame.has_begun)?;
        next.has_begun = true;
        Some((next.slot.clone(), next.format))
    }

    /// Wakes who waited for a frame.
    fn made(&mut self, slot: &Arc<EventSlot>, format: Format) {
        let Making(frames) = &mut self.making;
        let Some(at) = frames.iter().position(|frame| frame.is(slot, format)) else {
            return;
        };
        for (connection, generation, cursor) in frames.swap_remove(at).waiters {
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
                slot.make(format, &formats).await;
                worker.state().made(&slot, format);
                worker.wake();
            });
        }
    }
}
