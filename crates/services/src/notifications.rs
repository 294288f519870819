//! What people are notified of, and who looks after it.

use std::sync::Arc;
use std::time::Duration;

use parlor_domain::{Event, PageSize, Seq, Timestamp};
use parlor_ports::{Clock, NotificationCursor, NotificationStore, NotificationsPage, Notified};
use tokio::sync::Notify;

use crate::{Actor, Error, due};

/// So many messages are dealt with at a time, so that nobody waits long for it.
const BATCH: usize = 50;
/// How long it is remembered under which idempotency keys backends have published something.
const KEYS: Duration = Duration::from_secs(48 * 60 * 60);

/// How long notifications are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotificationsSettings {
    /// After so long they are forgotten.
    pub kept: Duration,
}

impl Default for NotificationsSettings {
    fn default() -> Self {
        Self {
            kept: Duration::from_hours(90 * 24),
        }
    }
}

/// Notifies people, and shows them of what.
pub struct Notifications {
    pub(crate) store: Arc<dyn NotificationStore>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) settings: NotificationsSettings,
    /// Told when something was said of which somebody may be to be notified.
    pub(crate) said: Notify,
}

impl Notifications {
    /// What the actor is notified of, the newest first.
    pub async fn list(
        &self,
        actor: &Actor,
        after: Option<NotificationCursor>,
        unread_only: bool,
        size: PageSize,
    ) -> Result<NotificationsPage, Error> {
        let now = self.clock.now();
        let since = now - self.settings.kept;
        let page = self
            .store
            .list(actor.user.id, since, now, after, unread_only, size);
        Ok(page.await?)
    }

    /// What the actor has not read in his direct rooms with others, the newest first: so many messages at most.
    pub async fn unread_direct(&self, actor: &Actor, most: usize) -> Result<Vec<Arc<Event>>, Error> {
        Ok(self.store.unread_direct(actor.user.id, most).await?)
    }

    /// Notes what the actor has seen: the events of his own stream up to one, and messages to all up to a time. His other
    /// devices are told.
    pub async fn read(&self, actor: &Actor, up_to: Seq, until: Option<Timestamp>) -> Result<(), Error> {
        let until = until.unwrap_or(Timestamp::from_micros(0));
        self.store
            .read(actor.user, up_to, until, self.clock.now())
            .await?;
        Ok(())
    }

    /// Says that something was said.
    pub(crate) fn said(&self) {
        self.said.notify_one();
    }

    /// Notifies people of messages as their time comes. Never ends: run it as a task of its own, once. Nothing is lost if it
    /// is dropped: what waits is in the database.
    pub async fn run(&self) {
        loop {
            let next = match self.notify_due().await {
                // There may be more.
                Ok(done) if done.messages > 0 => continue,
                Ok(done) => done.next,
                Err(error) => {
                    tracing::warn!(%error, "nobody could be notified; it is tried again");
                    None
                }
            };
            due::rest(&*self.clock, &self.said, next).await;
        }
    }

    /// Notifies people of some of the messages whose time has come.
    pub async fn notify_due(&self) -> Result<Notified, Error> {
        Ok(self.store.notify(self.clock.now(), BATCH).await?)
    }

    /// Forgets some of what is old. Says whether there may be more.
    pub(crate) async fn forget_over(&self) -> Result<bool, Error> {
        let now = self.clock.now();
        Ok(self.store.sweep(now - self.settings.kept, now - KEYS).await?)
    }
}
