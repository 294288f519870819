//! What is sent to lists in dialects.

use std::collections::HashSet;

use parlor_domain::{Broadcast, BroadcastId, BroadcastListId, MediaId};

use super::{BroadcastDraft, Broadcasts};
use crate::{Actor, Error};

impl Broadcasts {
    /// Sends something for whom no client calls it anything, so that what is sent twice goes out twice.
    ///
    /// # Errors
    /// As [`Broadcasts::send`].
    pub async fn send_once(
        &self,
        actor: &Actor,
        list: BroadcastListId,
        body: String,
        media: Vec<MediaId>,
    ) -> Result<Broadcast, Error> {
        let id = self.entropy.uuid(self.clock.now()).to_string();
        let draft = BroadcastDraft {
            client_id: id.parse().expect("a UUID can name a broadcast"),
            body,
            media,
        };
        Ok(self.send(actor, list, draft).await?.into_inner())
    }

    /// Those of these broadcasts of the actor's that all to whom they were sent have read, as far as they let him know.
    pub async fn read_by_all(
        &self,
        actor: &Actor,
        broadcasts: Vec<BroadcastId>,
    ) -> Result<HashSet<BroadcastId>, Error> {
        let read = self.store.read_by_all(broadcasts, actor.user.id).await?;
        Ok(read.into_iter().collect())
    }
}
