//! One import: what is brought, from where, and how far it is.

mod files;
mod members;
mod people;
mod places;
mod talk;

use std::collections::{HashMap, HashSet};

use futures_util::StreamExt;
use parlor_domain::{ClientId, Dialect, RoomId, UserId};
use parlor_ports::{Beyond, Brought, OldModel, OldRows, OldServer};
use parlor_services::{Change, Hall, Imports, OldServerId, Services, Unique};
use uuid::Uuid;

pub(crate) use self::files::OldFile;
pub(crate) use self::people::{OldPerson, plain_account};
pub(crate) use self::places::OldPlace;
pub(crate) use self::talk::Spoken;
use crate::report::{Report, Thing};
use crate::row::Row;
use crate::{Error, MediaFolder, dialects};

/// So many keys are looked up at once.
const KEYS: usize = 1_000;

/// What an operator wants.
#[derive(Debug)]
pub struct Wish {
    /// What the older server spoke.
    pub dialect: Dialect,
    /// What it is called, so that it is known when something comes from it again.
    pub name: String,
    /// What becomes of its files.
    pub files: Files,
    /// Whether nothing is to be written: all is read and looked at.
    pub rehearse: bool,
}

/// What becomes of an older server's files.
#[derive(Debug)]
pub enum Files {
    /// They are in this folder, and are brought over.
    Folder(MediaFolder),
    /// They are left behind.
    LeftBehind,
    /// That was not said: if there are any, it has to be.
    Unsaid,
}

/// How `relay` keeps notifications, which it alone knows.
#[derive(Clone, Copy)]
pub struct Relay {
    /// The room in which they are said.
    pub hall: Hall,
    /// The message by which it lists one, given its type and content. `None` if there is no such type, or no message is so long.
    pub notification: fn(&Services, &str, Option<&str>) -> Option<Wording>,
}

/// What a message says: its text, and what it is called if the text is not all.
pub type Wording = (String, Option<ClientId>);

/// Brings over all that is not here yet.
///
/// # Errors
/// Why it was not begun, or interrupted. When that is mended, it is begun again and goes on.
pub async fn run(
    services: &Services,
    old: &dyn OldServer,
    wish: &Wish,
    relay: Relay,
    report: &mut Report<'_>,
) -> Result<(), Error> {
    let mut import = Import::begin(services, old, wish, relay, report).await?;
    dialects::bring(&mut import).await
}

/// An import on its way.
pub(crate) struct Import<'a, 'r> {
    pub(crate) services: &'a Services,
    pub(crate) old: &'a dyn OldServer,
    pub(crate) wish: &'a Wish,
    pub(crate) relay: Relay,
    pub(crate) report: &'a mut Report<'r>,
    /// The older server, if something came from it before or may come now.
    from: Option<OldServerId>,
    seen: Seen,
}

/// What would be here by now if this were no rehearsal.
#[derive(Default)]
struct Seen {
    people: HashSet<Box<str>>,
    unique: HashSet<Unique>,
    rooms: HashSet<Box<str>>,
    room_names: HashSet<String>,
}

impl<'a, 'r> Import<'a, 'r> {
    async fn begin(
        services: &'a Services,
        old: &'a dyn OldServer,
        wish: &'a Wish,
        relay: Relay,
        report: &'a mut Report<'r>,
    ) -> Result<Self, Error> {
        let tables = dialects::tables(wish.dialect);
        let column = tables.numbered.then_some("id");
        let people = old.extent(tables.people, column).await.map_err(Error::Old)?;
        if people.rows == 0 {
            return Err(Error::NotOne {
                table: tables.people,
                dialect: wish.dialect.name(),
            });
        }
        if let Files::Folder(folder) = &wish.files {
            files::look_for_some(old, tables.files, folder).await?;
        }
        report.expect(Thing::Person, people.rows);
        let mut beyond = Beyond {
            people: people.greatest,
            ..Beyond::default()
        };
        if let Some(rooms) = tables.rooms {
            let rooms = old.extent(rooms, column).await.map_err(Error::Old)?;
            report.expect(Thing::Room, rooms.rows);
            beyond.rooms = rooms.greatest;
        }
        if let Some(messages) = tables.messages {
            let messages = old.extent(messages, column).await.map_err(Error::Old)?;
            report.expect(Thing::Message, messages.rows);
            beyond.messages = messages.greatest;
        }
        let imports = &services.imports;
        let from = if wish.rehearse {
            imports.find(wish.dialect, &wish.name, beyond).await?
        } else {
            Some(imports.begin(wish.dialect, &wish.name, beyond).await?)
        };
        Ok(Self {
            services,
            old,
            wish,
            relay,
            report,
            from,
            seen: Seen::default(),
        })
    }

    pub(crate) fn imports(&self) -> &'a Imports {
        &self.services.imports
    }

    /// The older server, if something may come from it now; `None` in a rehearsal.
    pub(crate) fn from(&self) -> Option<OldServerId> {
        self.from.filter(|_| !self.wish.rehearse)
    }

    /// The rows of a table, page by page.
    pub(crate) async fn pages(
        &self,
        table: &'static str,
        order: &'static [&'static str],
    ) -> Result<Pages, Error> {
        Pages::of(self.old, table, order).await
    }

    /// Those of some rows that have a primary key. The others are lost.
    pub(crate) fn keyed(&mut self, thing: Thing, rows: Vec<Row>) -> Result<Vec<Row>, Error> {
        let (keyed, others): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(|row| row.key("id").is_some());
        for _ in others {
            self.report.lost(thing, "?", "it has no primary key")?;
        }
        Ok(keyed)
    }

    /// Which of these have come before.
    async fn brought(
        &self,
        model: OldModel,
        keys: HashSet<Box<str>>,
    ) -> Result<HashMap<Box<str>, Brought>, Error> {
        let mut found = HashMap::new();
        let Some(from) = self.from else {
            return Ok(found);
        };
        let keys: Vec<Box<str>> = keys.into_iter().collect();
        for some in keys.chunks(KEYS) {
            found.extend(self.imports().brought(from, model, some.to_vec()).await?);
        }
        Ok(found)
    }

    /// Those of these that have not come before. The others are counted.
    pub(crate) async fn unknown<T>(
        &mut self,
        (thing, model): (Thing, OldModel),
        things: Vec<T>,
        key: impl Fn(&T) -> &str,
    ) -> Result<Vec<T>, Error> {
        let keys = things.iter().map(|thing| key(thing).into()).collect();
        let known = self.brought(model, keys).await?;
        let mut unknown = Vec::with_capacity(things.len());
        for one in things {
            if known.contains_key(key(&one)) {
                self.report.knew(thing)?;
            } else {
                unknown.push(one);
            }
        }
        Ok(unknown)
    }

    /// The accounts that people have now, as far as they came.
    pub(crate) async fn accounts(
        &self,
        keys: impl IntoIterator<Item = Box<str>>,
    ) -> Result<HashMap<Box<str>, UserId>, Error> {
        let ids = self.ids(OldModel::Person, &self.seen.people, keys).await?;
        Ok(ids.into_iter().map(|(key, id)| (key, UserId::new(id))).collect())
    }

    /// The rooms that rooms have become, as far as they came.
    pub(crate) async fn rooms(
        &self,
        keys: impl IntoIterator<Item = Box<str>>,
    ) -> Result<HashMap<Box<str>, RoomId>, Error> {
        let ids = self.ids(OldModel::Room, &self.seen.rooms, keys).await?;
        Ok(ids.into_iter().map(|(key, id)| (key, RoomId::new(id))).collect())
    }

    /// What things have become; the nil id for those that would have come if this were no rehearsal.
    async fn ids(
        &self,
        model: OldModel,
        seen: &HashSet<Box<str>>,
        keys: impl IntoIterator<Item = Box<str>>,
    ) -> Result<HashMap<Box<str>, Uuid>, Error> {
        let keys: HashSet<Box<str>> = keys.into_iter().collect();
        let mut ids: HashMap<Box<str>, Uuid> = keys
            .iter()
            .filter(|key| seen.contains(*key))
            .map(|key| (key.clone(), Uuid::nil()))
            .collect();
        let brought = self.brought(model, keys).await?;
        ids.extend(
            brought
                .into_iter()
                .filter_map(|(key, brought)| Some((key, brought.id?))),
        );
        Ok(ids)
    }

    /// Tells what of something is not as it was.
    pub(crate) fn tell(&mut self, thing: Thing, key: &str, changes: &[Change]) -> Result<(), Error> {
        for change in changes {
            self.report.note(thing, key, &told(change))?;
        }
        Ok(())
    }
}

fn told(change: &Change) -> String {
    match change {
        Change::Renamed(name) => format!("is called \"{name}\" now"),
        Change::Renumbered(number) => format!("has the number {number} now"),
        Change::Rekeyed(id) => format!("has the id {id} now"),
        Change::Lost { what, why } => format!("{what} was not brought over: {why}"),
        Change::LeftOut(count) => format!("{count} of its people are not in it any more"),
        Change::Crowded(count) => format!(
            "{count} of its people are not in it, since they are in as many rooms as rooms.per_user allows"
        ),
        Change::Places(count) => {
            format!("has place for {count} people now: rooms.members allows no more")
        }
    }
}

/// The rows of a table on their way.
pub(crate) struct Pages {
    table: &'static str,
    rows: OldRows,
}

impl Pages {
    async fn of(
        old: &dyn OldServer,
        table: &'static str,
        order: &'static [&'static str],
    ) -> Result<Self, Error> {
        let rows = old.rows(table, order).await.map_err(Error::Old)?;
        Ok(Self { table, rows })
    }

    /// Some more of them; `None` after the last.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<Row>>, Error> {
        let Some(page) = self.rows.next().await else {
            return Ok(None);
        };
        let lines = page.map_err(Error::Old)?;
        let rows = lines.iter().map(|line| {
            Row::parse(line).map_err(|why| Error::Row {
                table: self.table,
                why: why.to_string(),
            })
        });
        rows.collect::<Result<_, _>>().map(Some)
    }
}
