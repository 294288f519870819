//! What dialects call broadcast lists, and their numbers there.

use parlor_domain::{BroadcastListId, Dialect};

use super::Dialects;
use crate::Error;

impl Dialects {
    /// Names a broadcast list in a dialect, for good, and gives it a number that no room has; false if the name is taken there, by a room
    /// or by a list, or the list has one, or there is no such list.
    pub async fn name_list(
        &self,
        dialect: Dialect,
        name: &str,
        list: BroadcastListId,
    ) -> Result<bool, Error> {
        Ok(self.store.name_list(dialect, name, list).await?)
    }

    /// The broadcast list with this name in a dialect, whoever asks.
    pub async fn list_named(&self, dialect: Dialect, name: &str) -> Result<Option<BroadcastListId>, Error> {
        Ok(self.store.list_named(dialect, name).await?)
    }

    /// The broadcast list with this number in a dialect, whoever asks.
    pub async fn list_numbered(
        &self,
        dialect: Dialect,
        number: i64,
    ) -> Result<Option<BroadcastListId>, Error> {
        Ok(self.store.list_numbered(dialect, number).await?)
    }

    /// What a dialect calls a broadcast list, and its number there.
    pub async fn name_of_list(
        &self,
        dialect: Dialect,
        list: BroadcastListId,
    ) -> Result<Option<(String, i64)>, Error> {
        Ok(self.store.name_of_list(dialect, list).await?)
    }
}
