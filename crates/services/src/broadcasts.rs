//! Broadcast lists: one message for many, each of whom gets it from its sender alone.

mod guests;
mod lists;
mod sending;

use std::sync::Arc;
use std::time::Duration;

use parlor_domain::{Broadcast, BroadcastId, BroadcastListId, ClientId, MediaId, PageSize, UserId};
use parlor_ports::{
    BroadcastPut, BroadcastRefusal, BroadcastStore, BroadcastView, BroadcastsPage, Clock, Entropy, FatesPage,
    NewBroadcast,
};
use tokio::sync::Notify;

use crate::throttle::{Throttle, Tried};
use crate::{Actor, Error, Made, Messages};

/// Rules for broadcast lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BroadcastsSettings {
    /// How many lists one may have.
    pub max_lists: u32,
    /// How many recipients a list may have.
    pub max_recipients: u32,
    /// For how long it is known what was sent to a list, and what became of it.
    pub memory: Duration,
}

impl Default for BroadcastsSettings {
    fn default() -> Self {
        Self {
            max_lists: 100,
            max_recipients: 1_000,
            memory: Duration::from_hours(30 * 24),
        }
    }
}

/// What somebody wants to send to a list.
#[derive(Debug, Clone)]
pub struct BroadcastDraft {
    /// What the sender's client calls it: sent twice, it goes out once.
    pub client_id: ClientId,
    /// The text, which may be empty beside media.
    pub body: String,
    /// What it shows besides.
    pub media: Vec<MediaId>,
}

/// Keeps lists of recipients, and sends to them.
pub struct Broadcasts {
    pub(crate) store: Arc<dyn BroadcastStore>,
    pub(crate) messages: Arc<Messages>,
    pub(crate) throttle: Arc<Throttle>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) settings: BroadcastsSettings,
    pub(crate) accepted: Notify,
}

impl Broadcasts {
    /// Sends something to all who are in a list now. It is accepted with this, and goes out in the background: as a direct message
    /// to each, who does not learn of the others.
    ///
    /// # Errors
    /// [`Error::Invalid`] (`body`, `media`), [`Error::NoSuchList`], [`Error::EmptyList`], [`Error::NoSuchMedia`],
    /// [`Error::IdempotencyConflict`], [`Error::TooManyTries`]
    pub async fn send(
        &self,
        actor: &Actor,
        list: BroadcastListId,
        draft: BroadcastDraft,
    ) -> Result<Made<Broadcast>, Error> {
        let BroadcastDraft {
            client_id,
            body,
            media,
        } = draft;
        let body = self.messages.content(&body, &media)?;
        let now = self.clock.now();
        let new = NewBroadcast {
            id: BroadcastId::new(self.entropy.uuid(now)),
            list,
            sender: actor.user,
            client_id,
            body,
            media,
            at: now,
        };
        let known = self.store.known(&new).await?;
        let put = match known {
            Some(put) => put,
            None => {
                let user = actor.user.id.to_string();
                self.throttle.count(Tried::Broadcast { user: &user }).await?;
                self.store.send(new).await?
            }
        };
        match put {
            BroadcastPut::New(broadcast) => {
                self.accepted.notify_one();
                Ok(Made::New(broadcast))
            }
            BroadcastPut::Known(broadcast) => Ok(Made::Known(broadcast)),
            BroadcastPut::Refused(refusal) => Err(refusal.into()),
        }
    }

    /// What the actor has sent, how far it has come, and how many have it and have read it.
    ///
    /// # Errors
    /// [`Error::NoSuchBroadcast`]
    pub async fn sent(&self, actor: &Actor, broadcast: BroadcastId) -> Result<BroadcastView, Error> {
        let found = self.store.sent(broadcast, actor.user.id).await?;
        found.ok_or(Error::NoSuchBroadcast)
    }

    /// What was sent to a list of the actor's, the newest first.
    ///
    /// # Errors
    /// [`Error::NoSuchList`]
    pub async fn history(
        &self,
        actor: &Actor,
        list: BroadcastListId,
        before: Option<BroadcastId>,
        size: PageSize,
    ) -> Result<BroadcastsPage, Error> {
        let page = self.store.history(list, actor.user.id, before, size).await?;
        page.ok_or(Error::NoSuchList)
    }

    /// What became of something that the actor has sent, recipient by recipient.
    ///
    /// # Errors
    /// [`Error::NoSuchBroadcast`]
    pub async fn fates(
        &self,
        actor: &Actor,
        broadcast: BroadcastId,
        after: Option<UserId>,
        size: PageSize,
    ) -> Result<FatesPage, Error> {
        let page = self.store.fates(broadcast, actor.user.id, after, size).await?;
        page.ok_or(Error::NoSuchBroadcast)
    }
}

impl From<BroadcastRefusal> for Error {
    fn from(refusal: BroadcastRefusal) -> Self {
        match refusal {
            BroadcastRefusal::NoList => Self::NoSuchList,
            BroadcastRefusal::Empty => Self::EmptyList,
            BroadcastRefusal::NoMedia => Self::NoSuchMedia,
            BroadcastRefusal::Conflict => Self::IdempotencyConflict,
        }
    }
}
