//! `messenger`: conversations of two, groups and broadcast lists, with files, pictures of people and statuses.

mod copies;

use std::collections::HashMap;

use parlor_domain::{Timestamp, UserId};
use parlor_ports::OldModel;
use parlor_services::{OldConversation, OldGroup, OldRecipients, OldStatus, Said};

use self::copies::Copies;
use super::Tables;
use crate::Error;
use crate::import::{Import, OldFile, OldPerson, OldPlace, Spoken, plain_account};
use crate::report::Thing;
use crate::row::Row;

pub(super) const TABLES: Tables = Tables {
    people: "chattingapp_user",
    rooms: Some("chattingapp_conversation"),
    messages: Some("chattingapp_message"),
    all: &[
        "chattingapp_user",
        "chattingapp_conversation",
        "chattingapp_message",
        STATUSES,
    ],
    files: &[
        ("chattingapp_user", picture),
        ("chattingapp_message", attachment),
        (STATUSES, shown),
    ],
    numbered: true,
};

const STATUSES: &str = "chattingapp_user_status";
/// Under which path it gave its files.
const URL: &str = "/media/";

pub(super) async fn bring(import: &mut Import<'_, '_>) -> Result<(), Error> {
    import.people(TABLES.people, person).await?;
    let mut pages = import.pages("chattingapp_conversation", &["id"]).await?;
    while let Some(rows) = pages.next().await? {
        let rows = import.keyed(Thing::Room, rows)?;
        let places = places(import, &rows).await?;
        import.places(places).await?;
    }
    let mut copies = Copies::default();
    let (mut read, mut kept) = (0, 0);
    let mut pages = import.pages("chattingapp_message", &["id"]).await?;
    while let Some(rows) = pages.next().await? {
        let rows = import.keyed(Thing::Message, rows)?;
        let spoken = copies.fold(rows.iter().filter_map(spoken));
        read += rows.len();
        kept += spoken.len();
        import.spoken(spoken).await?;
    }
    let rest = copies.rest();
    kept += rest.len();
    import.spoken(rest).await?;
    import.report.copied(Thing::Message, read - kept)?;
    statuses(import).await
}

fn person(row: &Row) -> Option<OldPerson> {
    let mut person = plain_account(row)?;
    person.account.claims_address = true;
    person.account.mobile = row.text("mobile_no");
    person.account.register_id = row.text("registered_userid").into();
    person.account.about = row.text("about");
    person.picture = picture(row);
    Some(person)
}

fn picture(row: &Row) -> Option<OldFile> {
    OldFile::at(&row.text("profile_photo"))
}

async fn places(import: &Import<'_, '_>, rows: &[Row]) -> Result<Vec<OldPlace>, Error> {
    let people = rows.iter().flat_map(|row| {
        let both = [row.reference("initiator"), row.reference("receiver")];
        let members = row.keys("group_members").unwrap_or_default();
        both.into_iter().flatten().chain(members)
    });
    let people: Vec<Box<str>> = people.collect();
    let people = import.accounts(people).await?;
    Ok(rows.iter().filter_map(|row| place(row, &people)).collect())
}

fn place(row: &Row, people: &HashMap<Box<str>, UserId>) -> Option<OldPlace> {
    let key = row.key("id")?;
    let find = |field| row.reference(field).and_then(|key| people.get(&key).copied());
    let name = row.text("room_name");
    let called = (!name.is_empty()).then(|| name.as_str().into());
    let created_at = row.time("start_time").unwrap_or(Timestamp::from_micros(0));
    let members = row.keys("group_members").unwrap_or_default();
    let members: Vec<UserId> = members
        .iter()
        .filter_map(|key| people.get(key).copied())
        .collect();
    let kind = row.text("room_type");
    let initiator = find("initiator");
    let heir = members.first().copied().filter(|_| kind == "Group");
    let Some(owner) = initiator.or(heir) else {
        return Some(OldPlace::Nothing(key, "who began it was not"));
    };
    Some(match &*kind {
        "Group" => OldPlace::Group(OldGroup {
            key,
            number: row.number("id"),
            name,
            unique_name: None,
            closed: true,
            capacity: None,
            owner,
            inherited: initiator.is_none(),
            owner_absent: false,
            members,
            called,
            created_at,
            changed_at: created_at,
        }),
        "brodcast" => OldPlace::Recipients(OldRecipients {
            key,
            number: row.number("id"),
            name,
            owner,
            recipients: members,
            called,
            created_at,
        }),
        _ => match find("receiver") {
            Some(peer) => OldPlace::Conversation(OldConversation {
                key,
                number: row.number("id"),
                id: None,
                opener: owner,
                peer,
                called,
                created_at,
            }),
            None => OldPlace::Nothing(key, "the other one was not"),
        },
    })
}

fn spoken(row: &Row) -> Option<Spoken> {
    Some(Spoken {
        key: row.key("id")?,
        number: row.number("id"),
        room: row.reference("conversation_id").unwrap_or_default(),
        author: row.reference("sender").unwrap_or_default(),
        text: row.text("text"),
        file: attachment(row),
        at: row.time("timestamp").unwrap_or(Timestamp::from_micros(0)),
        edited_at: None,
        unread: !row.is("is_read"),
    })
}

fn attachment(row: &Row) -> Option<OldFile> {
    OldFile::at(below(&row.text("attachment")))
}

/// The path of a file below the media folder, given its URL or that one's path.
fn below(url: &str) -> &str {
    let path = match url.split_once("://") {
        Some((_, host)) => host.find('/').map_or("", |at| &host[at..]),
        None => url,
    };
    path.strip_prefix(URL).unwrap_or(url)
}

/// Brings the last status of each person: there was one at a time. They come person by person, so that no more are held than one page
/// and the one before it.
async fn statuses(import: &mut Import<'_, '_>) -> Result<(), Error> {
    let mut last: Option<Shown> = None;
    let mut pages = import.pages(STATUSES, &["user_id_id", "id"]).await?;
    while let Some(rows) = pages.next().await? {
        let mut shown = Vec::new();
        let rows = import.keyed(Thing::Status, rows)?;
        for next in rows.into_iter().filter_map(Shown::read) {
            let before = last.replace(next);
            shown.extend(
                before.filter(|before| last.as_ref().is_some_and(|last| last.author != before.author)),
            );
        }
        show(import, shown).await?;
    }
    show(import, last.into_iter().collect()).await
}

/// A status, and who shows it.
struct Shown {
    key: Box<str>,
    author: Box<str>,
    row: Row,
}

impl Shown {
    fn read(row: Row) -> Option<Self> {
        Some(Self {
            key: row.key("id")?,
            author: row.reference("user_id").unwrap_or_default(),
            row,
        })
    }
}

async fn show(import: &mut Import<'_, '_>, shown: Vec<Shown>) -> Result<(), Error> {
    let kind = (Thing::Status, OldModel::Status);
    for one in import.unknown(kind, shown, |one| &one.key).await? {
        status(import, &one).await?;
    }
    Ok(())
}

/// What a status shows.
fn shown(row: &Row) -> Option<OldFile> {
    let path = [row.text("videos"), row.text("pictures")];
    path.iter().find_map(|path| OldFile::at(below(path)))
}

async fn status(import: &mut Import<'_, '_>, one: &Shown) -> Result<(), Error> {
    let Shown { key, author, row } = one;
    let Some(&author) = import.accounts([author.clone()]).await?.get(author) else {
        return import.report.lost(Thing::Status, key, "its author was not");
    };
    let media = match &shown(row) {
        Some(file) => import.file((Thing::Status, key), author, file).await?,
        None => None,
    };
    let Some(from) = import.from() else {
        return import.report.came(Thing::Status);
    };
    let status = OldStatus {
        key: key.clone(),
        author: import.services.accounts.find(author).await?.user,
        text: row.text("text"),
        media,
        at: row.time("created_time").unwrap_or(Timestamp::from_micros(0)),
    };
    match import.imports().status(from, &status).await? {
        Said::Known => import.report.knew(Thing::Status),
        Said::Now(_) => import.report.came(Thing::Status),
        Said::Lost(why) => import.report.lost(Thing::Status, key, why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_found_by_its_url() {
        for (url, path) in [
            ("/media/images/image12.png", "images/image12.png"),
            ("http://chat.example.org/media/videos/a.mp4", "videos/a.mp4"),
            ("/media/status/media/a.mp4", "status/media/a.mp4"),
            ("status/media/a.mp4", "status/media/a.mp4"),
            (
                "http://chat.example.org/status/media/a.mp4",
                "http://chat.example.org/status/media/a.mp4",
            ),
            ("images/image12.png", "images/image12.png"),
            ("", ""),
        ] {
            assert_eq!(below(url), path);
        }
    }
}
