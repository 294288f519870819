//! Rooms: making, finding, changing and ending them.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use parlor_domain::{
    Capacity, ClientId, Event, MediaId, Notify, NotifyLevel, PageSize, RoomChange, RoomId, RoomKind,
    RoomName, Rules, Topic, UserId,
};
use parlor_ports::{
    AdmissionStore, ChannelCursor, ChannelsPage, Clock, DirectOpened, Entropy, ModerationStore, NewRoom,
    RoomAct, RoomCreated, RoomCursor, RoomRefusal, RoomStore, RoomView, RoomsPage,
};

use crate::throttle::Throttle;
use crate::{Actor, Error, Made};

mod admission;
mod attendance;
mod guests;
mod members;
mod moderation;

pub use admission::Entered;

/// Limits of rooms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoomsSettings {
    /// How many members any group may have; also how many one may have for which nothing was said.
    pub max_members: u32,
    /// The same of channels.
    pub max_readers: u32,
}

impl Default for RoomsSettings {
    fn default() -> Self {
        Self {
            max_members: 1000,
            max_readers: 1_000_000,
        }
    }
}

/// A group or a channel that somebody wants.
#[derive(Debug, Clone)]
pub struct NewGroup {
    /// Which of the two.
    pub kind: RoomKind,
    /// What the creator's client calls it, so that a repeated request makes one room.
    pub client_id: Option<ClientId>,
    /// What it is called.
    pub name: RoomName,
    /// Whether no other group or channel may be called so.
    pub unique_name: bool,
    /// What it is about.
    pub topic: Topic,
    /// Who may do what in it.
    pub rules: Rules,
    /// Whether the creator takes no part in it at first, as by [`Rooms::attend`].
    pub creator_absent: bool,
    /// How many members it may have, the creator included: from [`Rooms::capacity`]. The server's limit if nothing is said.
    pub capacity: Option<Capacity>,
    /// Who else is in it from the start: at most 100.
    pub members: Vec<UserId>,
}

/// What people do with rooms. Rights are checked where they must hold: in the store, while it writes.
///
/// What changes a room is answered with the event that tells of it, or `None` if there was nothing to change.
pub struct Rooms {
    pub(crate) rooms: Arc<dyn RoomStore>,
    pub(crate) admission: Arc<dyn AdmissionStore>,
    pub(crate) moderation: Arc<dyn ModerationStore>,
    pub(crate) throttle: Arc<Throttle>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) settings: RoomsSettings,
}

impl Rooms {
    /// Most people who can be brought into a room at once.
    pub const MAX_ADDED: usize = 100;

    /// Checks how many members a room of this kind shall be able to have.
    ///
    /// # Errors
    /// [`Error::Invalid`] (`capacity`)
    pub fn capacity(&self, kind: RoomKind, members: u32) -> Result<Capacity, Error> {
        Capacity::parse(members, self.most(kind)).map_err(|why| Error::invalid("capacity", why))
    }

    /// How many members a room of this kind may have.
    fn most(&self, kind: RoomKind) -> u32 {
        match kind {
            RoomKind::Direct => Capacity::DIRECT.members(),
            RoomKind::Group => self.settings.max_members,
            RoomKind::Channel => self.settings.max_readers,
        }
    }

    /// Makes a group or a channel that belongs to the actor.
    ///
    /// # Errors
    /// [`Error::Invalid`] (`kind`, `members`), [`Error::NoSuchUser`], [`Error::Blocked`], [`Error::NotAContact`],
    /// [`Error::NotListable`], [`Error::RoomFull`], [`Error::RoomNameTaken`], [`Error::TooManyRooms`],
    /// [`Error::IdempotencyConflict`], and [`Error::NoSuchRoom`] if the same request made a room that is gone, or that the actor
    /// left.
    pub async fn create(&self, actor: &Actor, group: NewGroup) -> Result<Made<RoomView>, Error> {
        if group.kind == RoomKind::Direct {
            let message = "must be group or channel; a direct room is opened with its other member";
            return Err(Error::invalid("kind", message));
        }
        let members = distinct("members", group.members, Some(actor.user.id))?;
        let now = self.clock.now();
        let new = NewRoom {
            id: RoomId::new(self.entropy.uuid(now)),
            kind: group.kind,
            creator: actor.user,
            creator_absent: group.creator_absent,
            client_id: group.client_id,
            name: group.name,
            unique_name: group.unique_name,
            topic: group.topic,
            rules: group.rules,
            capacity: group
                .capacity
                .unwrap_or_else(|| Capacity::stored(self.most(group.kind))),
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

    /// The direct room of the actor and somebody else, or of the actor alone for notes.
    ///
    /// # Errors
    /// [`Error::NoSuchUser`], [`Error::Blocked`], [`Error::NotAContact`],
    /// [`Error::TooManyRooms`]
    pub async fn open_direct(&self, actor: &Actor, peer: UserId) -> Result<Made<RoomView>, Error> {
        let now = self.clock.now();
        let id = RoomId::new(self.entropy.uuid(now));
        match self.rooms.open_direct(actor.user, peer, id, now).await? {
            DirectOpened::New(view) => Ok(Made::New(view)),
            DirectOpened::Existing(view) => Ok(Made::Known(view)),
            DirectOpened::Refused(refusal) => Err(refusal.into()),
        }
    }

    /// The room with this number, whoever asks.
    pub async fn id_of(&self, number: i64) -> Result<Option<RoomId>, Error> {
        Ok(self.rooms.id_of(number).await?)
    }

    /// The direct room of the actor and somebody else, if one of them has opened it.
    pub async fn find_direct(&self, actor: &Actor, peer: UserId) -> Result<Option<RoomId>, Error> {
        Ok(self.rooms.find_direct(actor.user.id, peer).await?)
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

    /// Channels that anybody can find, the one that was listed last first, or those of which the name or a word in it begins like
    /// this. Those that keep the actor out are not there.
    pub async fn directory(
        &self,
        actor: &Actor,
        beginning: Option<String>,
        after: Option<ChannelCursor>,
        size: PageSize,
    ) -> Result<ChannelsPage, Error> {
        let page = self.rooms.directory(actor.user.id, beginning, after, size);
        Ok(page.await?)
    }

    /// Changes name, topic or settings. A new capacity comes from [`Rooms::capacity`].
    ///
    /// # Errors
    /// [`Error::NoSuchRoom`], [`Error::Forbidden`], [`Error::DirectRoom`], [`Error::NotListable`], [`Error::RoomNameTaken`]
    pub async fn update(
        &self,
        actor: &Actor,
        room: RoomId,
        change: RoomChange,
    ) -> Result<Option<Arc<Event>>, Error> {
        let now = self.clock.now();
        done(self.rooms.update(room, actor.user, change, now).await?)
    }

    /// Gives a room another picture, which the actor has uploaded, or none.
    ///
    /// # Errors
    /// [`Error::NoSuchRoom`], [`Error::Forbidden`], [`Error::DirectRoom`], [`Error::NoSuchMedia`], [`Error::Invalid`] (`media`)
    /// if it is no image
    pub async fn set_avatar(
        &self,
        actor: &Actor,
        room: RoomId,
        media: Option<MediaId>,
    ) -> Result<Option<Arc<Event>>, Error> {
        let now = self.clock.now();
        done(self.rooms.set_avatar(room, actor.user, media, now).await?)
    }

    /// Notes how the actor wants to be notified of what is said in a room: of what, and for how long of nothing at all.
    ///
    /// # Errors
    /// [`Error::Invalid`] (`muted_seconds`), [`Error::NoSuchRoom`]
    pub async fn set_notify(
        &self,
        actor: &Actor,
        room: RoomId,
        level: NotifyLevel,
        muted: Option<Duration>,
    ) -> Result<Option<Arc<Event>>, Error> {
        let now = self.clock.now();
        let notify = Notify {
            level,
            muted_until: lasting("muted_seconds", muted)?.map(|time| now + time),
        };
        done(self.rooms.set_notify(room, actor.user, notify, now).await?)
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
            RoomRefusal::Everyones => Self::EveryonesRoom,
            RoomRefusal::NotListable => Self::NotListable,
            RoomRefusal::Full => Self::RoomFull,
            RoomRefusal::NameTaken => Self::RoomNameTaken,
            RoomRefusal::TooManyRooms(user) => Self::TooManyRooms(user),
            RoomRefusal::NoUser(user) => Self::NoSuchUser(Some(user)),
            RoomRefusal::Blocked(user) => Self::Blocked(Some(user)),
            RoomRefusal::NotAContact(user) => Self::NotAContact(Some(user)),
            RoomRefusal::NotMember(user) => Self::NoSuchMember(user),
            RoomRefusal::Out => Self::KeptOut,
            RoomRefusal::Banned(user) => Self::Banned(user),
            RoomRefusal::TooMany(thing) => Self::TooMany(thing),
            RoomRefusal::NoLink => Self::NoSuchLink,
            RoomRefusal::NoRequest => Self::NoSuchRequest,
            RoomRefusal::NoMedia => Self::NoSuchMedia,
            RoomRefusal::NoImage => Self::invalid("media", "must be an image"),
        }
    }
}

fn done(act: RoomAct) -> Result<Option<Arc<Event>>, Error> {
    match act {
        RoomAct::Done(event) => Ok(event),
        RoomAct::Refused(refusal) => Err(refusal.into()),
    }
}

/// A time that somebody gave, which is at least a second and at most [`Rooms::LONGEST`].
fn lasting(field: &'static str, time: Option<Duration>) -> Result<Option<Duration>, Error> {
    match time {
        Some(time) if time.is_zero() || time > Rooms::LONGEST => {
            let most = Rooms::LONGEST.as_secs();
            Err(Error::invalid(field, format_args!("must be 1 to {most}")))
        }
        other => Ok(other),
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
