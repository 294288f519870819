//! What the dialect `rooms` asks of rooms: in which of them one takes part, and how they are called.

use std::sync::Arc;

use parlor_domain::{Event, RoomId, RoomName, UserId};
use parlor_ports::{Attended, AttendedPage, AttendedRoom};

use super::Rooms;
use crate::{Actor, Error};

impl Rooms {
    /// Takes part from now on in a room that the actor is in, where the dialect shows it, or no more. Everywhere else he stays a
    /// member like others. The room's capacity is one more for each who is absent.
    ///
    /// # Errors
    /// [`Error::NoSuchRoom`], also for a direct room and that of all accounts; [`Error::RoomFull`]
    pub async fn attend(
        &self,
        actor: &Actor,
        room: RoomId,
        attending: bool,
    ) -> Result<Option<Arc<Event>>, Error> {
        let now = self.clock.now();
        match self.rooms.attend(room, actor.user, attending, now).await? {
            Attended::Done(event) => Ok(event),
            Attended::Full => Err(Error::RoomFull),
            Attended::NotMember => Err(Error::NoSuchRoom),
        }
    }

    /// The rooms in which the actor takes part, the one that changed last first: after so many, so many at most.
    pub async fn attended(&self, actor: &Actor, skip: u64, most: usize) -> Result<AttendedPage, Error> {
        Ok(self.rooms.attended(actor.user.id, skip, most).await?)
    }

    /// The ids and numbers of all rooms of [`Rooms::attended`].
    pub async fn attended_numbers(&self, actor: &Actor) -> Result<Vec<(RoomId, i64)>, Error> {
        Ok(self.rooms.attended_numbers(actor.user.id).await?)
    }

    /// The room with this number, whoever asks, and whether the actor is a member who takes part in it.
    pub async fn attendance(&self, actor: &Actor, number: i64) -> Result<Option<(RoomId, bool)>, Error> {
        Ok(self.rooms.attendance(number, actor.user.id).await?)
    }

    /// How many may be in any group.
    pub fn most_members(&self) -> u32 {
        self.settings.max_members
    }

    /// A room as [`Rooms::attended`] shows it. Whether it is to be shown to who asks, is for the caller to check.
    ///
    /// # Errors
    /// [`Error::NoSuchRoom`]
    pub async fn attended_room(&self, room: RoomId) -> Result<AttendedRoom, Error> {
        self.rooms.attended_room(room).await?.ok_or(Error::NoSuchRoom)
    }

    /// Whether a group or a channel has exactly this name.
    pub async fn is_named(&self, name: &RoomName) -> Result<bool, Error> {
        Ok(self.rooms.is_named(name).await?)
    }

    /// Whether somebody owns a group or a channel.
    pub async fn owns_any(&self, user: UserId) -> Result<bool, Error> {
        Ok(self.rooms.owns_any(user).await?)
    }
}
