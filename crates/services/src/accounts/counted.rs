//! Great numbers, which are not counted each time that somebody asks.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use parlor_domain::Timestamp;

/// Fewer than so many are counted each time.
const MANY: u64 = 10_000;
/// How long a great number is good.
const GOOD: Duration = Duration::from_secs(60);

/// What was counted last, if it was so much that it is remembered for a while.
#[derive(Debug, Default)]
pub(crate) struct Counted(Mutex<Option<(u64, Timestamp)>>);

impl Counted {
    /// The number, if it is still good.
    pub(super) fn at(&self, now: Timestamp) -> Option<u64> {
        let counted = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (number, until) = counted?;
        (now < until).then_some(number)
    }

    /// Takes note of what was counted.
    pub(super) fn note(&self, number: u64, now: Timestamp) {
        let counted = (number >= MANY).then_some((number, now + GOOD));
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = counted;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn great_numbers_are_good_for_a_minute_and_small_ones_not_at_all() {
        let (counted, now) = (Counted::default(), Timestamp::from_micros(0));
        assert_eq!(counted.at(now), None);
        counted.note(MANY - 1, now);
        assert_eq!(counted.at(now), None);
        counted.note(MANY, now);
        assert_eq!(counted.at(now + Duration::from_secs(59)), Some(MANY));
        assert_eq!(counted.at(now + GOOD), None);
    }
}
