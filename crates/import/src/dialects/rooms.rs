//! `rooms`: rooms with a limit, whose owners need not be in them, and messages with files.

use std::time::Duration;

use parlor_domain::{Timestamp, UserId};
use parlor_ports::OldLink;
use parlor_services::OldGroup;
use uuid::Uuid;

use super::Tables;
use crate::Error;
use crate::import::{Import, OldFile, OldPerson, OldPlace, Spoken, plain_account};
use crate::report::Thing;
use crate::row::Row;

pub(super) const TABLES: Tables = Tables {
    people: "users_user",
    rooms: Some("chat_room"),
    messages: Some("chat_message"),
    all: &["users_user", "chat_room", "chat_message", "authtoken_token"],
    files: &[("chat_message", attachment)],
    numbered: true,
};

/// Who is in which room.
const MEMBERS: OldLink = OldLink {
    table: "chat_room_users",
    of: "room_id",
    wanted: "user_id",
};
/// Most characters of a room's name.
const NAME: usize = 50;
/// When a row is written first, its times differ by less than this.
const AT_ONCE: Duration = Duration::from_secs(1);

pub(super) async fn bring(import: &mut Import<'_, '_>) -> Result<(), Error> {
    import.people(TABLES.people, person).await?;
    let mut pages = import.pages("chat_room", &["id"]).await?;
    while let Some(rows) = pages.next().await? {
        let rows = import.keyed(Thing::Room, rows)?;
        let places = places(import, &rows).await?;
        import.places(places).await?;
    }
    let mut pages = import.pages("chat_message", &["id"]).await?;
    while let Some(rows) = pages.next().await? {
        let rows = import.keyed(Thing::Message, rows)?;
        let spoken = rows.iter().filter_map(spoken).collect();
        import.spoken(spoken).await?;
    }
    import.keys().await
}

fn person(row: &Row) -> Option<OldPerson> {
    let mut person = plain_account(row)?;
    person.account.joined_at = row.time("date_joined").or_else(|| row.time("created_at"));
    Some(person)
}

async fn places(import: &Import<'_, '_>, rows: &[Row]) -> Result<Vec<OldPlace>, Error> {
    let members = import.members(rows, "users", MEMBERS).await?;
    let mut people: Vec<Box<str>> = members.iter().flatten().cloned().collect();
    people.extend(rows.iter().filter_map(|row| row.reference("owner")));
    let people = import.accounts(people).await?;
    let places = rows.iter().zip(members).filter_map(|(row, members)| {
        let key = row.key("id")?;
        let owner = row
            .reference("owner")
            .and_then(|owner| people.get(&owner).copied());
        let Some(owner) = owner else {
            return Some(OldPlace::Nothing(key, "its owner was not"));
        };
        let members: Vec<UserId> = members
            .iter()
            .filter_map(|key| people.get(key).copied())
            .collect();
        let created_at = row.time("created_at").unwrap_or(Timestamp::from_micros(0));
        Some(OldPlace::Group(OldGroup {
            key,
            number: row.number("id"),
            name: row.text("name"),
            unique_name: Some(NAME),
            closed: row.text("type") == "PRIVATE",
            capacity: Some(capacity(row.number("max_users"), members.len())),
            owner,
            inherited: false,
            owner_absent: !members.contains(&owner),
            members,
            called: None,
            created_at,
            changed_at: row.time("updated_at").unwrap_or(created_at),
        }))
    });
    Ok(places.collect())
}

/// How many may take part, which are no fewer than do.
fn capacity(max_users: Option<i64>, members: usize) -> u32 {
    let allowed = max_users.and_then(|most| u32::try_from(most).ok()).unwrap_or(0);
    allowed.max(u32::try_from(members).unwrap_or(u32::MAX))
}

fn spoken(row: &Row) -> Option<Spoken> {
    let at = row.time("created_at").unwrap_or(Timestamp::from_micros(0));
    let changed = row
        .time("updated_at")
        .filter(|changed| changed.since(at) >= AT_ONCE);
    Some(Spoken {
        key: row.key("id")?,
        number: row.number("id"),
        room: row.reference("room").unwrap_or_default(),
        author: row.reference("owner").unwrap_or_default(),
        text: row.text("text"),
        file: attachment(row),
        at,
        edited_at: changed,
        unread: false,
    })
}

fn attachment(row: &Row) -> Option<OldFile> {
    file(&row.text("file"))
}

/// A file, which keeps its name if nobody could guess that.
fn file(path: &str) -> Option<OldFile> {
    let file = OldFile::at(path)?;
    let base = path.rsplit('/').next().unwrap_or_default();
    let stem = base.split('.').next().unwrap_or_default();
    let drawn = stem
        .parse::<Uuid>()
        .ok()
        .filter(|name| name.get_version_num() == 4);
    Some(OldFile {
        unguessable: drawn,
        ..file
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_drawn_name_is_kept() {
        let drawn = "0b1c2d3e-4f50-4a61-8b72-9c83ad94be05";
        for (path, kept) in [
            (format!("image/{drawn}.png"), true),
            (format!("all/{drawn}"), true),
            ("image/cat.png".to_owned(), false),
            ("image/00000000-0000-0000-0000-000000000001.png".to_owned(), false),
        ] {
            let file = file(&path).unwrap();
            assert_eq!((file.unguessable.is_some(), &*file.path), (kept, &*path));
        }
        assert!(file("").is_none());
    }

    #[test]
    fn a_room_has_place_for_who_is_in_it() {
        assert_eq!(capacity(Some(10), 3), 10);
        assert_eq!(capacity(Some(2), 3), 3);
        assert_eq!(capacity(Some(-1), 0), 0);
        assert_eq!(capacity(None, 1), 1);
    }
}
