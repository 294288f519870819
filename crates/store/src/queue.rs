//! Work that waits: bounded, in order, people before bulk.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use parlor_ports::{Priority, StoreError};
use tokio::sync::Notify;

use crate::error::closed;

/// A queue that many fill and that one or several empty.
#[derive(Debug)]
pub(crate) struct Queue<T> {
    state: Mutex<State<T>>,
    filled: Notify,
    capacity: usize,
}

#[derive(Debug)]
struct State<T> {
    people: VecDeque<T>,
    bulk: VecDeque<T>,
    closed: bool,
}

impl<T> Queue<T> {
    /// An empty queue that holds so many of each priority.
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            state: Mutex::new(State {
                people: VecDeque::new(),
                bulk: VecDeque::new(),
                closed: false,
            }),
            filled: Notify::new(),
            capacity,
        }
    }

    /// Puts work at the end.
    ///
    /// # Errors
    /// [`StoreError::Busy`] if it is full, [`StoreError::Unavailable`] if it was closed.
    pub(crate) fn push(&self, work: T, priority: Priority) -> Result<(), StoreError> {
        let mut state = self.lock();
        if state.closed {
            return Err(closed());
        }
        let line = match priority {
            Priority::Person => &mut state.people,
            Priority::Bulk => &mut state.bulk,
        };
        if line.len() >= self.capacity {
            return Err(StoreError::Busy);
        }
        line.push_back(work);
        drop(state);
        self.filled.notify_one();
        Ok(())
    }

    /// What has come, at most so much, as soon as there is something; `None` once it was closed and is empty. Nothing is
    /// lost if the future is dropped.
    pub(crate) async fn take(&self, people: usize, bulk: usize) -> Option<Vec<T>> {
        loop {
            if let Some(taken) = self.take_now(people, bulk) {
                return (!taken.is_empty()).then_some(taken);
            }
            self.filled.notified().await;
        }
    }

    /// `None` if there is nothing yet, nothing at all if there will be nothing any more.
    fn take_now(&self, people: usize, bulk: usize) -> Option<Vec<T>> {
        let mut state = self.lock();
        let (people, bulk) = (people.min(state.people.len()), bulk.min(state.bulk.len()));
        let mut taken = Vec::with_capacity(people + bulk);
        taken.extend(state.people.drain(..people));
        taken.extend(state.bulk.drain(..bulk));
        let more = state.closed || !state.people.is_empty() || !state.bulk.is_empty();
        if taken.is_empty() && !state.closed {
            return None;
        }
        drop(state);
        if more {
            // One wake-up may stand for many pushes: another taker should have the rest.
            self.filled.notify_one();
        }
        Some(taken)
    }

    /// Takes no more work; what waits is still done.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.filled.notify_one();
    }

    /// Takes no more work and drops what waits.
    pub(crate) fn abandon(&self) {
        self.close();
        let mut state = self.lock();
        let dropped = (std::mem::take(&mut state.people), std::mem::take(&mut state.bulk));
        drop(state);
        // Whoever waits is told only now, when he can use the queue again.
        drop(dropped);
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        // No code that could panic runs under the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn people_come_before_bulk_and_each_in_order() {
        let queue = Queue::new(3);
        for n in 0..3 {
            queue.push(n, Priority::Bulk).unwrap();
            queue.push(10 + n, Priority::Person).unwrap();
        }
        assert!(matches!(queue.push(9, Priority::Bulk), Err(StoreError::Busy)));
        assert_eq!(queue.take(2, 1).await, Some(vec![10, 11, 0]));
        assert_eq!(queue.take(2, 9).await, Some(vec![12, 1, 2]));
    }

    #[tokio::test]
    async fn a_closed_queue_gives_what_it_has_and_takes_nothing() {
        let queue = Queue::new(3);
        queue.push(1, Priority::Person).unwrap();
        queue.close();
        assert!(matches!(
            queue.push(2, Priority::Person),
            Err(StoreError::Unavailable(_))
        ));
        assert_eq!(queue.take(9, 9).await, Some(vec![1]));
        assert_eq!(queue.take(9, 9).await, None);
        assert_eq!(queue.take(9, 9).await, None);
    }
}
