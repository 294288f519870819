//! Sending what was accepted, in the background and batch by batch.

use std::time::Duration;

use futures_util::future::join_all;
use parlor_domain::{Called, Draft, RoomId};
use parlor_ports::{Append, AppendRefusal, Appended, Batch, Fate, Priority, Skip, StoreError};
use tokio::time::{sleep, timeout};

use super::Broadcasts;
use crate::Error;

/// How often it is looked for broadcasts that another process has taken on, or that could not go on.
const LOOK: Duration = Duration::from_secs(20);
/// After how long a batch is tried again that came when too much work waited.
const SOON: Duration = Duration::from_millis(500);
/// How often that is done on end; then it rests as after any other failure.
const RETRIES: usize = 10;

impl Broadcasts {
    /// Sends what was accepted. Never ends: run it as a task of its own, once. Nothing is lost or sent twice if it is dropped at any
    /// moment, since it goes on where it was.
    pub async fn run(&self) {
        loop {
            if let Err(error) = self.tend().await {
                tracing::warn!(%error, "a broadcast cannot go on; it is tried again");
            }
            let _looked = timeout(LOOK, self.accepted.notified()).await;
        }
    }

    /// Sends all that was accepted by now, and forgets what is over.
    pub async fn tend(&self) -> Result<(), Error> {
        // Each is done, whatever becomes of the other.
        let steps = [self.send_all().await, self.erase().await];
        steps.into_iter().collect()
    }

    async fn send_all(&self) -> Result<(), Error> {
        let mut retries = 0;
        loop {
            match self.send_batch().await {
                Ok(true) => retries = 0,
                Ok(false) => return Ok(()),
                Err(Error::Busy) if retries < RETRIES => {
                    retries += 1;
                    sleep(SOON).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn erase(&self) -> Result<(), Error> {
        let until = self.clock.now() - self.settings.memory;
        while self.store.erase(until).await? {}
        Ok(())
    }

    /// Sends the next batch of messages; false if there is nothing to be sent.
    pub async fn send_batch(&self) -> Result<bool, Error> {
        let Some(batch) = self.store.prepare(self.clock.now()).await? else {
            return Ok(false);
        };
        // All at the same time, so that they share commits.
        let sent = batch
            .recipients
            .iter()
            .map(|(_, room)| self.send_one(&batch, *room));
        let fates: Result<Vec<Fate>, StoreError> = join_all(sent).await.into_iter().collect();
        self.store.settle(&batch, fates?, self.clock.now()).await?;
        Ok(true)
    }

    async fn send_one(&self, batch: &Batch, room: Result<RoomId, Skip>) -> Result<Fate, StoreError> {
        let room = match room {
            Ok(room) => room,
            Err(skip) => return Ok(Fate::Skipped(skip)),
        };
        let client_id = batch.broadcast.to_string();
        let append = Append {
            room,
            sender: batch.sender,
            client_id: client_id.parse().expect("a UUID is a client id"),
            draft: Draft::Message {
                body: batch.body.clone(),
                media: batch.media.clone(),
                reply_to: None,
                status: None,
                called: Called::by(batch.body.as_str()),
            },
            at: self.clock.now(),
            origin: None,
            priority: Priority::Bulk,
        };
        match self.messages.append(append).await {
            Ok(Appended::New(event) | Appended::Known(event)) => Ok(Fate::Sent { room, seq: event.seq }),
            Ok(Appended::Refused(refusal)) => Ok(Fate::Skipped(skip(refusal))),
            // One broken room must not keep all others from what waits behind it.
            Err(error @ StoreError::Other(_)) => {
                tracing::error!(%error, %room, "a message of a broadcast cannot be stored; its recipient is skipped");
                Ok(Fate::Skipped(Skip::Refused))
            }
            Err(error @ (StoreError::Busy | StoreError::Unavailable(_))) => Err(error),
        }
    }
}

/// Why somebody gets no message.
fn skip(refusal: AppendRefusal) -> Skip {
    match refusal {
        AppendRefusal::Barring => Skip::Blocked,
        AppendRefusal::Barred => Skip::NotAContact,
        _ => Skip::Refused,
    }
}
