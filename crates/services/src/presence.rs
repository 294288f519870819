//! Presence: who may know whether somebody is there, and when somebody last was.

use std::sync::Arc;

use parlor_domain::{Timestamp, UserId};
use parlor_ports::{ContactStore, RoomStore, UserStore};

use crate::{Actor, Error};

/// Rules of presence. Who is online is known to the hub; this decides who is told.
pub struct Presence {
    rooms: Arc<dyn RoomStore>,
    contacts: Arc<dyn ContactStore>,
    users: Arc<dyn UserStore>,
}

impl Presence {
    /// Presence among the people of these stores.
    pub fn new(
        rooms: Arc<dyn RoomStore>,
        contacts: Arc<dyn ContactStore>,
        users: Arc<dyn UserStore>,
    ) -> Self {
        Self {
            rooms,
            contacts,
            users,
        }
    }

    /// Whether the actor may follow somebody's presence: his own, and that of people he shares a room with, unless one of the two
    /// has blocked the other.
    pub async fn may_follow(&self, actor: &Actor, user: UserId) -> Result<bool, Error> {
        if user == actor.user.id {
            return Ok(true);
        }
        let near = self.rooms.share_a_room(actor.user.id, user).await?;
        Ok(near && !self.contacts.blocked(actor.user.id, user).await?)
    }

    /// When somebody was last seen, as far as he lets the actor know, who is going to follow his presence.
    ///
    /// # Errors
    /// [`Error::NoSuchUser`], also if the actor may not know of him.
    pub async fn follow(&self, actor: &Actor, user: UserId) -> Result<Option<Timestamp>, Error> {
        let mut shown = if self.may_follow(actor, user).await? {
            self.users.shown(actor.user.id, vec![user]).await?
        } else {
            Vec::new()
        };
        let (_, shown) = shown.pop().ok_or(Error::NoSuchUser(Some(user)))?;
        Ok(shown.last_seen)
    }

    /// Notes when the last device of people went away. Worth losing in a crash, so it may come late and in batches.
    pub async fn note_seen(&self, seen: Vec<(UserId, Timestamp)>) -> Result<(), Error> {
        if seen.is_empty() {
            return Ok(());
        }
        Ok(self.users.set_last_seen(seen).await?)
    }
}
