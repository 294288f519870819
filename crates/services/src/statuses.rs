//! Status updates: what people show their contacts for a day.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use parlor_domain::{ClientId, Event, MediaId, PageSize, RoomId, Status, StatusAudience, StatusId, UserId};
use parlor_ports::{
    Clock, DirectOpened, Entropy, NewStatus, RoomStore, StatusCursor, StatusPut, StatusRefusal, StatusSide,
    StatusStore, StatusView, StatusViewsPage, StatusesPage,
};
use tokio::sync::Notify;

use crate::messages::content;
use crate::throttle::{Throttle, Tried};
use crate::{Actor, Error, Library, Made, Messages};

/// How often it is looked for statuses that have ended, and for those that another process posted. What has ended is erased within a
/// minute.
const LOOK: Duration = Duration::from_secs(20);
/// So many steps are taken to erase statuses, then so many to tell of others, so that neither waits long for the other.
const TURN: usize = 50;
/// When a status ends that stays until its author takes it back.
pub(crate) const LASTING: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);
/// Of so many people it is asked at once what they show.
const ASKED: usize = 500;

/// Rules for statuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatusesSettings {
    /// For how long one is to be seen.
    pub lifetime: Duration,
    /// How many one may have at a time.
    pub most: u32,
    /// Most bytes of a text.
    pub max_body: usize,
}

impl Default for StatusesSettings {
    fn default() -> Self {
        Self {
            lifetime: Duration::from_hours(24),
            most: 30,
            max_body: 4_096,
        }
    }
}

/// What somebody wants to show.
#[derive(Debug, Clone, Default)]
pub struct StatusDraft {
    /// What the author's client calls it, so that a repeated request posts once.
    pub client_id: Option<ClientId>,
    /// The text, which may be empty beside media.
    pub body: String,
    /// A picture or video.
    pub media: Option<MediaId>,
    /// Who may see it.
    pub audience: StatusAudience,
}

/// Posts statuses, shows them to those who may see them, and erases them when they have ended.
pub struct Statuses {
    pub(crate) store: Arc<dyn StatusStore>,
    pub(crate) rooms: Arc<dyn RoomStore>,
    pub(crate) messages: Arc<Messages>,
    pub(crate) library: Arc<Library>,
    pub(crate) throttle: Arc<Throttle>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) settings: StatusesSettings,
    pub(crate) changed: Notify,
}

impl Statuses {
    /// Shows something to the actor's contacts, or some of them.
    ///
    /// # Errors
    /// [`Error::Invalid`] (`body`, `media`, `users`), [`Error::NoSuchMedia`] if it is not the actor's, [`Error::TooManyStatuses`],
    /// [`Error::IdempotencyConflict`], [`Error::TooManyTries`]
    pub async fn post(&self, actor: &Actor, draft: StatusDraft) -> Result<Made<StatusView>, Error> {
        let new = self.written(actor, draft, self.settings.lifetime)?;
        self.put(new).await
    }

    /// Shows something to the actor's contacts, or some of them, until he takes it back or shows something else so, which takes its
    /// place. Those who see him in some room may see it where they ask for it by [`Statuses::current`].
    ///
    /// # Errors
    /// As [`Statuses::post`].
    pub async fn post_lasting(&self, actor: &Actor, draft: StatusDraft) -> Result<Made<StatusView>, Error> {
        let new = NewStatus {
            lasting: true,
            ..self.written(actor, draft, LASTING)?
        };
        self.put(new).await
    }

    /// A status that is not posted yet.
    fn written(&self, actor: &Actor, draft: StatusDraft, lifetime: Duration) -> Result<NewStatus, Error> {
        let body = content(&draft.body, draft.media.as_slice(), 1, self.settings.max_body)?;
        let audience = audience(actor, draft.audience)?;
        let now = self.clock.now();
        Ok(NewStatus {
            id: StatusId::new(self.entropy.uuid(now)),
            author: actor.user,
            client_id: draft.client_id,
            body,
            media: draft.media,
            audience,
            at: now,
            expires_at: now + lifetime,
            most: self.settings.most,
            lasting: false,
        })
    }

    async fn put(&self, new: NewStatus) -> Result<Made<StatusView>, Error> {
        let known = self.store.known(&new).await?;
        let put = match known {
            Some(put) => put,
            None => {
                let user = new.author.id.to_string();
                self.throttle.count(Tried::Status { user: &user }).await?;
                self.store.post(new).await?
            }
        };
        match put {
            StatusPut::New(view) => {
                self.changed.notify_one();
                Ok(Made::New(view))
            }
            StatusPut::Known(view) => Ok(Made::Known(view)),
            StatusPut::Refused(refusal) => Err(refusal.into()),
        }
    }

    /// Takes a status back before it ends. That there is none is no error.
    pub async fn remove(&self, actor: &Actor, status: StatusId) -> Result<(), Error> {
        let now = self.clock.now();
        if self.store.remove(status, actor.user, now).await? {
            self.changed.notify_one();
        }
        Ok(())
    }

    /// A status that the actor may see, or his own.
    ///
    /// # Errors
    /// [`Error::NoSuchStatus`]
    pub async fn find(&self, actor: &Actor, status: StatusId) -> Result<StatusView, Error> {
        let found = self.store.find(status, actor.user.id, self.clock.now()).await?;
        found.ok_or(Error::NoSuchStatus)
    }

    /// The statuses of others that the actor may see, author by author, each one's oldest first.
    pub async fn feed(
        &self,
        actor: &Actor,
        after: Option<StatusCursor>,
        size: PageSize,
    ) -> Result<StatusesPage, Error> {
        let now = self.clock.now();
        Ok(self.store.feed(actor.user.id, after, size, now).await?)
    }

    /// What each of these people shows the actor at the moment: his newest status that the actor may see, and of those that
    /// [last](Statuses::post_lasting) also one of somebody whom he sees in some room.
    pub async fn current(&self, actor: &Actor, people: &[UserId]) -> Result<HashMap<UserId, Status>, Error> {
        let now = self.clock.now();
        let mut found = HashMap::with_capacity(people.len());
        for people in people.chunks(ASKED) {
            let shown = self.store.current(actor.user.id, people.to_vec(), now).await?;
            found.extend(shown.into_iter().map(|status| (status.author.id, status)));
        }
        Ok(found)
    }

    /// The actor's own statuses, the oldest first.
    pub async fn own(&self, actor: &Actor) -> Result<StatusesPage, Error> {
        Ok(self.store.own(actor.user.id, self.clock.now()).await?)
    }

    /// Notes that the actor has looked at a status of somebody else.
    ///
    /// # Errors
    /// [`Error::NoSuchStatus`]
    pub async fn mark_viewed(&self, actor: &Actor, status: StatusId) -> Result<(), Error> {
        let now = self.clock.now();
        if self.store.mark_viewed(status, actor.user, now).await? {
            Ok(())
        } else {
            Err(Error::NoSuchStatus)
        }
    }

    /// Who has looked at a status of the actor's, in the order of their ids.
    ///
    /// # Errors
    /// [`Error::NoSuchStatus`], also if it is somebody else's
    pub async fn views(
        &self,
        actor: &Actor,
        status: StatusId,
        after: Option<UserId>,
        size: PageSize,
    ) -> Result<StatusViewsPage, Error> {
        let now = self.clock.now();
        let page = self.store.views(status, actor.user.id, after, size, now).await?;
        page.ok_or(Error::NoSuchStatus)
    }

    /// Answers a status in the direct room of its author and the actor, which is opened for it if it is not there. The message
    /// names the status, and says nothing of what it showed. Whoever repeats his answer gets what was stored, whatever has become
    /// of the status since.
    ///
    /// # Errors
    /// [`Error::Invalid`] (`body`), [`Error::NoSuchStatus`], also if it is the actor's own, and those of
    /// [`Rooms::open_direct`](crate::Rooms::open_direct) and [`Messages::send`](crate::Messages::send)
    pub async fn reply(
        &self,
        actor: &Actor,
        status: StatusId,
        client_id: ClientId,
        body: &str,
    ) -> Result<Made<Arc<Event>>, Error> {
        let answer = self.messages.answer(status, body)?;
        let room = match self.store.find(status, actor.user.id, self.clock.now()).await? {
            Some(found) => self.room_with_author(actor, found).await?,
            None => {
                let (sender, client_id) = (actor.user.id, client_id.clone());
                let answered = self.store.answered(sender, client_id, answer.clone()).await?;
                answered.ok_or(Error::NoSuchStatus)?
            }
        };
        self.messages.send_draft(actor, room, client_id, answer).await
    }

    async fn room_with_author(
        &self,
        actor: &Actor,
        StatusView { status, side }: StatusView,
    ) -> Result<RoomId, Error> {
        if let StatusSide::Own { .. } = side {
            return Err(Error::NoSuchStatus);
        }
        let now = self.clock.now();
        let new_id = RoomId::new(self.entropy.uuid(now));
        let opened = self.rooms.open_direct(actor.user, status.author.id, new_id, now);
        match opened.await? {
            DirectOpened::New(view) | DirectOpened::Existing(view) => Ok(view.room.id),
            DirectOpened::Refused(refusal) => Err(refusal.into()),
        }
    }

    /// Erases statuses that have ended, and tells people of others as they come. Never ends: run it as a task of its own, once.
    /// Nothing is lost if it is dropped at any moment, since it goes on where it was.
    pub async fn run(&self) {
        loop {
            match self.tend().await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => {
                    tracing::warn!(%error, "statuses that have ended could not be erased, or people not be told of others; it is tried again");
                }
            }
            let _looked = tokio::time::timeout(LOOK, self.changed.notified()).await;
        }
    }

    /// Erases some of the statuses that have ended, and tells some of those who are to be told. Says whether there may be more to do.
    pub async fn tend(&self) -> Result<bool, Error> {
        // Each is done, whatever becomes of the other, and goes on as long as it can.
        match (self.erase().await, self.tell().await) {
            (Ok(true), _) | (_, Ok(true)) => Ok(true),
            (Err(error), _) | (_, Err(error)) => Err(error),
            (Ok(false), Ok(false)) => Ok(false),
        }
    }

    async fn erase(&self) -> Result<bool, Error> {
        let mut steps = 0;
        while steps < TURN && self.store.erase(self.clock.now()).await? {
            steps += 1;
        }
        if steps > 0 {
            // With a status go the bytes of what it showed.
            self.library.tidy().await?;
        }
        Ok(steps == TURN)
    }

    async fn tell(&self) -> Result<bool, Error> {
        for _ in 0..TURN {
            if !self.store.tell(self.clock.now()).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Checks who is named, each but once and without the actor.
fn audience(actor: &Actor, wanted: StatusAudience) -> Result<StatusAudience, Error> {
    // Counted before anything is done with them, so that a long list costs nothing.
    if wanted.named().len() > StatusAudience::NAMED {
        let most = StatusAudience::NAMED;
        return Err(Error::invalid("users", format!("must name at most {most} users")));
    }
    let distinct = |people: Vec<UserId>| {
        let mut seen = HashSet::from([actor.user.id]);
        people.into_iter().filter(|user| seen.insert(*user)).collect()
    };
    Ok(match wanted {
        StatusAudience::Contacts => StatusAudience::Contacts,
        StatusAudience::Except(people) => StatusAudience::Except(distinct(people)),
        StatusAudience::Only(people) => StatusAudience::Only(distinct(people)),
    })
}

impl From<StatusRefusal> for Error {
    fn from(refusal: StatusRefusal) -> Self {
        match refusal {
            StatusRefusal::NoAuthor => Self::NoSuchUser(None),
            StatusRefusal::Conflict => Self::IdempotencyConflict,
            StatusRefusal::TooMany => Self::TooManyStatuses,
            StatusRefusal::NoMedia => Self::NoSuchMedia,
            StatusRefusal::NoPicture => Self::invalid("media", "must be a picture or a video"),
        }
    }
}
