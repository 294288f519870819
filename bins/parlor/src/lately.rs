//! An outcome that stays good for a moment.

use std::sync::Arc;
use std::time::Duration;

use parlor_domain::Timestamp;
use parlor_ports::Clock;
use tokio::sync::Mutex;

/// For how long nobody looks again.
const MOMENT: Duration = Duration::from_secs(1);

/// What somebody found out lately, so that however many ask, one at a time finds out, and not again at once.
pub(crate) struct Lately<T> {
    clock: Arc<dyn Clock>,
    found: Mutex<Option<(Timestamp, T)>>,
}

impl<T: Copy> Lately<T> {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            found: Mutex::default(),
        }
    }

    /// What was found within the last second, else what this finds. Who asks meanwhile waits for the same.
    pub(crate) async fn or(&self, find: impl Future<Output = T>) -> T {
        let mut found = self.found.lock().await;
        let now = self.clock.now();
        match *found {
            // A clock that was set back makes nothing last.
            Some((at, outcome)) if (at..at + MOMENT).contains(&now) => outcome,
            _ => {
                let outcome = find.await;
                *found = Some((self.clock.now(), outcome));
                outcome
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use parlor_testkit::FixedClock;

    use super::*;

    #[tokio::test]
    async fn those_who_ask_at_once_or_within_a_second_share_one_answer() {
        let clock = Arc::new(FixedClock::default());
        let lately = Lately::new(clock.clone());
        let looks = AtomicU32::new(0);
        let ask = || {
            lately.or(async {
                tokio::task::yield_now().await;
                1 + looks.fetch_add(1, Ordering::Relaxed)
            })
        };
        assert_eq!(tokio::join!(ask(), ask(), ask()), (1, 1, 1));
        clock.advance(MOMENT - Duration::from_micros(1));
        assert_eq!(ask().await, 1);
        clock.advance(Duration::from_micros(1));
        assert_eq!(tokio::join!(ask(), ask()), (2, 2));
    }

    #[tokio::test]
    async fn who_gives_up_asking_leaves_it_to_the_next() {
        let lately = Lately::new(Arc::new(FixedClock::default()));
        let never = tokio::time::timeout(Duration::ZERO, lately.or(std::future::pending()));
        assert!(never.await.is_err());
        assert_eq!(lately.or(async { 7 }).await, 7);
    }
}
