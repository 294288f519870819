//! People, the pictures that stand for them, and the keys that they hold.

use std::collections::HashSet;

use futures_util::{StreamExt, stream};
use parlor_ports::{Beyond, OldModel};
use parlor_services::{Change, Imports, OldAccount, OldServerId, PersonCame, Unique};
use secrecy::SecretString;

use super::{Import, OldFile, told};
use crate::Error;
use crate::report::{Thing, harmless};
use crate::row::Row;

/// So many people come at once, and are written with one commit.
const AT_ONCE: usize = 32;
/// How long an e-mail address or a name may be in what is told.
const SHOWN: usize = 60;

/// Somebody as an older server's table has him.
#[derive(Debug)]
pub(crate) struct OldPerson {
    pub(crate) account: OldAccount,
    /// Whether he administered that server.
    pub(crate) staff: bool,
    /// The picture that stands for him.
    pub(crate) picture: Option<OldFile>,
}

/// What Django's own columns say of somebody; `None` if there is no primary key.
pub(crate) fn plain_account(row: &Row) -> Option<OldPerson> {
    let account = OldAccount {
        key: row.key("id")?,
        number: row.number("id"),
        id: None,
        username: row.text("username"),
        display_name: String::new(),
        first_name: row.text("first_name"),
        last_name: row.text("last_name"),
        email: row.text("email"),
        claims_address: false,
        password: row.text("password").into(),
        mobile: String::new(),
        register_id: SecretString::default(),
        about: String::new(),
        locked: !row.is("is_active"),
        joined_at: row.time("date_joined"),
        last_seen: row.time("last_login"),
    };
    Some(OldPerson {
        account,
        staff: row.is("is_staff") || row.is("is_superuser"),
        picture: None,
    })
}

/// The people of some rows.
fn people(
    table: &'static str,
    rows: &[Row],
    read: fn(&Row) -> Option<OldPerson>,
) -> Result<Vec<OldPerson>, Error> {
    let people: Option<Vec<OldPerson>> = rows.iter().map(read).collect();
    people.ok_or_else(|| Error::Row {
        table,
        why: "it has no primary key".to_owned(),
    })
}

/// How many of the first of these people may come in any order, since none of them would have what another one has.
fn apart(imports: &Imports, people: &[OldPerson]) -> usize {
    let mut taken: HashSet<Unique> = HashSet::new();
    let twin = people.iter().position(|person| {
        let unique = imports.unique(&person.account);
        let is_twin = unique.iter().any(|one| taken.contains(one));
        taken.extend(unique);
        is_twin
    });
    twin.unwrap_or(people.len())
}

/// How somebody is called in what is told.
fn name(account: &OldAccount) -> String {
    let name = if account.username.is_empty() {
        &account.email
    } else {
        &account.username
    };
    harmless(name).chars().take(SHOWN).collect()
}

impl Import<'_, '_> {
    /// Brings all people of a table.
    pub(crate) async fn people(
        &mut self,
        table: &'static str,
        read: fn(&Row) -> Option<OldPerson>,
    ) -> Result<(), Error> {
        // All are looked at before the first comes, lest some of another server do.
        let mut looked_at = 0;
        let mut pages = self.pages(table, &["id"]).await?;
        while let Some(rows) = pages.next().await? {
            self.are_the_same(&people(table, &rows, read)?).await?;
            looked_at += rows.len();
            self.report
                .tell_at_times(format_args!("people looked at so far: {looked_at}"))?;
        }
        let mut pages = self.pages(table, &["id"]).await?;
        while let Some(rows) = pages.next().await? {
            let people = people(table, &rows, read)?;
            let pictures: Vec<(Box<str>, OldFile)> = people
                .iter()
                .filter_map(|person| Some((person.account.key.clone(), person.picture.clone()?)))
                .collect();
            let kind = (Thing::Person, OldModel::Person);
            let new = self.unknown(kind, people, |person| &person.account.key).await?;
            match self.from() {
                Some(from) => self.bring_people(from, &new).await?,
                None => self.rehearse_people(&new).await?,
            }
            self.pictures(pictures).await?;
        }
        Ok(())
    }

    /// Refuses people of another server that has the same keys for others.
    async fn are_the_same(&self, people: &[OldPerson]) -> Result<(), Error> {
        let keys = people.iter().map(|person| person.account.key.clone()).collect();
        let known = self.brought(OldModel::Person, keys).await?;
        let other = people.iter().find(|person| {
            let before = known.get(&person.account.key).and_then(|known| known.print);
            before
                .zip(person.account.print())
                .is_some_and(|(before, now)| before != now)
        });
        match other {
            Some(other) => Err(Error::AnotherServer {
                name: self.wish.name.clone(),
                key: other.account.key.to_string(),
            }),
            None => Ok(()),
        }
    }

    /// Brings people. The first who would have something that one person alone can have has it.
    async fn bring_people(&mut self, from: OldServerId, people: &[OldPerson]) -> Result<(), Error> {
        let mut people = people;
        while !people.is_empty() {
            let (first, rest) = people.split_at(apart(self.imports(), people));
            self.bring_at_once(from, first).await?;
            people = rest;
        }
        Ok(())
    }

    async fn bring_at_once(&mut self, from: OldServerId, people: &[OldPerson]) -> Result<(), Error> {
        let imports = self.imports();
        let coming = people.iter().map(|person| imports.person(from, &person.account));
        let mut came = stream::iter(coming).buffered(AT_ONCE);
        for person in people {
            let name = name(&person.account);
            let label = (&*person.account.key, &*name);
            let Some(came) = came.next().await else {
                break;
            };
            match came? {
                PersonCame::Known => self.report.knew(Thing::Person)?,
                PersonCame::Now { account, changes } => {
                    self.report.came(Thing::Person)?;
                    self.tell_of_person(label, &changes)?;
                    self.tell_of_staff(person, label, account.username.as_str())?;
                }
            }
        }
        Ok(())
    }

    fn tell_of_person(&mut self, label: (&str, &str), changes: &[Change]) -> Result<(), Error> {
        for change in changes {
            self.report.note_named(Thing::Person, label, &told(change))?;
        }
        Ok(())
    }

    fn tell_of_staff(
        &mut self,
        person: &OldPerson,
        label: (&str, &str),
        username: &str,
    ) -> Result<(), Error> {
        if !person.staff {
            return Ok(());
        }
        let what = format!(
            "administered the older server, and does not administer this one until you run: parlor user admin {username}"
        );
        self.report.note_named(Thing::Person, label, &what)
    }

    /// Brings the pictures that stand for people. Someone may have come without his before, when that was
    /// interrupted.
    async fn pictures(&mut self, pictures: Vec<(Box<str>, OldFile)>) -> Result<(), Error> {
        let kind = (Thing::Picture, OldModel::Avatar);
        let new = self.unknown(kind, pictures, |(key, _)| key).await?;
        let users = self.accounts(new.iter().map(|(key, _)| key.clone())).await?;
        for (key, file) in &new {
            let Some(&user) = users.get(key) else {
                continue;
            };
            let Some(media) = self.file((Thing::Picture, key), user, file).await? else {
                continue;
            };
            let Some(from) = self.from() else {
                continue;
            };
            if self.imports().avatar(from, key, user, media).await? {
                self.report.came(Thing::Picture)?;
            } else {
                self.report.lost(Thing::Picture, key, "it is no picture")?;
            }
        }
        Ok(())
    }

    async fn rehearse_people(&mut self, people: &[OldPerson]) -> Result<(), Error> {
        let from = OldServerId {
            number: 0,
            dialect: self.wish.dialect,
            beyond: Beyond::default(),
        };
        for person in people {
            let (account, name) = (&person.account, name(&person.account));
            let label = (&*account.key, &*name);
            self.report.came(Thing::Person)?;
            let imports = self.imports();
            let seen = &self.seen.unique;
            let changes = imports.rehearse_person(from, account, seen).await?;
            let unique = imports.unique(account);
            let has_twin = unique.iter().any(|one| {
                let is_name = matches!(one, Unique::Name(_) | Unique::Looks(_));
                is_name && seen.contains(one)
            });
            self.seen.unique.extend(unique);
            self.tell_of_person(label, &changes)?;
            let base = account.base();
            let is_taken = match &base {
                Some(base) => has_twin || imports.has_name(base).await?,
                None => false,
            };
            let what = match base {
                Some(base) if is_taken => Some(format!("would be called \"{base}\" with a number behind it")),
                Some(base) if !account.username.is_empty() && account.username != base.as_str() => {
                    Some(format!("would be called \"{base}\""))
                }
                Some(_) => None,
                None => Some("would get a name that is drawn".to_owned()),
            };
            if let Some(what) = what {
                self.report.note_named(Thing::Person, label, &what)?;
            }
            if let Some(number) = account.number
                && self.imports().has_number(number).await?
            {
                self.report
                    .note_named(Thing::Person, label, "would have another number")?;
            }
            self.seen.people.insert(account.key.clone());
        }
        Ok(())
    }

    /// Makes the keys good that people hold (`authtoken_token`), as far as the older server had such.
    pub(crate) async fn keys(&mut self) -> Result<(), Error> {
        let mut pages = self.pages("authtoken_token", &["user_id"]).await?;
        while let Some(rows) = pages.next().await? {
            let mut held: Vec<(Box<str>, SecretString)> = Vec::with_capacity(rows.len());
            for row in rows {
                match row.reference("user") {
                    Some(user) => held.push((user, row.text("key").into())),
                    None => self.report.lost(Thing::Key, "?", "it is nobody's")?,
                }
            }
            let kind = (Thing::Key, OldModel::Key);
            let new = self.unknown(kind, held, |(user, _)| user).await?;
            let users = self.accounts(new.iter().map(|(user, _)| user.clone())).await?;
            for (key, secret) in new {
                let Some(&user) = users.get(&key) else {
                    self.report.lost(Thing::Key, &key, "its user has no account")?;
                    continue;
                };
                let Some(from) = self.from() else {
                    self.report.came(Thing::Key)?;
                    continue;
                };
                let user = self.services.accounts.find(user).await?.user;
                if self.imports().key(from, &key, user, &secret).await? {
                    self.report.came(Thing::Key)?;
                } else {
                    self.report
                        .lost(Thing::Key, &key, "it is none, or somebody else's")?;
                }
            }
        }
        Ok(())
    }
}
