//! Rooms: making, finding, changing and ending them.

use std::collections::HashSet;
use std::sync::Arc;

use parlor_domain::{
    Capacity, ClientId, Event, History, JoinPolicy, PageSize, RoomChange, RoomId, RoomName, Topic, UserId,
};
use parlor_ports::{
    Clock, DirectOpened, Entropy, NewRoom, RoomAct, RoomCreated, RoomCursor, RoomRefusal, RoomStore,
    RoomView, RoomsPage,
};

use crate::{Actor, Error, Made};

mod members;

/// Limits of rooms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoomsSettings {
    /// How many members any room may have; also how many one may have for which nothing was said.
    pub max_members: u32,
}

impl Default for RoomsSettings {
    fn default() -> Self {
        Self { max_members: 1000 }
    }
}

/// A group that somebody wants.
#[derive(Debug, Clone)]
pub struct NewGroup {
    /// What the creator's client calls it, so that a repeated request makes one room.
    pub client_id: Option<ClientId>,
    /// What it is called.
    pub name: RoomName,
    /// What it is about.
    pub topic: Topic,
    /// What new members may see.
    pub history: History,
    /// Who may enter.
    pub join: JoinPolicy,
    /// How many members it may have: from [`Rooms::capacity`]. The server's limit if nothing is said.
    pub capacity: Option<Capacity>,
    /// Who else is in it from the start: at most 100.
    pub members: Vec<UserId>,
}

/// What people do with rooms. Rights are checked where they must hold: in the store, while it writes.
///
/// What changes a room is answered with the event that tells of it, or `None` if there was nothing to change.
pub struct Rooms {
    rooms: Arc<dyn RoomStore>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    settings: RoomsSettings,
}

impl Rooms {
    /// Most people who can be brought into a room at once.
    pub const MAX_ADDED: usize = 100;

    /// Rooms in this store, within these limits.
    pub fn new(
        rooms: Arc<dyn RoomStore>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        settings: RoomsSettings,
    ) -> Self {
        Self {
            rooms,
            clock,
            entropy,
            settings,
        }
    }

    /// Checks how many members a room shall be able to have.
    ///
    /// # Errors
    /// [`Error::Invalid`] (`capacity`)
    pub fn capacity(&self, members: u32) -> Result<Capacity, Error> {
        Capacity::parse(members, self.settings.max_members).map_err(|why| Error::invalid("capacity", why))
    }

    /// Makes a group that belongs to the actor.
    ///
    /// # Errors
    /// [`Error::Invalid`] (`members`), [`Error::NoSuchUser`], [`Error::Blocked`], [`Error::NotAContact`],
    /// [`Error::RoomFull`], [`Error::TooManyRooms`], [`Error::IdempotencyConflict`], and [`Error::NoSuchRoom`] if the same request made a room that is gone, or that
    /// the actor left.
    pub async fn create(&self, actor: &Actor, group: NewGroup) -> Result<Made<RoomView>, Error> {
        let members = distinct("members", group.members, Some(actor.user.id))?;
        let now = self.clock.now();
        let new = NewRoom {
            id: RoomId::new(self.entropy.uuid(now)),
            creator: actor.user,
            client_id: group.client_id,
            name: group.name,
            topic: group.topic,
            history: group.history,
            join: group.join,
            capacity: group
                .capacity
                .unwrap_or_else(|| Capacity::stored(self.settings.max_members)),
            members,
            at: now,
        };
        match self.rooms.create(new).await? {
            RoomCreated::New(view) => Ok(Made::New(view)),
            RoomCreated::Known(view) => Ok(Made::Known(view)),
            RoomCreated::Conflict => Err(Error::IdempotencyConflict),
            RoomCreated::Refused(refusal) => Err(refusal.into()),
        }
    }

    /// The direct room of the actor and somebody else.
    ///
    /// # Errors
    /// [`Error::Invalid`] (`user`) for oneself, [`Error::NoSuchUser`], [`Error::Blocked`], [`Error::NotAContact`],
    /// [`Error::TooManyRooms`]
    pub async fn open_direct(&self, actor: &Actor, peer: UserId) -> Result<Made<RoomView>, Error> {
        if peer == actor.user.id {
            return Err(Error::invalid("user", "must be somebody else than yourself"));
        }
        let now = self.clock.now();
        let id = RoomId::new(self.entropy.uuid(now));
        match self.rooms.open_direct(actor.user, peer, id, now).await? {
            DirectOpened::New(view) => Ok(Made::New(view)),
            DirectOpened::Existing(view) => Ok(Made::Known(view)),
            DirectOpened::Refused(refusal) => Err(refusal.into()),
        }
    }

    /// A room that the actor is in.
    ///
    /// # Errors
    /// [`Error::NoSuchRoom`]
    pub async fn find(&self, actor: &Actor, room: RoomId) -> Result<RoomView, Error> {
        let view = self.rooms.find(room, actor.user.id).await?;
        view.ok_or(Error::NoSuchRoom)
    }

    /// The actor's rooms, the one that changed last first.
    pub async fn list(
        &self,
        actor: &Actor,
        after: Option<RoomCursor>,
        size: PageSize,
    ) -> Result<RoomsPage, Error> {
        Ok(self.rooms.list(actor.user.id, after, size).await?)
    }

    /// Changes name, topic or settings. A new capacity comes from [`Rooms::capacity`].
    ///
    /// # Errors
    /// [`Error::NoSuchRoom`], [`Error::Forbidden`], [`Error::DirectRoom`]
    pub async fn update(
        &self,
        actor: &Actor,
        room: RoomId,
        change: RoomChange,
    ) -> Result<Option<Arc<Event>>, Error> {
        let now = self.clock.now();
        done(self.rooms.update(room, actor.user, change, now).await?)
    }

    /// Ends a room for everyone.
    ///
    /// # Errors
    /// [`Error::NoSuchRoom`], [`Error::Forbidden`], [`Error::DirectRoom`]
    pub async fn delete(&self, actor: &Actor, room: RoomId) -> Result<Option<Arc<Event>>, Error> {
        let now = self.clock.now();
        done(self.rooms.delete(room, actor.user, now).await?)
    }
}

impl From<RoomRefusal> for Error {
    fn from(refusal: RoomRefusal) -> Self {
        match refusal {
            RoomRefusal::NoRoom => Self::NoSuchRoom,
            RoomRefusal::Forbidden | RoomRefusal::Closed => Self::Forbidden,
            RoomRefusal::Direct => Self::DirectRoom,
            RoomRefusal::Full => Self::RoomFull,
            RoomRefusal::TooManyRooms(user) => Self::TooManyRooms(user),
            RoomRefusal::NoUser(user) => Self::NoSuchUser(Some(user)),
            RoomRefusal::Blocked(user) => Self::Blocked(Some(user)),
            RoomRefusal::NotAContact(user) => Self::NotAContact(Some(user)),
            RoomRefusal::NotMember(user) => Self::NoSuchMember(user),
        }
    }
}

fn done(act: RoomAct) -> Result<Option<Arc<Event>>, Error> {
    match act {
        RoomAct::Done(event) => Ok(event),
        RoomAct::Refused(refusal) => Err(refusal.into()),
    }
}

/// Each user once, without `except`; at most [`Rooms::MAX_ADDED`].
fn distinct(field: &'static str, users: Vec<UserId>, except: Option<UserId>) -> Result<Vec<UserId>, Error> {
    // Counted before anything is done with them, so that a long list costs nothing.
    if users.len() > Rooms::MAX_ADDED {
        let most = Rooms::MAX_ADDED;
        return Err(Error::invalid(field, format!("must name at most {most} users")));
    }
    let mut seen = HashSet::new();
    Ok(users
        .into_iter()
        .filter(|user| Some(*user) != except && seen.insert(*user))
        .collect())
}
