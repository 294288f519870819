//! What dialects ask of rooms: their numbers, and how far they are read.

use std::collections::HashMap;

use parlor_domain::{RoomId, Seq};

use super::Rooms;
use crate::{Actor, Error};

impl Rooms {
    /// The numbers of these rooms. Whether they are to be shown to who asks, is for the caller to check.
    pub async fn numbers(&self, rooms: Vec<RoomId>) -> Result<HashMap<RoomId, i64>, Error> {
        Ok(self.rooms.numbers(rooms).await?.into_iter().collect())
    }

    /// Up to which event all other members have read a room of the actor's, as far as they let him know; `None` if there are none, or he
    /// is in private mode. Of a channel nobody is to be told.
    pub async fn read_by_others(&self, actor: &Actor, room: RoomId) -> Result<Option<Seq>, Error> {
        Ok(self.rooms.read_by_others(room, actor.user.id).await?)
    }
}
