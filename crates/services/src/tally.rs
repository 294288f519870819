//! Who counts reactions in channels.

use std::sync::Arc;

use parlor_ports::{Clock, Counted, EventLog};
use tokio::sync::Notify;

use crate::{Error, due};

/// So many messages are dealt with at a time, so that nobody waits long for it.
const BATCH: usize = 50;

/// Counts the reactions of channels' readers, however many there are, once in a while.
pub struct Tally {
    log: Arc<dyn EventLog>,
    clock: Arc<dyn Clock>,
    /// Told when there may be something to count.
    reacted: Notify,
}

impl Tally {
    /// Counts in this log.
    pub(crate) fn new(log: Arc<dyn EventLog>, clock: Arc<dyn Clock>) -> Self {
        Self {
            log,
            clock,
            reacted: Notify::new(),
        }
    }

    /// Says that there may be something to count.
    pub(crate) fn reacted(&self) {
        self.reacted.notify_one();
    }

    /// Counts reactions as their time comes. Never ends: run it as a task of its own, once. Nothing is lost if it is dropped:
    /// what waits is in the database.
    pub async fn run(&self) {
        loop {
            let next = match self.count_due().await {
                // There may be more.
                Ok(done) if done.messages > 0 => continue,
                Ok(done) => done.next,
                Err(error) => {
                    tracing::warn!(%error, "reactions could not be counted; it is tried again");
                    None
                }
            };
            due::rest(&*self.clock, &self.reacted, next).await;
        }
    }

    /// Counts the reactions to some of the messages whose time has come.
    pub async fn count_due(&self) -> Result<Counted, Error> {
        Ok(self.log.count_reactions(self.clock.now(), BATCH).await?)
    }
}
