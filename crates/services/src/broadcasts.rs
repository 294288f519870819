//! Broadcast lists: one message for many, each of whom gets it from its sender alone.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use parlor_domain::{
    Broadcast, BroadcastId, BroadcastList, BroadcastListId, Called, ClientId, Draft, ListName, MediaId,
    Message, MessageBody, PageSize, RoomId, UserId,
};
use parlor_ports::{
    Append, AppendRefusal, Appended, Batch, BroadcastPut, BroadcastRefusal, BroadcastStore, BroadcastView,
    BroadcastsPage, Clock, Entropy, EventLog, Fate, FatesPage, ListAct, ListPut, ListsPage, NewBroadcast,
    NewList, Priority, RecipientsPage, Skip, StoreError,
};
use tokio::sync::Notify;

use crate::throttle::{Throttle, Tried};
use crate::{Actor, Error, Made, MessagesSettings};

/// How often it is looked for broadcasts that another process has taken on, or that could not go on.
const LOOK: Duration = Duration::from_secs(20);

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
    pub(crate) log: Arc<dyn EventLog>,
    pub(crate) throttle: Arc<Throttle>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) settings: BroadcastsSettings,
    pub(crate) messages: MessagesSettings,
    pub(crate) accepted: Notify,
}

impl Broadcasts {
    /// Makes a list without recipients.
    ///
    /// # Errors
    /// [`Error::TooManyLists`]
    pub async fn create(&self, actor: &Actor, name: ListName) -> Result<BroadcastList, Error> {
        let now = self.clock.now();
        let new = NewList {
            id: BroadcastListId::new(self.entropy.uuid(now)),
            owner: actor.user,
            name,
            most: self.settings.max_lists,
            at: now,
        };
        match self.store.create(new).await? {
            ListPut::Done(list) => Ok(list),
            ListPut::TooMany => Err(Error::TooManyLists),
            ListPut::NoOwner => Err(Error::NoSuchUser(None)),
        }
    }

    /// A list of the actor's.
    ///
    /// # Errors
    /// [`Error::NoSuchList`]
    pub async fn find(&self, actor: &Actor, list: BroadcastListId) -> Result<BroadcastList, Error> {
        let found = self.store.find(list, actor.user.id).await?;
        found.ok_or(Error::NoSuchList)
    }

    /// The actor's lists, the oldest first.
    pub async fn lists(
        &self,
        actor: &Actor,
        after: Option<BroadcastListId>,
        size: PageSize,
    ) -> Result<ListsPage, Error> {
        Ok(self.store.lists(actor.user.id, after, size).await?)
    }

    /// Calls a list something else.
    ///
    /// # Errors
    /// [`Error::NoSuchList`]
    pub async fn rename(
        &self,
        actor: &Actor,
        list: BroadcastListId,
        name: ListName,
    ) -> Result<BroadcastList, Error> {
        let now = self.clock.now();
        let renamed = self.store.rename(list, actor.user, name, now).await?;
        renamed.ok_or(Error::NoSuchList)
    }

    /// Deletes a list, and what is known of what was sent to it. Whoever waits for something gets it no more. That there is no such
    /// list is no error.
    pub async fn delete(&self, actor: &Actor, list: BroadcastListId) -> Result<(), Error> {
        let now = self.clock.now();
        if self.store.delete(list, actor.user, now).await? {
            self.accepted.notify_one();
        }
        Ok(())
    }

    /// Adds recipients, all or none: at most [`BroadcastList::AT_ONCE`]. They are not told.
    ///
    /// # Errors
    /// [`Error::Invalid`] (`users`), [`Error::NoSuchList`], [`Error::NoSuchUser`], [`Error::ListFull`]
    pub async fn add(
        &self,
        actor: &Actor,
        list: BroadcastListId,
        users: Vec<UserId>,
    ) -> Result<BroadcastList, Error> {
        let users = distinct(users)?;
        if users.contains(&actor.user.id) {
            return Err(Error::invalid("users", "must be others than yourself"));
        }
        let (most, now) = (self.settings.max_recipients, self.clock.now());
        changed(self.store.add(list, actor.user, users, most, now).await?)
    }

    /// Removes recipients, at most [`BroadcastList::AT_ONCE`]. What they wait for they still get. That somebody was none is no error.
    ///
    /// # Errors
    /// [`Error::Invalid`] (`users`), [`Error::NoSuchList`]
    pub async fn remove(
        &self,
        actor: &Actor,
        list: BroadcastListId,
        users: Vec<UserId>,
    ) -> Result<BroadcastList, Error> {
        let (users, now) = (distinct(users)?, self.clock.now());
        changed(self.store.remove(list, actor.user, users, now).await?)
    }

    /// The recipients of a list, in the order of their ids.
    ///
    /// # Errors
    /// [`Error::NoSuchList`]
    pub async fn recipients(
        &self,
        actor: &Actor,
        list: BroadcastListId,
        after: Option<UserId>,
        size: PageSize,
    ) -> Result<RecipientsPage, Error> {
        let page = self.store.recipients(list, actor.user.id, after, size).await?;
        page.ok_or(Error::NoSuchList)
    }

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
        if media.len() > Message::MEDIA || media.iter().collect::<HashSet<_>>().len() < media.len() {
            return Err(Error::invalid(
                "media",
                format_args!("must be at most {}, each but once", Message::MEDIA),
            ));
        }
        let body = match &*body {
            "" if !media.is_empty() => MessageBody::none(),
            text => {
                MessageBody::parse(text, self.messages.max_body).map_err(|why| Error::invalid("body", why))?
            }
        };
        let user = actor.user.id.to_string();
        self.throttle.count(Tried::Broadcast { user: &user }).await?;
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
        match self.store.send(new).await? {
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

    /// Sends what was accepted. Never ends: run it as a task of its own, once. Nothing is lost or sent twice if it is dropped at any
    /// moment, since it goes on where it was.
    pub async fn run(&self) {
        loop {
            if let Err(error) = self.tend().await {
                tracing::warn!(%error, "a broadcast cannot go on; it is tried again");
            }
            let _looked = tokio::time::timeout(LOOK, self.accepted.notified()).await;
        }
    }

    /// Sends all that was accepted by now, and forgets what is over.
    pub async fn tend(&self) -> Result<(), Error> {
        while self.send_batch().await? {}
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
        match self.log.append(append).await {
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

/// Each user once; at most [`BroadcastList::AT_ONCE`].
fn distinct(users: Vec<UserId>) -> Result<Vec<UserId>, Error> {
    let most = BroadcastList::AT_ONCE;
    // Counted before anything is done with them, so that a long list costs nothing.
    if users.is_empty() || users.len() > most {
        return Err(Error::invalid("users", format!("must name 1 to {most} users")));
    }
    let mut seen = HashSet::new();
    Ok(users.into_iter().filter(|user| seen.insert(*user)).collect())
}

fn changed(act: ListAct) -> Result<BroadcastList, Error> {
    match act {
        ListAct::Done(list) => Ok(list),
        ListAct::NoList => Err(Error::NoSuchList),
        ListAct::NoUser(user) => Err(Error::NoSuchUser(Some(user))),
        ListAct::Full => Err(Error::ListFull),
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
