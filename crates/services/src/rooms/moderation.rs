//! Keeping order in rooms.

use std::sync::Arc;
use std::time::Duration;

use parlor_domain::{Event, PageSize, RoomId, UserId};
use parlor_ports::BansPage;

use super::{Rooms, done};
use crate::{Actor, Error};

/// What is for good: nobody waits for its end.
const FOR_GOOD: Duration = Duration::from_hours(100 * 365 * 24);

impl Rooms {
    /// Lets a member not write for a time, or for good.
    ///
    /// # Errors
    /// [`Error::Invalid`] (`seconds`), [`Error::NoSuchRoom`], [`Error::Forbidden`], [`Error::DirectRoom`],
    /// [`Error::NoSuchMember`]
    pub async fn mute(
        &self,
        actor: &Actor,
        room: RoomId,
        user: UserId,
        time: Option<Duration>,
    ) -> Result<Option<Arc<Event>>, Error> {
        let now = self.clock.now();
        let until = now + super::lasting("seconds", time)?.unwrap_or(FOR_GOOD);
        let muted = self.moderation.mute(room, actor.user, user, Some(until), now);
        done(muted.await?)
    }

    /// Lets a member write again.
    ///
    /// # Errors
    /// [`Error::NoSuchRoom`], [`Error::Forbidden`], [`Error::DirectRoom`], [`Error::NoSuchMember`]
    pub async fn unmute(
        &self,
        actor: &Actor,
        room: RoomId,
        user: UserId,
    ) -> Result<Option<Arc<Event>>, Error> {
        let now = self.clock.now();
        done(self.moderation.mute(room, actor.user, user, None, now).await?)
    }

    /// Puts somebody out of a room, and keeps him out, or keeps somebody out who is not in it.
    ///
    /// # Errors
    /// [`Error::NoSuchRoom`], [`Error::Forbidden`], [`Error::DirectRoom`], [`Error::NoSuchUser`], [`Error::TooMany`]
    pub async fn ban(&self, actor: &Actor, room: RoomId, user: UserId) -> Result<Option<Arc<Event>>, Error> {
        let now = self.clock.now();
        done(self.moderation.ban(room, actor.user, user, now).await?)
    }

    /// Keeps somebody out no more.
    ///
    /// # Errors
    /// [`Error::NoSuchRoom`], [`Error::Forbidden`], [`Error::DirectRoom`]
    pub async fn lift_ban(
        &self,
        actor: &Actor,
        room: RoomId,
        user: UserId,
    ) -> Result<Option<Arc<Event>>, Error> {
        let now = self.clock.now();
        done(self.moderation.lift_ban(room, actor.user, user, now).await?)
    }

    /// Who is kept out, in the order of their ids; for admins.
    ///
    /// # Errors
    /// [`Error::NoSuchRoom`], [`Error::Forbidden`], [`Error::DirectRoom`]
    pub async fn bans(
        &self,
        actor: &Actor,
        room: RoomId,
        after: Option<UserId>,
        size: PageSize,
    ) -> Result<BansPage, Error> {
        Ok(self.moderation.bans(room, actor.user.id, after, size).await??)
    }
}
