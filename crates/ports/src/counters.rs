//! Counts of what was tried, shared by all machines.

use std::time::Duration;

use async_trait::async_trait;
use parlor_domain::Timestamp;

use crate::StoreError;

/// Counts of what was tried, by names that the caller chooses.
#[async_trait]
pub trait CounterStore: Send + Sync {
    /// Counts one more, if that makes no more than `most` within a window that begins with the first. Otherwise for how long
    /// the window still lasts. However many count at the same time, no more than `most` are let through.
    async fn count(
        &self,
        name: CounterName,
        most: u32,
        window: Duration,
        now: Timestamp,
    ) -> Result<Result<(), Duration>, StoreError>;

    /// Begins anew.
    async fn forget(&self, name: CounterName) -> Result<(), StoreError>;

    /// Forgets some of the windows that are over by now; says whether there may be more.
    async fn sweep(&self, now: Timestamp) -> Result<bool, StoreError>;
}

/// What is counted: 32 bytes, such as the hash of a text that says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CounterName(pub [u8; 32]);
