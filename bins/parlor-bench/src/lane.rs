//! A numbered row of messages into one room.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::time::Instant;

use uuid::Uuid;

/// Messages into a room, sent by some of its members in turn.
pub(crate) struct Lane {
    pub(crate) room: Uuid,
    /// Connections that send, in turn.
    pub(crate) senders: Vec<usize>,
    /// Connections that hear each message.
    pub(crate) listeners: u32,
    /// Where a listener notes the last number of each sender: at this place and those behind it.
    pub(crate) slot: usize,
    next: Cell<u32>,
    /// Messages on their way, oldest first; the first has the number `first`.
    flight: RefCell<VecDeque<Flight>>,
    first: Cell<u32>,
}

/// A message on its way.
pub(crate) struct Flight {
    /// Deliveries that are waited for.
    pub(crate) missing: u32,
    pub(crate) unacknowledged: bool,
    pub(crate) sent: Instant,
}

impl Lane {
    pub(crate) fn new(room: Uuid, senders: Vec<usize>, listeners: u32, slot: usize) -> Self {
        Self {
            room,
            senders,
            listeners,
            slot,
            next: Cell::new(0),
            flight: RefCell::default(),
            first: Cell::new(0),
        }
    }

    /// Which of the senders sends a message.
    pub(crate) fn turn(&self, number: u32) -> usize {
        number as usize % self.senders.len()
    }

    /// Messages on their way.
    pub(crate) fn in_flight(&self) -> usize {
        self.flight.borrow().len()
    }

    /// Begins a message and gives its number.
    pub(crate) fn begin(&self, flight: Flight) -> u32 {
        self.flight.borrow_mut().push_back(flight);
        let number = self.next.get();
        self.next.set(number.wrapping_add(1));
        number
    }

    /// Changes what is waited for of a message, and says when it was sent. What is complete makes room for another.
    pub(crate) fn settle(&self, number: u32, change: impl FnOnce(&mut Flight)) -> Option<Instant> {
        let mut flight = self.flight.borrow_mut();
        let at = number.checked_sub(self.first.get())?;
        let message = flight.get_mut(at as usize)?;
        change(message);
        let sent = message.sent;
        while flight
            .front()
            .is_some_and(|message| message.missing == 0 && !message.unacknowledged)
        {
            flight.pop_front();
            self.first.set(self.first.get() + 1);
        }
        Some(sent)
    }

    /// Forgets what is on its way if the oldest was sent before then; says how many.
    pub(crate) fn give_up(&self, sent_before: Instant) -> usize {
        let mut flight = self.flight.borrow_mut();
        if flight.front().is_none_or(|message| message.sent >= sent_before) {
            return 0;
        }
        self.first.set(self.next.get());
        let forgotten = flight.len();
        flight.clear();
        forgotten
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flight(missing: u32) -> Flight {
        Flight {
            missing,
            unacknowledged: true,
            sent: Instant::now(),
        }
    }

    #[test]
    fn a_message_leaves_the_window_when_all_have_it_and_it_is_acknowledged() {
        let lane = Lane::new(Uuid::nil(), vec![0, 1], 2, 0);
        assert_eq!((lane.begin(flight(1)), lane.begin(flight(1))), (0, 1));
        lane.settle(1, |message| message.unacknowledged = false);
        lane.settle(1, |message| message.missing -= 1);
        assert_eq!(lane.in_flight(), 2, "the first still waits");
        lane.settle(0, |message| message.missing -= 1);
        lane.settle(0, |message| message.unacknowledged = false);
        assert_eq!(lane.in_flight(), 0);
        assert!(lane.settle(0, |_| {}).is_none(), "it is gone");
        assert_eq!(lane.begin(flight(1)), 2);
        assert_eq!((lane.turn(2), lane.turn(3)), (0, 1));
    }

    #[test]
    fn what_nothing_is_heard_of_is_given_up() {
        let lane = Lane::new(Uuid::nil(), vec![0], 1, 0);
        let before = Instant::now();
        lane.begin(flight(1));
        assert_eq!(lane.give_up(before), 0);
        assert_eq!(
            lane.give_up(Instant::now() + std::time::Duration::from_secs(1)),
            1
        );
        assert_eq!(lane.in_flight(), 0);
    }
}
