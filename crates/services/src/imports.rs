//! People, rooms and messages of older servers, which come here to stay.

mod halls;
mod keys;
mod media;
mod members;
mod people;
mod rooms;
mod talk;

use std::collections::HashMap;
use std::sync::Arc;

use parlor_auth::Vault;
use parlor_domain::{Dialect, RoomId, Timestamp, UserId};
use parlor_ports::{
    Beyond, Brought, Clock, DialectStore, Entropy, ImportStore, Numbering, OldModel, RoomStore, Source,
    UserStore,
};
use uuid::Uuid;

pub(crate) use self::keys::find as find_key;
pub use self::media::MediaBrought;
pub use self::people::{OldAccount, PersonCame, Unique};
pub use self::rooms::{OldConversation, OldGroup, OldRecipients, RoomCame};
pub use self::talk::{OldStatus, OldWords, Said};
use crate::media::Intake;
use crate::{Error, Halls};

/// No greater number is kept, so that there are enough for all that comes later. JavaScript can count to twice as many.
const GREATEST: i64 = 1 << 52;

/// Takes in what comes from one older server after the other.
///
/// Rules hold as for everybody, but for those that keep people from doing much at once. What cannot be as it was is changed as
/// little as possible, and told. Nothing comes twice, and what was interrupted goes on where it was.
pub struct Imports {
    pub(crate) store: Arc<dyn ImportStore>,
    pub(crate) users: Arc<dyn UserStore>,
    pub(crate) rooms: Arc<dyn RoomStore>,
    pub(crate) dialects: Arc<dyn DialectStore>,
    pub(crate) halls: Arc<Halls>,
    pub(crate) intake: Arc<Intake>,
    pub(crate) vault: Arc<Vault>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) max_members: u32,
    pub(crate) max_body: usize,
    pub(crate) most_keys: usize,
}

/// An older server, as [`Imports::begin`] has noted it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OldServerId {
    /// Under which number.
    pub number: i64,
    /// What it spoke.
    pub dialect: Dialect,
    /// The greatest numbers that it has given.
    pub beyond: Beyond,
}

impl OldServerId {
    fn source(&self, model: OldModel, key: &str) -> Source {
        Source {
            origin: self.number,
            model,
            key: key.into(),
        }
    }

    /// The number that something is to have which had this one.
    fn numbering(&self, had: Option<i64>) -> Numbering {
        Numbering {
            had: kept(had),
            beyond: self.beyond,
        }
    }
}

/// What has become of something that came, which could not be as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It is called something else.
    Renamed(String),
    /// It has another number.
    Renumbered(i64),
    /// It has another id.
    Rekeyed(Uuid),
    /// This of it was not brought over, for a reason.
    Lost {
        /// What.
        what: &'static str,
        /// Why.
        why: &'static str,
    },
    /// So many people are not in it any more.
    LeftOut(usize),
    /// So many people are not in it, for being in as many rooms as one may be.
    Crowded(usize),
    /// So many people have place in it.
    Places(u32),
}

impl Imports {
    /// Notes an older server, so that what comes from it is known when it comes again.
    pub async fn begin(&self, dialect: Dialect, name: &str, beyond: Beyond) -> Result<OldServerId, Error> {
        let number = self.store.open_origin(dialect, name, self.clock.now()).await?;
        Ok(OldServerId {
            number,
            dialect,
            beyond: bounded(beyond),
        })
    }

    /// The older server of this name, if something came from it before.
    pub async fn find(
        &self,
        dialect: Dialect,
        name: &str,
        beyond: Beyond,
    ) -> Result<Option<OldServerId>, Error> {
        let found = self.store.find_origin(dialect, name).await?;
        Ok(found.map(|number| OldServerId {
            number,
            dialect,
            beyond: bounded(beyond),
        }))
    }

    /// What became of things of an older server that came before, by their keys there.
    pub async fn brought(
        &self,
        from: OldServerId,
        model: OldModel,
        keys: Vec<Box<str>>,
    ) -> Result<HashMap<Box<str>, Brought>, Error> {
        if keys.is_empty() {
            return Ok(HashMap::new());
        }
        let found = self.store.brought(from.number, model, keys).await?;
        Ok(found
            .into_iter()
            .map(|brought| (brought.key.clone(), brought))
            .collect())
    }

    /// A time that is not later than now.
    fn past(&self, at: Timestamp) -> Timestamp {
        at.min(self.clock.now())
    }

    fn draw(&self, at: Timestamp) -> Uuid {
        self.entropy.uuid(at)
    }

    fn draw_user(&self, at: Timestamp) -> UserId {
        UserId::new(self.draw(at))
    }

    fn draw_room(&self, at: Timestamp) -> RoomId {
        RoomId::new(self.draw(at))
    }
}

/// A number that something had, if it can be kept.
fn kept(had: Option<i64>) -> Option<i64> {
    had.filter(|number| (1..=GREATEST).contains(number))
}

/// The greatest of those numbers that can be kept.
fn bounded(beyond: Beyond) -> Beyond {
    let Beyond {
        people,
        rooms,
        messages,
    } = beyond;
    Beyond {
        people: people.clamp(0, GREATEST),
        rooms: rooms.clamp(0, GREATEST),
        messages: messages.clamp(0, GREATEST),
    }
}

/// A text as a name of some kind: without what no name may have, and no longer than such a name may be. `None` if nothing is left.
fn tamed<T: std::str::FromStr>(text: &str, most: usize) -> Option<T> {
    let plain: String = text.chars().filter(|c| !c.is_control()).collect();
    let short: String = plain.trim().chars().take(most).collect();
    short.parse().ok()
}
