//! Who is in a room: leaving, bringing in, putting out, and roles.

use std::sync::Arc;

use parlor_domain::{Event, LeaveReason, PageSize, Role, RoomId, UserId, UserRef};
use parlor_ports::{Added, MembersPage};

use super::{Rooms, distinct, done};
use crate::{Actor, Error};

impl Rooms {
    /// Who is in a room, in the order of user ids.
    ///
    /// # Errors
    /// [`Error::NoSuchRoom`]; [`Error::Forbidden`] for a channel's readers
    pub async fn members(
        &self,
        actor: &Actor,
        room: RoomId,
        after: Option<UserId>,
        size: PageSize,
    ) -> Result<MembersPage, Error> {
        Ok(self.rooms.members(room, actor.user.id, after, size).await??)
    }

    /// Brings people in, all or none. Says who was not in before.
    ///
    /// # Errors
    /// [`Error::Invalid`] (`users`), [`Error::NoSuchRoom`], [`Error::Forbidden`], [`Error::DirectRoom`],
    /// [`Error::NoSuchUser`], [`Error::Blocked`], [`Error::NotAContact`], [`Error::Banned`], [`Error::RoomFull`],
    /// [`Error::TooManyRooms`]
    pub async fn add(&self, actor: &Actor, room: RoomId, users: Vec<UserId>) -> Result<Vec<UserRef>, Error> {
        let users = distinct("users", users, None)?;
        if users.is_empty() {
            return Err(Error::invalid("users", "must name at least one user"));
        }
        let now = self.clock.now();
        match self.rooms.add(room, actor.user, users, now).await? {
            Added::Done(added) => Ok(added),
            Added::Refused(refusal) => Err(refusal.into()),
        }
    }

    /// Puts a member out.
    ///
    /// # Errors
    /// [`Error::NoSuchRoom`], [`Error::Forbidden`], [`Error::DirectRoom`], [`Error::NoSuchMember`]
    pub async fn remove(
        &self,
        actor: &Actor,
        room: RoomId,
        user: UserId,
    ) -> Result<Option<Arc<Event>>, Error> {
        let reason = if user == actor.user.id {
            LeaveReason::Left
        } else {
            LeaveReason::Removed
        };
        let now = self.clock.now();
        done(self.rooms.remove(room, actor.user, user, reason, now).await?)
    }

    /// Goes away.
    ///
    /// # Errors
    /// [`Error::NoSuchRoom`], [`Error::DirectRoom`]
    pub async fn leave(&self, actor: &Actor, room: RoomId) -> Result<Option<Arc<Event>>, Error> {
        self.remove(actor, room, actor.user.id).await
    }

    /// Makes a member an admin, or an admin a member.
    ///
    /// # Errors
    /// [`Error::NoSuchRoom`], [`Error::Forbidden`], [`Error::DirectRoom`], [`Error::NoSuchMember`], [`Error::TooMany`]
    pub async fn change_role(
        &self,
        actor: &Actor,
        room: RoomId,
        user: UserId,
        role: Role,
    ) -> Result<Option<Arc<Event>>, Error> {
        let now = self.clock.now();
        done(self.rooms.change_role(room, actor.user, user, role, now).await?)
    }

    /// Makes another member the owner.
    ///
    /// # Errors
    /// [`Error::NoSuchRoom`], [`Error::Forbidden`], [`Error::DirectRoom`], [`Error::NoSuchMember`]
    pub async fn hand_over(
        &self,
        actor: &Actor,
        room: RoomId,
        to: UserId,
    ) -> Result<Option<Arc<Event>>, Error> {
        let now = self.clock.now();
        done(self.rooms.hand_over(room, actor.user, to, now).await?)
    }
}
