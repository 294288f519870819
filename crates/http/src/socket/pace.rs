//! How many frames a client may send.

use std::cell::Cell;
use std::num::NonZeroU32;

use governor::{DefaultDirectRateLimiter, Quota};

/// How many frames too many a client may have sent, each within the rate making good for one, before it is closed.
const MOST_EXCESS: u32 = 100;

/// Counts one client's frames.
pub(crate) struct Pace {
    rate: Option<Box<DefaultDirectRateLimiter>>,
    /// Frames beyond the rate that were not made good for.
    excess: Cell<u32>,
}

/// How a frame comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Paced {
    /// Within the rate.
    Timely,
    /// Beyond it.
    Early,
    /// Beyond it once too often: the client is not heard any more.
    Gone,
}

impl Pace {
    /// So many frames a second, on average, four seconds' worth at once; `None` for any number.
    pub(crate) fn new(frames_per_second: Option<NonZeroU32>) -> Self {
        let quota = frames_per_second.map(|frames| {
            let burst = frames.saturating_mul(const { NonZeroU32::new(4).expect("not zero") });
            Quota::per_second(frames).allow_burst(burst)
        });
        Self {
            rate: quota.map(|quota| Box::new(DefaultDirectRateLimiter::direct(quota))),
            excess: Cell::new(0),
        }
    }

    /// Counts a frame.
    pub(crate) fn count(&self) -> Paced {
        let excess = self.excess.get();
        if self.rate.as_ref().is_none_or(|rate| rate.check().is_ok()) {
            self.excess.set(excess.saturating_sub(1));
            Paced::Timely
        } else if excess < MOST_EXCESS {
            self.excess.set(excess + 1);
            Paced::Early
        } else {
            Paced::Gone
        }
    }
}
