//! The post: carries letters from the outbox to the mail server, however long that takes.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use parlor_domain::Timestamp;
use parlor_ports::{Clock, GivenUp, MailError, Mailer, Outbox, Waiting};
use tokio::sync::Notify;

use crate::Error;
use crate::letters::Letters;

/// How often it is looked for letters that others wrote, or that were put off.
const LOOK: Duration = Duration::from_secs(5);
/// For how long a letter is ours alone: longer than a mailer takes, and not so long that a code is too old when a server
/// that was ended while it sent the letter starts again.
const LEASE: Duration = Duration::from_secs(90);
/// Letters sent at a time. No more are taken, so that none grows old while it waits for its turn.
const AT_ONCE: usize = 4;
/// After how long a letter is given up.
const PATIENCE: Duration = Duration::from_secs(48 * 60 * 60);
/// After how long one that was given up is forgotten.
const MEMORY: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Sends what waits in the outbox.
pub struct Post {
    outbox: Arc<dyn Outbox>,
    mailer: Arc<dyn Mailer>,
    letters: Arc<Letters>,
    clock: Arc<dyn Clock>,
    written: Notify,
}

impl Post {
    pub(crate) fn new(
        outbox: Arc<dyn Outbox>,
        mailer: Arc<dyn Mailer>,
        letters: Arc<Letters>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            outbox,
            mailer,
            letters,
            clock,
            written: Notify::new(),
        }
    }

    /// Says that a letter was put into the outbox.
    pub(crate) fn written(&self) {
        self.written.notify_one();
    }

    /// Sends letters as they come. Never ends: run it as a task of its own, once. Nothing is lost if it is dropped.
    pub async fn run(&self) {
        loop {
            match self.send_due().await {
                // There may be more.
                Ok(sent) if sent > 0 => continue,
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "the outbox cannot be read; it is tried again"),
            }
            let _looked = tokio::time::timeout(LOOK, self.written.notified()).await;
        }
    }

    /// Tries letters that are due once; says how many there were.
    pub async fn send_due(&self) -> Result<usize, Error> {
        let now = self.clock.now();
        let due = self.outbox.claim(now, now + LEASE, AT_ONCE).await?;
        let count = due.len();
        let tried = join_all(due.into_iter().map(|waiting| self.send(waiting))).await;
        tried.into_iter().collect::<Result<(), Error>>()?;
        Ok(count)
    }

    /// The letters that were given up, the oldest first.
    pub async fn given_up(&self, most: usize) -> Result<Vec<GivenUp>, Error> {
        Ok(self.outbox.given_up(most).await?)
    }

    /// Tries all letters again that were given up; says how many.
    pub async fn retry_given_up(&self) -> Result<usize, Error> {
        Ok(self.outbox.retry_given_up(self.clock.now()).await?)
    }

    /// Forgets some of the letters that were given up long ago; says whether there may be more.
    pub(crate) async fn forget_over(&self) -> Result<bool, Error> {
        Ok(self.outbox.sweep(self.clock.now() - MEMORY).await?)
    }

    async fn send(&self, waiting: Waiting) -> Result<(), Error> {
        let (number, since) = (waiting.number, waiting.since);
        let failed = match self.letters.open(waiting.letter) {
            Ok(letter) => self.mailer.send(number, &letter).await.err(),
            // Another server may have its key, or the operator bring it back.
            Err(error) => Some(MailError::Temporary(Box::new(error))),
        };
        let Some(failed) = failed else {
            return Ok(self.outbox.sent(number).await?);
        };
        let now = self.clock.now();
        let due_at = match failed {
            MailError::Temporary(_) => next_try(now, since, waiting.put_off),
            MailError::Permanent(_) => None,
        };
        match due_at {
            Some(_) => tracing::warn!(number, error = %failed, "a mail could not be sent; it is tried again"),
            None => tracing::error!(number, error = %failed, "a mail was given up; see `parlor mail`"),
        }
        Ok(self.outbox.put_off(number, due_at, failed.to_string()).await?)
    }
}

/// When a letter is tried again that was put off so many times since then: soon at first, then every half an hour.
fn next_try(now: Timestamp, since: Timestamp, put_off: u32) -> Option<Timestamp> {
    let wait = Duration::from_secs(5)
        .saturating_mul(4_u32.saturating_pow(put_off))
        .min(Duration::from_secs(30 * 60));
    (now.since(since) < PATIENCE).then_some(now + wait)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_end() {
        let start = Timestamp::from_micros(0);
        let waits: Vec<u64> = (0..7)
            .map(|n| next_try(start, start, n).unwrap().since(start).as_secs())
            .collect();
        assert_eq!(waits, [5, 20, 80, 320, 1280, 1800, 1800]);
        assert_eq!(next_try(start + PATIENCE, start, 100), None);
    }
}
