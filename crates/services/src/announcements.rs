//! The room in which backends tell everybody something, and who looks after it.

use std::sync::Arc;
use std::time::Duration;

use parlor_domain::{RoomId, RoomName};
use parlor_ports::{AnnouncementStore, Clock, Entropy, Gathered};
use tokio::sync::Notify;

use crate::{Actor, Error};

/// So many accounts are looked at in one go, so that nobody waits long for it.
const BATCH: usize = 50;
/// How often it is said how far it has come, in batches.
const REPORT: usize = 100;
/// How often it is looked for what another process has begun, or what could not go on.
const LOOK: Duration = Duration::from_secs(30);

/// Of what is told to everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnnouncementsSettings {
    /// What the room is called in which it is told.
    pub name: RoomName,
}

impl Default for AnnouncementsSettings {
    fn default() -> Self {
        Self {
            name: "Announcements".parse().expect("a name for rooms"),
        }
    }
}

/// Looks after the room of all accounts.
pub struct Announcements {
    pub(crate) store: Arc<dyn AnnouncementStore>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) settings: AnnouncementsSettings,
    /// Told when something was said to everybody.
    pub(crate) said: Notify,
}

impl Announcements {
    /// The room, made now if it is not there, with this bot in it.
    ///
    /// # Errors
    /// [`Error::NoBot`]
    pub(crate) async fn room(&self, bot: &Actor) -> Result<RoomId, Error> {
        let now = self.clock.now();
        let new_id = RoomId::new(self.entropy.uuid(now));
        let name = self.settings.name.clone();
        let room = self.store.open(bot.user, name, new_id, now).await?;
        room.ok_or(Error::NoBot)
    }

    /// Says that something was said to everybody.
    pub(crate) fn said(&self) {
        self.said.notify_one();
    }

    /// Brings those in whose accounts were there before the room. Never ends: run it as a task of its own, once. If it is
    /// dropped, the next one goes on where it was.
    pub async fn run(&self) {
        loop {
            if let Err(error) = self.gather_all().await {
                tracing::warn!(%error, "not everybody gets announcements yet; it is tried again");
            }
            let _woken = tokio::time::timeout(LOOK, self.said.notified()).await;
        }
    }

    async fn gather_all(&self) -> Result<(), Error> {
        let mut people = 0;
        for batch in 1_usize.. {
            let gathered = self.gather().await?;
            people += gathered.people;
            if !gathered.more {
                break;
            }
            if batch.is_multiple_of(REPORT) {
                tracing::info!(people, "people are being brought to the announcements");
            }
        }
        if people > 0 {
            tracing::info!(people, "everybody gets announcements from now on");
        }
        Ok(())
    }

    /// Brings some of those in.
    pub async fn gather(&self) -> Result<Gathered, Error> {
        Ok(self.store.gather(BATCH, self.clock.now()).await?)
    }
}
