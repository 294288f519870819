//! How long to wait before the next attempt.

use std::time::Duration;

/// Exponential backoff with full jitter: a random time between nothing and a limit that doubles with every failure,
/// so that many clients who lost one server do not come back at one moment.
pub(crate) struct Backoff {
    base: Duration,
    cap: Duration,
    failures: u32,
    chance: fn() -> f64,
}

impl Backoff {
    /// The first pause is at most `base`, none is longer than `cap`; `chance` draws from 0 to 1.
    pub(crate) fn new(base: Duration, cap: Duration, chance: fn() -> f64) -> Self {
        Self {
            base,
            cap,
            failures: 0,
            chance,
        }
    }

    /// Whether the last attempt was none of a row of failures.
    pub(crate) fn is_fresh(&self) -> bool {
        self.failures == 0
    }

    /// How long the row of failures is.
    pub(crate) fn failures(&self) -> u32 {
        self.failures
    }

    /// The connection is good.
    pub(crate) fn reset(&mut self) {
        self.failures = 0;
    }

    /// Counts a failure that needs no pause.
    pub(crate) fn count(&mut self) {
        self.failures = self.failures.saturating_add(1);
    }

    /// Counts a failure and draws the pause after it.
    pub(crate) fn next(&mut self) -> Duration {
        let limit = self
            .base
            .saturating_mul(2_u32.saturating_pow(self.failures.min(31)))
            .min(self.cap);
        self.count();
        limit.mul_f64((self.chance)())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pauses(chance: fn() -> f64, n: usize) -> Vec<u128> {
        let (base, cap) = (Duration::from_millis(500), Duration::from_secs(30));
        let mut backoff = Backoff::new(base, cap, chance);
        (0..n).map(|_| backoff.next().as_millis()).collect()
    }

    #[test]
    fn the_limit_doubles_up_to_the_cap() {
        assert_eq!(
            pauses(|| 1.0, 9),
            [500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]
        );
    }

    #[test]
    fn the_jitter_is_full() {
        assert_eq!(pauses(|| 0.0, 3), [0, 0, 0]);
        assert_eq!(pauses(|| 0.5, 2), [250, 500]);
    }

    #[test]
    fn a_long_row_of_failures_does_not_overflow() {
        assert_eq!(pauses(|| 1.0, 100).last(), Some(&30000));
    }
}
