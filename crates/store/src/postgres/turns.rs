//! Publishing in the order of commit, although several connections commit at once.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use parlor_ports::{EventSink, Published};

/// Whoever is about to commit takes a turn, while he still holds the locks of the streams to which he appends. So of two
/// transactions that touch the same stream the one that commits first has the earlier turn, and to publish turn by turn
/// is to publish each stream in its order. A turn whose predecessors are not done waits for them: a commit at most.
pub(super) struct Turns {
    sink: Arc<dyn EventSink>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The number of the first turn in the queue.
    first: u64,
    /// What is to be done in each turn; `None` while its commit is on its way.
    queue: VecDeque<Option<Done>>,
}

struct Done {
    published: Vec<Published>,
    answer: Box<dyn FnOnce() + Send>,
}

/// A turn. Dropped, it passes.
pub(super) struct Turn {
    turns: Arc<Turns>,
    number: u64,
    done: Option<Done>,
}

impl Turns {
    pub(super) fn new(sink: Arc<dyn EventSink>) -> Arc<Self> {
        Arc::new(Self {
            sink,
            state: Mutex::default(),
        })
    }

    /// Takes the next turn: after all locks, before the commit.
    pub(super) fn take(self: &Arc<Self>) -> Turn {
        let mut state = self.lock();
        let number = state.first + u64::try_from(state.queue.len()).unwrap_or(0);
        state.queue.push_back(None);
        Turn {
            turns: self.clone(),
            number,
            done: None,
        }
    }

    /// Fills a turn, and does all that can be done now. The lock is held while the sink is told, so that the order stays.
    fn fill(&self, number: u64, done: Done) {
        let mut state = self.lock();
        let place = usize::try_from(number - state.first).unwrap_or(usize::MAX);
        state.queue[place] = Some(done);
        let mut answers = Vec::new();
        while let Some(Some(done)) = state.queue.pop_front_if(|turn| turn.is_some()) {
            state.first += 1;
            if !done.published.is_empty() {
                self.sink.publish(done.published);
            }
            answers.push(done.answer);
        }
        drop(state);
        for answer in answers {
            answer();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn {
    /// Publishes what was committed, when all earlier turns have, and then answers.
    pub(super) fn publish(mut self, published: Vec<Published>, answer: impl FnOnce() + Send + 'static) {
        self.done = Some(Done {
            published,
            answer: Box::new(answer),
        });
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let nothing = || Done {
            published: Vec::new(),
            answer: Box::new(|| {}),
        };
        let done = self.done.take().unwrap_or_else(nothing);
        self.turns.fill(self.number, done);
    }
}

#[cfg(test)]
mod tests {
    use parlor_domain::{MarksUpdate, Rev, StreamId};

    use super::*;

    #[derive(Default)]
    struct Revs(Mutex<Vec<u64>>);

    impl EventSink for Revs {
        fn publish(&self, batch: Vec<Published>) {
            for published in batch {
                if let Published::Marks(update) = published {
                    self.0.lock().unwrap().push(update.rev.0);
                }
            }
        }
    }

    fn mark(rev: u64) -> Vec<Published> {
        vec![Published::Marks(Arc::new(MarksUpdate {
            stream: StreamId::new(uuid::Uuid::nil()),
            after: Rev::ZERO,
            rev: Rev(rev),
            marks: Vec::new(),
            own: Vec::new(),
        }))]
    }

    #[test]
    fn turns_are_published_in_order_and_answered_after_that() {
        let sink = Arc::new(Revs::default());
        let turns = Turns::new(sink.clone());
        let [first, second, third] = [turns.take(), turns.take(), turns.take()];
        let answered = Arc::new(Mutex::new(Vec::new()));
        let answer = |n| {
            let (answered, sink) = (answered.clone(), sink.clone());
            move || answered.lock().unwrap().push((n, sink.0.lock().unwrap().len()))
        };
        third.publish(mark(3), answer(3));
        assert!(answered.lock().unwrap().is_empty(), "it waits for its turn");
        first.publish(mark(1), answer(1));
        drop(second);
        assert_eq!(*sink.0.lock().unwrap(), [1, 3]);
        assert_eq!(*answered.lock().unwrap(), [(1, 1), (3, 2)]);
        turns.take().publish(mark(4), || {});
        assert_eq!(*sink.0.lock().unwrap(), [1, 3, 4]);
    }
}
