//! The room of all accounts.

use async_trait::async_trait;
use parlor_domain::{RoomId, RoomName, Timestamp, UserRef};

use crate::StoreError;

/// The room of all accounts, in which the server's backends tell everybody something: a channel of which there is one, made when
/// it is first needed. Nobody looks after it and nobody leaves it ([`RoomRefusal::Everyones`]); whoever is deleted does. An
/// account that is made later is in it from the same moment ([`UserStore::register`]), and sees what comes from then on. Of bots
/// those are in it that speak there.
///
/// [`RoomRefusal::Everyones`]: crate::RoomRefusal::Everyones
/// [`UserStore::register`]: crate::UserStore::register
#[async_trait]
pub trait AnnouncementStore: Send + Sync {
    /// The room, with this bot in it and called so: made (with this id), entered and called anew if it has to be. `None` if the
    /// bot has no account that can be used.
    async fn open(
        &self,
        bot: UserRef,
        name: RoomName,
        new_id: RoomId,
        at: Timestamp,
    ) -> Result<Option<RoomId>, StoreError>;

    /// Brings in some of those whose accounts were there before the room: they see all of it, and it is unread to them. Looks at
    /// so many accounts at most, in the order of their numbers, and remembers how far that has come. Nobody is brought in
    /// before something was said.
    async fn gather(&self, most: usize, at: Timestamp) -> Result<Gathered, StoreError>;
}

/// What became of those whose accounts were there before the room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gathered {
    /// How many were brought in.
    pub people: usize,
    /// Whether there may be more.
    pub more: bool,
}
