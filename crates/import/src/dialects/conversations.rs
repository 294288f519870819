//! `conversations`: people who log in by their addresses, and one conversation of each pair.

use std::collections::HashMap;

use parlor_domain::{RoomId, Timestamp, UserId};
use parlor_ports::OldLink;
use parlor_services::OldConversation;

use super::Tables;
use crate::Error;
use crate::import::{Import, OldPerson, OldPlace, Spoken, plain_account};
use crate::report::Thing;
use crate::row::Row;

pub(super) const TABLES: Tables = Tables {
    people: "app_useraccount",
    rooms: Some("app_conversation"),
    messages: Some("app_conversationmessage"),
    all: &["app_useraccount", "app_conversation", "app_conversationmessage"],
    files: &[],
    numbered: false,
};

/// The two of each conversation.
const MEMBERS: OldLink = OldLink {
    table: "app_conversation_members",
    of: "conversation_id",
    wanted: "useraccount_id",
};

pub(super) async fn bring(import: &mut Import<'_, '_>) -> Result<(), Error> {
    import.people(TABLES.people, person).await?;
    let mut pages = import.pages("app_conversation", &["created_at", "id"]).await?;
    while let Some(rows) = pages.next().await? {
        let rows = import.keyed(Thing::Room, rows)?;
        let places = places(import, &rows).await?;
        import.places(places).await?;
    }
    let mut pages = import
        .pages("app_conversationmessage", &["created_at", "id"])
        .await?;
    while let Some(rows) = pages.next().await? {
        let rows = import.keyed(Thing::Message, rows)?;
        let spoken = rows.iter().filter_map(spoken).collect();
        import.spoken(spoken).await?;
    }
    Ok(())
}

fn person(row: &Row) -> Option<OldPerson> {
    let mut person = plain_account(row)?;
    person.account.id = row.uuid("id").map(UserId::new);
    person.account.number = None;
    person.account.claims_address = true;
    Some(person)
}

async fn places(import: &Import<'_, '_>, rows: &[Row]) -> Result<Vec<OldPlace>, Error> {
    let members = import.members(rows, "members", MEMBERS).await?;
    let people = import.accounts(members.iter().flatten().cloned()).await?;
    let places = rows
        .iter()
        .zip(&members)
        .filter_map(|(row, members)| place(row, members, &people));
    Ok(places.collect())
}

fn place(row: &Row, members: &[Box<str>], people: &HashMap<Box<str>, UserId>) -> Option<OldPlace> {
    let key = row.key("id")?;
    let [one, other] = members else {
        return Some(OldPlace::Nothing(key, "it is not one of two people"));
    };
    let (Some(&opener), Some(&peer)) = (people.get(one), people.get(other)) else {
        return Some(OldPlace::Nothing(key, "one of the two was not"));
    };
    Some(OldPlace::Conversation(OldConversation {
        key,
        number: None,
        id: row.uuid("id").map(RoomId::new),
        opener,
        peer,
        called: None,
        created_at: row.time("created_at").unwrap_or(Timestamp::from_micros(0)),
    }))
}

fn spoken(row: &Row) -> Option<Spoken> {
    Some(Spoken {
        key: row.key("id")?,
        number: None,
        room: row.reference("conversation").unwrap_or_default(),
        author: row.reference("sender").unwrap_or_default(),
        text: row.text("text"),
        file: None,
        at: row.time("created_at").unwrap_or(Timestamp::from_micros(0)),
        edited_at: None,
        unread: false,
    })
}
