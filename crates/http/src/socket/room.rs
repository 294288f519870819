//! Room for long messages that are under way, which all sockets share.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Messages of more bytes need room.
pub(super) const LONG: usize = 256 << 10;
/// How many bytes all of them may have.
const BYTES: usize = 256 << 20;
/// How long one may take, for each mebibyte that it may have.
const PATIENCE: Duration = Duration::from_secs(30);

/// The room that there is.
#[derive(Clone)]
pub(crate) struct Room(Arc<Semaphore>);

impl Default for Room {
    fn default() -> Self {
        Self::of(BYTES)
    }
}

impl Room {
    /// Room for so many bytes.
    pub(super) fn of(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new(bytes)))
    }

    /// Room for a message of at most so many bytes, if there is any.
    pub(super) fn take(&self, bytes: usize) -> Option<Taken> {
        let bytes = u32::try_from(bytes).ok()?;
        let permit = self.0.clone().try_acquire_many_owned(bytes).ok()?;
        let mebibytes = bytes.div_ceil(1 << 20);
        Some(Taken {
            until: Instant::now() + PATIENCE.saturating_mul(mebibytes),
            _permit: permit,
        })
    }
}

/// The room of one message.
pub(super) struct Taken {
    until: Instant,
    _permit: OwnedSemaphorePermit,
}

impl Taken {
    /// Whether the message takes too long.
    pub(super) fn is_late(&self) -> bool {
        Instant::now() > self.until
    }
}
