//! Who is in rooms.

use std::collections::HashMap;

use parlor_ports::OldLink;

use super::Import;
use crate::Error;
use crate::row::{Row, plain};

impl Import<'_, '_> {
    /// The primary keys of those who are in each of these rooms, in the same order. A dump has them in a field of the room itself, a
    /// database where the link says.
    pub(crate) async fn members(
        &self,
        rooms: &[Row],
        field: &str,
        link: OldLink,
    ) -> Result<Vec<Vec<Box<str>>>, Error> {
        let unlisted: Vec<String> = rooms
            .iter()
            .filter(|room| room.keys(field).is_none())
            .filter_map(|room| room.raw("id"))
            .collect();
        let pairs = self.old.linked(link, &unlisted).await.map_err(Error::Old)?;
        let mut members: HashMap<Box<str>, Vec<Box<str>>> = HashMap::new();
        for pair in &pairs {
            if let (Some(room), Some(member)) = (plain(&pair.of), plain(&pair.wanted)) {
                members.entry(room).or_default().push(member);
            }
        }
        let lists = rooms.iter().map(|room| {
            let linked = || members.remove(&room.key("id")?);
            room.keys(field).or_else(linked).unwrap_or_default()
        });
        Ok(lists.collect())
    }
}
