//! Contacts, requests to become one, and blocks.

use std::sync::Arc;
use std::time::Duration;

use parlor_domain::{DisplayName, PageSize, RequestNote, RoomId, UserId};
use parlor_ports::{
    Accepted, Bar, BlockPut, BlocksPage, Clock, ContactPut, ContactRefusal, ContactStore, ContactsPage,
    Direction, NewContact, NewRequest, Requested, RequestsPage,
};

use crate::throttle::{Throttle, Tried};
use crate::{Actor, Error, Made};

/// Limits of lists of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContactsSettings {
    /// How many contacts one may have.
    pub max_contacts: u32,
    /// How many people one may have blocked.
    pub max_blocks: u32,
    /// How many requests of one's own may wait.
    pub max_requests: u32,
    /// For so long a request that was declined cannot be made again.
    pub request_pause: Duration,
}

impl Default for ContactsSettings {
    fn default() -> Self {
        Self {
            max_contacts: 10_000,
            max_blocks: 10_000,
            max_requests: 100,
            request_pause: Duration::from_hours(7 * 24),
        }
    }
}

/// Whom people know, who asks to be known, and whom they do not want to hear of.
pub struct Contacts {
    pub(crate) store: Arc<dyn ContactStore>,
    pub(crate) throttle: Arc<Throttle>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) settings: ContactsSettings,
}

impl Contacts {
    /// Adds somebody to the actor's contacts, or gives him another name there. If he has asked for it, both are contacts of each
    /// other.
    ///
    /// # Errors
    /// [`Error::Invalid`] (`user`) for oneself, [`Error::NoSuchUser`], [`Error::Blocked`], [`Error::TooManyContacts`]
    pub async fn put(
        &self,
        actor: &Actor,
        contact: UserId,
        name: Option<DisplayName>,
    ) -> Result<Made<()>, Error> {
        somebody_else(actor, contact)?;
        let new = NewContact {
            owner: actor.user,
            contact,
            name,
            most: self.settings.max_contacts,
            at: self.clock.now(),
        };
        match self.store.put(new).await? {
            ContactPut::New => Ok(Made::New(())),
            ContactPut::Known => Ok(Made::Known(())),
            ContactPut::Refused(refusal) => Err(refused(refusal, contact, Error::TooManyContacts)),
        }
    }

    /// Takes somebody off the actor's contacts. That he was none is no error.
    pub async fn remove(&self, actor: &Actor, contact: UserId) -> Result<(), Error> {
        self.store.remove(actor.user, contact, self.clock.now()).await?;
        Ok(())
    }

    /// The actor's contacts, in the order of their ids.
    pub async fn list(
        &self,
        actor: &Actor,
        after: Option<UserId>,
        size: PageSize,
    ) -> Result<ContactsPage, Error> {
        Ok(self.store.contacts(actor.user.id, after, size).await?)
    }

    /// Asks somebody to become a contact; says whether he had asked as well, so that both are contacts of each other now. What
    /// waits already goes on waiting as it is. Whether one was declined, or is blocked, is not told.
    ///
    /// # Errors
    /// [`Error::Invalid`] (`user`) for oneself, [`Error::NoSuchUser`], [`Error::Blocked`], [`Error::TooManyRequests`],
    /// [`Error::TooManyTries`]
    pub async fn request(&self, actor: &Actor, to: UserId, note: Option<RequestNote>) -> Result<bool, Error> {
        somebody_else(actor, to)?;
        let user = actor.user.id.to_string();
        self.throttle.count(Tried::ContactRequest { user: &user }).await?;
        let now = self.clock.now();
        let new = NewRequest {
            from: actor.user,
            to,
            note,
            most: self.settings.max_requests,
            most_contacts: self.settings.max_contacts,
            declined_since: now - self.settings.request_pause,
            at: now,
        };
        match self.store.request(new).await? {
            Requested::New | Requested::Known => Ok(false),
            Requested::Accepted => Ok(true),
            Requested::Refused(refusal) => Err(refused(refusal, to, Error::TooManyRequests)),
        }
    }

    /// Accepts a request: both are contacts of each other.
    ///
    /// # Errors
    /// [`Error::NoSuchRequest`], [`Error::TooManyContacts`]
    pub async fn accept(&self, actor: &Actor, from: UserId) -> Result<(), Error> {
        let most = self.settings.max_contacts;
        let now = self.clock.now();
        match self.store.accept(actor.user, from, most, now).await? {
            Accepted::Done => Ok(()),
            Accepted::NoRequest => Err(Error::NoSuchRequest),
            Accepted::Full => Err(Error::TooManyContacts),
        }
    }

    /// Declines a request, which who has made it is not told.
    ///
    /// # Errors
    /// [`Error::NoSuchRequest`]
    pub async fn decline(&self, actor: &Actor, from: UserId) -> Result<(), Error> {
        found(self.store.decline(actor.user, from, self.clock.now()).await?)
    }

    /// Takes a request back.
    ///
    /// # Errors
    /// [`Error::NoSuchRequest`]
    pub async fn withdraw(&self, actor: &Actor, to: UserId) -> Result<(), Error> {
        found(self.store.withdraw(actor.user, to, self.clock.now()).await?)
    }

    /// The requests that wait for the actor's answer, or his own, in the order of the others' ids.
    pub async fn requests(
        &self,
        actor: &Actor,
        direction: Direction,
        after: Option<UserId>,
        size: PageSize,
    ) -> Result<RequestsPage, Error> {
        Ok(self.store.requests(actor.user.id, direction, after, size).await?)
    }

    /// Blocks somebody, who is not told.
    ///
    /// # Errors
    /// [`Error::Invalid`] (`user`) for oneself, [`Error::NoSuchUser`], [`Error::TooManyBlocks`]
    pub async fn block(&self, actor: &Actor, user: UserId) -> Result<(), Error> {
        somebody_else(actor, user)?;
        let most = self.settings.max_blocks;
        let now = self.clock.now();
        match self.store.block(actor.user, user, most, now).await? {
            BlockPut::New | BlockPut::Known => Ok(()),
            BlockPut::Refused(refusal) => Err(refused(refusal, user, Error::TooManyBlocks)),
        }
    }

    /// Ends a block. That there is none is no error.
    pub async fn unblock(&self, actor: &Actor, user: UserId) -> Result<(), Error> {
        self.store.unblock(actor.user, user, self.clock.now()).await?;
        Ok(())
    }

    /// Whom the actor has blocked, in the order of their ids.
    pub async fn blocks(
        &self,
        actor: &Actor,
        after: Option<UserId>,
        size: PageSize,
    ) -> Result<BlocksPage, Error> {
        Ok(self.store.blocks(actor.user.id, after, size).await?)
    }

    /// Refuses what is only heard, such as that the actor is typing, where a block keeps him from being heard, or in a channel.
    /// That he is in the room is for the caller to know.
    ///
    /// # Errors
    /// [`Error::Blocked`], [`Error::NotAContact`]; [`Error::Forbidden`] in a channel
    pub async fn may_be_heard(&self, actor: &Actor, room: RoomId) -> Result<(), Error> {
        match self.store.barred(room, actor.user.id).await? {
            None => Ok(()),
            Some(Bar::Own) => Err(Error::Blocked(None)),
            Some(Bar::Others) => Err(Error::NotAContact(None)),
            Some(Bar::Unseen) => Err(Error::Forbidden),
        }
    }

    /// Forgets some of the requests that are over. Says whether there may be more.
    pub(crate) async fn forget_over(&self) -> Result<bool, Error> {
        let until = self.clock.now() - self.settings.request_pause;
        Ok(self.store.forget_declined(until).await?)
    }
}

fn somebody_else(actor: &Actor, user: UserId) -> Result<(), Error> {
    if user == actor.user.id {
        return Err(Error::invalid("user", "must be somebody else than yourself"));
    }
    Ok(())
}

fn refused(refusal: ContactRefusal, user: UserId, full: Error) -> Error {
    match refusal {
        ContactRefusal::NoUser => Error::NoSuchUser(Some(user)),
        ContactRefusal::Blocked => Error::Blocked(Some(user)),
        ContactRefusal::Full => full,
    }
}

fn found(there: bool) -> Result<(), Error> {
    if there { Ok(()) } else { Err(Error::NoSuchRequest) }
}
