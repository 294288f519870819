//! `greeter`: people, and the chats that they began, which are found by their names. What was said was the time, and was not kept.

use parlor_domain::Timestamp;
use parlor_services::OldGroup;

use super::Tables;
use crate::Error;
use crate::import::{Import, OldPerson, OldPlace, plain_account};
use crate::report::Thing;
use crate::row::Row;

pub(super) const TABLES: Tables = Tables {
    people: "testsocket_customuser",
    rooms: Some("testsocket_chatgroup"),
    messages: None,
    all: &["testsocket_customuser", "testsocket_chatgroup"],
    files: &[],
    numbered: true,
};

pub(super) async fn bring(import: &mut Import<'_, '_>) -> Result<(), Error> {
    import.people(TABLES.people, person).await?;
    let mut pages = import.pages("testsocket_chatgroup", &["id"]).await?;
    while let Some(rows) = pages.next().await? {
        let rows = import.keyed(Thing::Room, rows)?;
        let creators = rows.iter().filter_map(|row| row.reference("creator"));
        let people = import.accounts(creators).await?;
        let places = rows.iter().filter_map(|row| {
            let key = row.key("id")?;
            let creator = row.reference("creator").and_then(|key| people.get(&key).copied());
            let Some(owner) = creator else {
                return Some(OldPlace::Nothing(key, "its creator was not"));
            };
            let (name, at) = (row.text("name"), row.time("created_at"));
            let at = at.unwrap_or(Timestamp::from_micros(0));
            Some(OldPlace::Group(OldGroup {
                key,
                number: row.number("id"),
                called: Some(name.as_str().into()),
                name,
                unique_name: None,
                closed: true,
                capacity: None,
                owner,
                inherited: false,
                owner_absent: false,
                members: Vec::new(),
                created_at: at,
                changed_at: at,
            }))
        });
        import.places(places.collect()).await?;
    }
    Ok(())
}

fn person(row: &Row) -> Option<OldPerson> {
    let mut person = plain_account(row)?;
    person.account.display_name = row.text("name");
    Some(person)
}
