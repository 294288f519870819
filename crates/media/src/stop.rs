//! The end of an examination before its time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::Refusal;

/// Tells an examination to stop. It looks between frames, packets and blocks of bytes.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Ends the examinations that look at this.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// # Errors
    /// [`Refusal::TimedOut`] once it is to stop.
    pub(crate) fn check(&self) -> Result<(), Refusal> {
        if self.0.load(Ordering::Relaxed) {
            Err(Refusal::TimedOut)
        } else {
            Ok(())
        }
    }
}
