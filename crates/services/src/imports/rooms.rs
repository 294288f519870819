//! Groups, conversations and lists of an older server.

use std::fmt::Display;
use std::str::FromStr;

use parlor_domain::{
    BroadcastListId, Capacity, Dialect, JoinPolicy, ListName, RoomId, RoomKind, RoomName, Rules, Timestamp,
    UserId,
};
use parlor_ports::{OldDirect, OldList, OldModel, OldRoom, RoomBrought, RoomKept};

use super::{Change, Imports, OldServerId, tamed};
use crate::Error;

/// How many names are tried for a room: with another number behind it each time.
const TRIES: u32 = 10_000;
/// So many people are brought into a room or a list at most.
const MOST_PEOPLE: usize = 10_000;
/// How many names are tried for a list in its dialect: drawn ones after its own.
const DRAWS: u32 = 10;
/// Most bytes of what a dialect calls a room or a list.
const MOST_CALLED: usize = 100;

/// A group at an older server.
#[derive(Debug, Clone)]
pub struct OldGroup {
    /// Its primary key there.
    pub key: Box<str>,
    /// Its number there.
    pub number: Option<i64>,
    /// What it is called; may be empty.
    pub name: String,
    /// Whether no two groups are called the same there, and how long a name may be.
    pub unique_name: Option<usize>,
    /// Whether nobody enters who is not in it.
    pub closed: bool,
    /// How many may be in it, besides an owner who is absent; the server's limit if nothing is said.
    pub capacity: Option<u32>,
    /// To whom it belongs.
    pub owner: UserId,
    /// Whether that is the first of its members, since the account of its owner is gone.
    pub inherited: bool,
    /// Whether the owner takes no part in it.
    pub owner_absent: bool,
    /// Who else is in it.
    pub members: Vec<UserId>,
    /// What its dialect calls it.
    pub called: Option<Box<str>>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub changed_at: Timestamp,
}

/// A conversation of two people at an older server, or of one with himself.
#[derive(Debug, Clone)]
pub struct OldConversation {
    /// Its primary key there.
    pub key: Box<str>,
    /// Its number there.
    pub number: Option<i64>,
    /// Its id there, if that is a UUID.
    pub id: Option<RoomId>,
    /// Who has opened it.
    pub opener: UserId,
    /// The other one.
    pub peer: UserId,
    /// What its dialect calls it.
    pub called: Option<Box<str>>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A list at an older server of those who get what one writes to all of them.
#[derive(Debug, Clone)]
pub struct OldRecipients {
    /// Its primary key there.
    pub key: Box<str>,
    /// Its number there.
    pub number: Option<i64>,
    /// What its owner calls it; may be empty.
    pub name: String,
    /// Whose it is.
    pub owner: UserId,
    /// Who is in it.
    pub recipients: Vec<UserId>,
    /// What its dialect calls it.
    pub called: Option<Box<str>>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What became of a group, a conversation or a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoomCame {
    /// It came before.
    Known,
    /// It is there.
    Now(Vec<Change>),
    /// These two have one room for both their conversations.
    Merged,
    /// Nobody is there to whom it could belong: the account is gone.
    Ownerless,
    /// This one, to whom it would belong, is in as many rooms as one may be.
    Crowded(UserId),
    /// One of the two has blocked the other here, or is reached by contacts only.
    KeptApart,
}

impl Imports {
    /// Makes a group of one.
    ///
    /// # Errors
    /// [`Error::RoomNameTaken`] if no name can be found for it
    pub async fn group(&self, from: OldServerId, old: &OldGroup) -> Result<RoomCame, Error> {
        let source = from.source(OldModel::Room, &old.key);
        let most = old.unique_name.unwrap_or(RoomName::MAX);
        let name: RoomName = title(&old.name, "room", &old.key, most)?;
        let capacity = old.capacity.unwrap_or(self.max_members).max(1);
        let capacity = capacity
            .saturating_add(u32::from(old.owner_absent))
            .min(self.max_members);
        let created_at = self.past(old.created_at);
        let mut new = OldRoom {
            id: self.draw_room(created_at),
            kind: RoomKind::Group,
            numbering: from.numbering(old.number),
            name: name.clone(),
            unique_name: old.unique_name.is_some(),
            rules: Rules {
                join: if old.closed {
                    JoinPolicy::Closed
                } else {
                    JoinPolicy::Open
                },
                ..Rules::of_new(RoomKind::Group)
            },
            capacity: Capacity::stored(capacity),
            owner: old.owner,
            owner_absent: old.owner_absent,
            members: first(&old.members),
            called: called(from, old.called.as_deref()),
            created_at,
            changed_at: self.past(old.changed_at),
        };
        for tried in 1..=TRIES {
            match self.store.bring_room(source.clone(), new.clone()).await? {
                RoomBrought::NameTaken => new.name = numbered(&name, tried + 1, most)?,
                RoomBrought::IdTaken => new.id = self.draw_room(created_at),
                RoomBrought::Done(kept) => {
                    let renamed = (new.name.as_str() != old.name.trim()).then(|| new.name.to_string());
                    let mut changes: Vec<Change> = renamed.map(Change::Renamed).into_iter().collect();
                    changes.extend(unlike(old.number, old.called.is_some(), &kept));
                    changes.extend(beyond_first(&old.members));
                    changes.extend(inherited(old));
                    changes.extend(self.places(old).map(Change::Places));
                    return Ok(RoomCame::Now(changes));
                }
                other => return Ok(came(other)),
            }
        }
        Err(Error::RoomNameTaken)
    }

    /// How many have place in a group that had place for more than one may have here.
    fn places(&self, old: &OldGroup) -> Option<u32> {
        let members = u32::try_from(old.members.len()).unwrap_or(u32::MAX);
        let most = self.max_members.saturating_sub(u32::from(old.owner_absent));
        let most = most.max(members);
        old.capacity.filter(|had| *had > most).map(|_| most)
    }

    /// Makes a direct room of a conversation.
    pub async fn conversation(&self, from: OldServerId, old: &OldConversation) -> Result<RoomCame, Error> {
        let source = from.source(OldModel::Room, &old.key);
        let created_at = self.past(old.created_at);
        let mut new = OldDirect {
            id: old.id.unwrap_or_else(|| self.draw_room(created_at)),
            numbering: from.numbering(old.number),
            opener: old.opener,
            peer: old.peer,
            called: called(from, old.called.as_deref()),
            created_at,
        };
        loop {
            match self.store.bring_direct(source.clone(), new.clone()).await? {
                RoomBrought::IdTaken => new.id = self.draw_room(created_at),
                RoomBrought::Done(kept) => {
                    let rekeyed = old.id.filter(|id| *id != new.id).map(|_| new.id.uuid());
                    let mut changes: Vec<Change> = rekeyed.map(Change::Rekeyed).into_iter().collect();
                    changes.extend(unlike(old.number, old.called.is_some(), &kept));
                    return Ok(RoomCame::Now(changes));
                }
                other => return Ok(came(other)),
            }
        }
    }

    /// Makes a broadcast list of one.
    pub async fn recipients(&self, from: OldServerId, old: &OldRecipients) -> Result<RoomCame, Error> {
        let source = from.source(OldModel::Room, &old.key);
        let name: ListName = title(&old.name, "list", &old.key, ListName::MAX)?;
        let created_at = self.past(old.created_at);
        let mut new = OldList {
            id: BroadcastListId::new(self.draw(created_at)),
            numbering: from.numbering(old.number),
            owner: old.owner,
            name,
            called: called(from, old.called.as_deref()).unwrap_or_else(|| self.draw_called(from)),
            recipients: first(&old.recipients),
            created_at,
        };
        for _ in 0..DRAWS {
            match self.store.bring_list(source.clone(), new.clone()).await? {
                RoomBrought::NameTaken => new.called = self.draw_called(from),
                RoomBrought::Done(mut kept) => {
                    let (_, called) = &new.called;
                    kept.called = old.called.as_ref() == Some(called);
                    let mut changes = unlike(old.number, old.called.is_some(), &kept);
                    changes.extend(beyond_first(&old.recipients));
                    return Ok(RoomCame::Now(changes));
                }
                other => return Ok(came(other)),
            }
        }
        Err(Error::Busy)
    }

    /// What a dialect may call something that cannot be called as it was: eight letters and digits.
    fn draw_called(&self, from: OldServerId) -> (Dialect, Box<str>) {
        let mut random = [0; 4];
        self.entropy.fill(&mut random);
        (from.dialect, format!("{:08x}", u32::from_ne_bytes(random)).into())
    }

    /// Whether a room or a list has this number.
    pub async fn has_room(&self, number: i64) -> Result<bool, Error> {
        if self.rooms.id_of(number).await?.is_some() {
            return Ok(true);
        }
        let list = self.dialects.list_numbered(Dialect::Messenger, number).await?;
        Ok(list.is_some())
    }

    /// Whether a group or a channel has this name.
    pub async fn has_room_name(&self, name: &str) -> Result<bool, Error> {
        match tamed(name, RoomName::MAX) {
            Some(name) => Ok(self.rooms.is_named(&name).await?),
            None => Ok(false),
        }
    }
}

/// Those of some people who are brought in.
fn first(people: &[UserId]) -> Vec<UserId> {
    people.iter().take(MOST_PEOPLE).copied().collect()
}

/// How many others there are, if there are any.
fn beyond_first(people: &[UserId]) -> Option<Change> {
    (people.len() > MOST_PEOPLE).then(|| Change::LeftOut(people.len() - MOST_PEOPLE))
}

/// What is to be told of a group that has another owner.
fn inherited(old: &OldGroup) -> Option<Change> {
    let (what, why) = (
        "owner",
        "the account is gone, and it is the first of its members' now",
    );
    old.inherited.then_some(Change::Lost { what, why })
}

/// What a dialect is to call something as it did, if anything can be called so.
fn called(from: OldServerId, name: Option<&str>) -> Option<(Dialect, Box<str>)> {
    let fits = |name: &&str| {
        let is_plain = name.chars().all(|c| c.is_alphanumeric() || c == '_');
        (1..=MOST_CALLED).contains(&name.len()) && is_plain
    };
    name.filter(fits).map(|name| (from.dialect, name.into()))
}

/// What something is called, of so many characters at most: if it cannot be called as it was, by its kind and its key there.
fn title<T: FromStr<Err: Display>>(name: &str, kind: &str, key: &str, most: usize) -> Result<T, Error> {
    let keyed = || tamed(&format!("{kind} {key}"), most);
    match tamed(name, most).or_else(keyed) {
        Some(title) => Ok(title),
        None => kind.parse().map_err(|why| Error::invalid("name", why)),
    }
}

/// The name with a number behind it, of so many characters at most.
fn numbered(name: &RoomName, number: u32, most: usize) -> Result<RoomName, Error> {
    let end = format!(" {number}");
    let kept: String = name.as_str().chars().take(most - end.len()).collect();
    format!("{}{end}", kept.trim_end())
        .parse::<RoomName>()
        .map_err(|why| Error::invalid("name", why))
}

/// What of a room is not as it was.
fn unlike(had: Option<i64>, was_called: bool, kept: &RoomKept) -> Vec<Change> {
    let mut changes = Vec::new();
    if had.is_some_and(|number| number != kept.number) {
        changes.push(Change::Renumbered(kept.number));
    }
    if was_called && !kept.called {
        let (what, why) = (
            "name in its dialect",
            "something else is called so, or nothing can be",
        );
        changes.push(Change::Lost { what, why });
    }
    if !kept.left_out.is_empty() {
        changes.push(Change::LeftOut(kept.left_out.len()));
    }
    if !kept.crowded.is_empty() {
        changes.push(Change::Crowded(kept.crowded.len()));
    }
    changes
}

/// What became of what is not new.
fn came(brought: RoomBrought) -> RoomCame {
    match brought {
        RoomBrought::Known => RoomCame::Known,
        RoomBrought::Merged(_) => RoomCame::Merged,
        RoomBrought::Crowded(user) => RoomCame::Crowded(user),
        RoomBrought::KeptApart => RoomCame::KeptApart,
        RoomBrought::Done(_) | RoomBrought::IdTaken | RoomBrought::NameTaken | RoomBrought::NoOwner => {
            RoomCame::Ownerless
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_fits_behind_a_name() {
        let name: RoomName = "t".repeat(50).parse().unwrap();
        let numbered = numbered(&name, 12, 50).unwrap();
        assert_eq!(numbered.as_str(), format!("{} 12", "t".repeat(47)));
    }
}
