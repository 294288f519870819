//! Who is in rooms that came before.

use std::collections::HashSet;

use parlor_domain::{RoomId, UserId};

use super::Imports;
use crate::Error;

impl Imports {
    /// How many of these people take no part in a group that came before; 0 if it is not there any more.
    pub async fn missing(&self, room: RoomId, people: &[UserId]) -> Result<usize, Error> {
        let Some(found) = self.rooms.attended_room(room).await? else {
            return Ok(0);
        };
        let there: HashSet<UserId> = found.attending.iter().map(|user| user.id).collect();
        Ok(people.iter().filter(|user| !there.contains(*user)).count())
    }
}
