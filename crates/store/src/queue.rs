//! Work that waits: bounded, in order, people before bulk.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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
    takers: usize,
}

/// One of those who empty a queue. If the last of them goes, as one does that panics, nobody waits any more: what is in
/// the queue is dropped, and nothing more is taken.
#[derive(Debug)]
pub(crate) struct Taker<T>(Arc<Queue<T>>);

impl<T> Queue<T> {
    /// An empty queue that holds so many of each priority.
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            state: Mutex::new(State {
                people: VecDeque::new(),
                bulk: VecDeque::new(),
                closed: false,
                takers: 0,
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

    /// One more who empties it.
    pub(crate) fn taker(self: &Arc<Self>) -> Taker<T> {
        self.lock().takers += 1;
        Taker(self.clone())
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

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        // No code that could panic runs under the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Taker<T> {
    /// What has come, at most so much, as soon as there is something; `None` once the queue was closed and is empty.
    /// Nothing is lost if the future is dropped.
    pub(crate) async fn take(&self, people: usize, bulk: usize) -> Option<Vec<T>> {
        loop {
            if let Some(taken) = self.0.take_now(people, bulk) {
                return (!taken.is_empty()).then_some(taken);
            }
            self.0.filled.notified().await;
        }
    }
}

impl<T> Clone for Taker<T> {
    fn clone(&self) -> Self {
        self.0.taker()
    }
}

impl<T> Drop for Taker<T> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.takers -= 1;
        if state.takers > 0 {
            return;
        }
        state.closed = true;
        let dropped = (std::mem::take(&mut state.people), std::mem::take(&mut state.bulk));
        drop(state);
        // Whoever waits is told only now, when he can use the queue again.
        drop(dropped);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn people_come_before_bulk_and_each_in_order() {
        let queue = Arc::new(Queue::new(3));
        let taker = queue.taker();
        for n in 0..3 {
            queue.push(n, Priority::Bulk).unwrap();
            queue.push(10 + n, Priority::Person).unwrap();
        }
        assert!(matches!(queue.push(9, Priority::Bulk), Err(StoreError::Busy)));
        assert_eq!(taker.take(2, 1).await, Some(vec![10, 11, 0]));
        assert_eq!(taker.take(2, 9).await, Some(vec![12, 1, 2]));
    }

    #[tokio::test]
    async fn a_closed_queue_gives_what_it_has_and_takes_nothing() {
        let queue = Arc::new(Queue::new(3));
        let taker = queue.taker();
        queue.push(1, Priority::Person).unwrap();
        queue.close();
        assert!(matches!(
            queue.push(2, Priority::Person),
            Err(StoreError::Unavailable(_))
        ));
        assert_eq!(taker.take(9, 9).await, Some(vec![1]));
        assert_eq!(taker.take(9, 9).await, None);
        assert_eq!(taker.take(9, 9).await, None);
    }

    #[tokio::test]
    async fn nobody_waits_for_takers_who_are_gone() {
        let queue = Arc::new(Queue::new(3));
        let (one, other) = (queue.taker(), queue.taker());
        let (waits, answer) = tokio::sync::oneshot::channel::<()>();
        queue.push(waits, Priority::Person).unwrap();
        drop(one);
        let (waits, later) = tokio::sync::oneshot::channel();
        queue.push(waits, Priority::Bulk).unwrap();
        drop(other);
        assert!(answer.await.is_err() && later.await.is_err());
        let (waits, _) = tokio::sync::oneshot::channel();
        let refused = queue.push(waits, Priority::Person);
        assert!(matches!(refused, Err(StoreError::Unavailable(_))));
    }
}
