//! Lists of recipients: making, naming and deleting them, and who is in them.

use std::collections::HashSet;

use parlor_domain::{BroadcastList, BroadcastListId, ListName, PageSize, UserId};
use parlor_ports::{ListAct, ListPut, ListsPage, NewList, RecipientsPage};

use super::Broadcasts;
use crate::{Actor, Error};

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
