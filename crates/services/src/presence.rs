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

    /// Whether the actor may follow somebody's presence: his own, and that of people he shares a room with, if they show it to him and
    /// neither has blocked the other.
    pub async fn may_follow(&self, actor: &Actor, user: UserId) -> Result<bool, Error> {
        match self.follow(actor, user).await {
            Ok(_) => Ok(true),
            Err(Error::NoSuchUser(_) | Error::PresenceHidden) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Those of these people whose presence the actor may follow, as [`Presence::may_follow`] says of one, but not he himself.
    pub async fn followable(&self, actor: &Actor, people: Vec<UserId>) -> Result<Vec<UserId>, Error> {
        let me = actor.user.id;
        let mut sharing = self.rooms.sharing(me, people).await?;
        sharing.retain(|user| *user != me);
        let blocked = self.contacts.blocked_among(me, sharing.clone()).await?;
        let shown = self.users.shown(me, sharing).await?;
        let followable = shown
            .into_iter()
            .filter(|(user, shown)| shown.presence && !blocked.contains(user));
        Ok(followable.map(|(user, _)| user).collect())
    }

    /// When somebody was last seen, as far as he lets the actor know, who is going to follow his presence.
    ///
    /// # Errors
    /// [`Error::NoSuchUser`], also if the actor shares no room with him. [`Error::PresenceHidden`] if he does not show it to the actor,
    /// or one of the two has blocked the other: which of them it is nobody learns by it.
    pub async fn follow(&self, actor: &Actor, user: UserId) -> Result<Option<Timestamp>, Error> {
        let me = actor.user.id;
        if user != me && !self.rooms.share_a_room(me, user).await? {
            return Err(Error::NoSuchUser(Some(user)));
        }
        let mut shown = self.users.shown(me, vec![user]).await?;
        let (_, shown) = shown.pop().ok_or(Error::NoSuchUser(Some(user)))?;
        if !shown.presence || self.contacts.blocked(me, user).await? {
            return Err(Error::PresenceHidden);
        }
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
