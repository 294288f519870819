//! Sessions that ended a moment ago, while their access tokens have not expired yet.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use parlor_domain::{SessionId, Timestamp, What};
use parlor_ports::{Clock, EventSink, Published};

/// Remembers each session that ends for as long as an access token lives: after that none of it is good by itself. It
/// hears of them, whoever ended them, from what the store publishes.
pub struct EndedSessions {
    clock: Arc<dyn Clock>,
    life: Duration,
    known: RwLock<Known>,
}

#[derive(Default)]
struct Known {
    sessions: HashSet<SessionId>,
    /// The same, with the time at which it was heard, which is not before that of the end.
    in_order: VecDeque<(Timestamp, SessionId)>,
}

impl EndedSessions {
    pub(super) fn new(clock: Arc<dyn Clock>, life: Duration) -> Self {
        Self {
            clock,
            life,
            known: RwLock::default(),
        }
    }

    /// A sink that hears what ends and passes everything on to this one. A session is known to be over before anybody
    /// else is told.
    pub fn before(self: Arc<Self>, next: Arc<dyn EventSink>) -> Arc<dyn EventSink> {
        Arc::new(Before { ended: self, next })
    }

    pub(super) fn contains(&self, session: SessionId) -> bool {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.sessions.contains(&session)
    }

    /// Remembers these, and forgets those whose tokens have expired.
    pub(super) fn add(&self, ended: &[SessionId]) {
        let now = self.clock.now();
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let is_old = |(heard, _): &mut (Timestamp, SessionId)| now.since(*heard) > self.life;
        while let Some((_, session)) = known.in_order.pop_front_if(is_old) {
            known.sessions.remove(&session);
        }
        for &session in ended {
            if known.sessions.insert(session) {
                known.in_order.push_back((now, session));
            }
        }
    }
}

struct Before {
    ended: Arc<EndedSessions>,
    next: Arc<dyn EventSink>,
}

impl EventSink for Before {
    fn publish(&self, batch: Vec<Published>) {
        for published in &batch {
            if let Published::Event { event, .. } = published
                && let What::SessionsRevoked { sessions } = &event.what
            {
                self.ended.add(sessions);
            }
        }
        self.next.publish(batch);
    }
}

#[cfg(test)]
mod tests {
    use parlor_ports::Entropy;
    use parlor_testkit::{FixedClock, SeededEntropy};

    use super::*;

    #[test]
    fn what_ended_is_known_as_long_as_a_token_lives() {
        let clock = Arc::new(FixedClock::default());
        let entropy = SeededEntropy::default();
        let ended = EndedSessions::new(clock.clone(), Duration::from_mins(10));
        let [one, two, three] = [(); 3].map(|()| SessionId::new(entropy.uuid(clock.now())));
        ended.add(&[one, two]);
        clock.advance(Duration::from_mins(10));
        ended.add(&[two]);
        assert!(ended.contains(one) && ended.contains(two) && !ended.contains(three));
        clock.advance(Duration::from_secs(1));
        ended.add(&[three]);
        assert!(!ended.contains(one) && !ended.contains(two) && ended.contains(three));
        let known = ended.known.read().expect("nobody panicked");
        assert_eq!((known.sessions.len(), known.in_order.len()), (1, 1));
    }
}
