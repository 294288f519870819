//! The halls of dialects, in which it is said again what an older server has told everybody.

use parlor_domain::{RoomId, Timestamp, UserRef};
use parlor_ports::{NewRoom, OldModel, OldRoom, RoomBrought};

use super::{Imports, OldServerId};
use crate::{Error, Hall};

impl Imports {
    /// The bot that says what people have said whose accounts were gone, called as its dialect is, or like that; made now if it is
    /// not there.
    ///
    /// # Errors
    /// [`Error::UsernameTaken`] if no name can be found for it
    pub async fn keeper(&self, from: OldServerId) -> Result<UserRef, Error> {
        self.halls.keeper(from.dialect.name()).await
    }

    /// A hall, made now if it is not there, as old as what is said in it first; and the bot that keeps it, which says what nobody is
    /// known to have said.
    ///
    /// # Errors
    /// [`Error::UsernameTaken`] if no name can be found for the bot; [`Error::Busy`]
    pub async fn hall(
        &self,
        from: OldServerId,
        hall: Hall,
        since: Timestamp,
    ) -> Result<(RoomId, UserRef), Error> {
        let keeper = self.halls.keeper(hall.keeper).await?;
        if let Some(room) = self.halls.find(hall).await? {
            return Ok((room, keeper));
        }
        let since = self.past(since);
        let NewRoom {
            id,
            kind,
            name,
            unique_name,
            rules,
            capacity,
            creator_absent,
            ..
        } = self.halls.new_room(hall, keeper, since);
        let new = OldRoom {
            id,
            kind,
            numbering: from.numbering(None),
            name,
            unique_name,
            rules,
            capacity,
            owner: keeper.id,
            owner_absent: creator_absent,
            members: Vec::new(),
            called: Some((hall.dialect, hall.name.into())),
            created_at: since,
            changed_at: since,
        };
        let source = from.source(OldModel::Room, hall.name);
        match self.store.bring_room(source, new).await? {
            RoomBrought::Done(kept) if kept.called => Ok((id, keeper)),
            // It was there before, and is not any more.
            _ => Ok((self.halls.open(hall).await?, keeper)),
        }
    }
}
