//! The post: carries letters from the outbox to the mail server, however long that takes.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use parlor_domain::Timestamp;
use parlor_ports::{Clock, GivenUp, MailError, Mailer, Outbox, Waiting};
use tokio::sync::Notify;

use crate::Error;
use crate::letters::Letters;

/// How often it is looked for letters that others wrote, or that were put off.
const LOOK: Duration = Duration::from_secs(5);
/// For how long a letter is ours alone, and how much of that must be left for sending it.
const LEASE: Duration = Duration::from_secs(5 * 60);
const SENDING: Duration = Duration::from_secs(2 * 60);
/// Letters taken at a time, and letters sent at a time.
const BATCH: usize = 32;
const AT_ONCE: usize = 4;
/// After how long a letter is given up.
const PATIENCE: Duration = Duration::from_secs(48 * 60 * 60);

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
        let until = now + LEASE;
        let due = self.outbox.claim(now, until, BATCH).await?;
        let count = due.len();
        let tried: Vec<Result<(), Error>> = stream::iter(due)
            .map(|waiting| self.send(waiting, until))
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
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

    async fn send(&self, waiting: Waiting, until: Timestamp) -> Result<(), Error> {
        if until.since(self.clock.now()) < SENDING {
            // Those before it took so long that somebody else may take it while we send it. It is due again then.
            return Ok(());
        }
        let (number, written_at) = (waiting.number, waiting.letter.at);
        let failed = match self.letters.open(waiting.letter) {
            Ok(letter) => self.mailer.send(number, &letter).await.err(),
            // Its key is gone.
            Err(error) => Some(MailError::Permanent(Box::new(error))),
        };
        let Some(failed) = failed else {
            return Ok(self.outbox.sent(number).await?);
        };
        let now = self.clock.now();
        let due_at = match failed {
            MailError::Temporary(_) => next_try(now, written_at, waiting.put_off),
            MailError::Permanent(_) => None,
        };
        match due_at {
            Some(_) => tracing::warn!(number, error = %failed, "a mail could not be sent; it is tried again"),
            None => tracing::error!(number, error = %failed, "a mail was given up; see `parlor mail`"),
        }
        Ok(self.outbox.put_off(number, due_at, failed.to_string()).await?)
    }
}

/// When a letter is tried again that was put off so many times before: soon at first, then every half an hour.
fn next_try(now: Timestamp, written_at: Timestamp, put_off: u32) -> Option<Timestamp> {
    let wait = Duration::from_secs(5)
        .saturating_mul(4_u32.saturating_pow(put_off))
        .min(Duration::from_secs(30 * 60));
    (now.since(written_at) < PATIENCE).then_some(now + wait)
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
