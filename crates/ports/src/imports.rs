//! What people bring along from older servers.

use async_trait::async_trait;
use parlor_domain::{
    About, Account, BroadcastListId, Capacity, ClientId, Dialect, ListName, MediaId, MessageBody, RoomId,
    RoomKind, RoomName, Rules, Session, Timestamp, UserId,
};
use uuid::Uuid;

use crate::{AvatarSet, CodeDigest, NewAccount, NewKeySession, NewStatus, StatusRefusal, StoreError};

/// People, rooms and messages of older servers, each of which comes once: it is written down in the same transaction from where
/// it came and what it became. Whatever interrupts an import, what has come has come whole, and what is brought again is known.
///
/// What comes keeps its number where that is free, see [`Numbering`]. While something is brought, no server may run on the same
/// database: what comes is older than what it knows, and it would not look for it.
#[async_trait]
pub trait ImportStore: Send + Sync {
    /// Under which number it is written down what comes from the server of this name, which spoke this dialect. It is noted now, if
    /// nothing came from it before.
    async fn open_origin(&self, dialect: Dialect, name: &str, at: Timestamp) -> Result<i64, StoreError>;

    /// The same, if something came from it before.
    async fn find_origin(&self, dialect: Dialect, name: &str) -> Result<Option<i64>, StoreError>;

    /// What became of these things of one model, as far as they have come before.
    async fn brought(
        &self,
        origin: i64,
        model: OldModel,
        keys: Vec<Box<str>>,
    ) -> Result<Vec<Brought>, StoreError>;

    /// Makes an account of one. It is let into the room of all accounts, and nobody is told.
    async fn bring_person(&self, from: Source, new: OldPerson) -> Result<PersonBrought, StoreError>;

    /// Makes a picture stand for somebody who came, unless he has chosen one here by then.
    async fn bring_avatar(
        &self,
        from: Source,
        user: UserId,
        avatar: MediaId,
        at: Timestamp,
    ) -> Result<AvatarSet, StoreError>;

    /// Makes a group of one, or a channel. Its members have come in by themselves, so that nobody is notified.
    async fn bring_room(&self, from: Source, new: OldRoom) -> Result<RoomBrought, StoreError>;

    /// Makes a direct room of a conversation of two people, or of one with himself. What is said in another that these two have
    /// already is said in that one.
    async fn bring_direct(&self, from: Source, new: OldDirect) -> Result<RoomBrought, StoreError>;

    /// Makes a broadcast list of one, with its name and number in its dialect.
    async fn bring_list(&self, from: Source, new: OldList) -> Result<RoomBrought, StoreError>;

    /// Adds messages to the ends of their rooms, in this order, under the time at which they were said. Nobody is notified, and who
    /// had read all that was said before has read these, but for those that are [unread](OldMessage::unread). Who said something in a
    /// group that he has left is told to have come and gone.
    ///
    /// Gives what became of each.
    async fn bring_messages(&self, new: OldMessages) -> Result<Vec<MessageBrought>, StoreError>;

    /// Makes a stable key good that somebody was given by the older server, with a session of its own. Beyond `most` sessions the
    /// one that was unused longest ends. False if it came before, or is somebody's already.
    async fn bring_key(&self, from: Source, new: OldKey, most: usize) -> Result<bool, StoreError>;

    /// Posts a status of somebody who came that [lasts](NewStatus::lasting), unless he shows a later one by then.
    async fn bring_status(&self, from: Source, new: NewStatus) -> Result<StatusBrought, StoreError>;

    /// The live session of a stable key that came from an older server, by SHA-256 of its text; `None` if there is none, or the
    /// account is disabled.
    async fn find_key(
        &self,
        dialect: Dialect,
        digest: [u8; 32],
        now: Timestamp,
    ) -> Result<Option<(Session, Account)>, StoreError>;
}

/// Where something comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The server, by its number from [`ImportStore::open_origin`].
    pub origin: i64,
    /// Which of its tables.
    pub model: OldModel,
    /// The primary key there, as text.
    pub key: Box<str>,
}

/// What older servers have. One of their rows can become several things, each of which is noted for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OldModel {
    /// A user.
    Person,
    /// A room, a conversation, or a list.
    Room,
    /// A message.
    Message,
    /// A key by which somebody is known, by the key of its user.
    Key,
    /// Something that somebody shows.
    Status,
    /// A picture that stands for a person, by the key of its user.
    Avatar,
}

/// Something that has come before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brought {
    /// Its primary key there.
    pub key: Box<str>,
    /// What it became: an account, a room or a list.
    pub id: Option<Uuid>,
    /// By what another server's thing of the same key is told from it, as it was given.
    pub print: Option<i64>,
}

/// Which number something is to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Numbering {
    /// What it had, if it had one that is greater than 0. It is kept if it is free.
    pub had: Option<i64>,
    /// Beyond this and all that are given lies every other number that is given by the way: no later thing is to find its number
    /// taken.
    pub beyond: Beyond,
}

/// The greatest numbers that an older server has given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Beyond {
    /// To people.
    pub people: i64,
    /// To rooms.
    pub rooms: i64,
    /// To messages.
    pub messages: i64,
}

/// Somebody who had an account.
#[derive(Debug, Clone)]
pub struct OldPerson {
    /// The account to be made.
    pub account: NewAccount,
    /// Its number.
    pub numbering: Numbering,
    /// What is kept of the person's register id.
    pub register_id: Option<CodeDigest>,
    /// What the person tells about himself.
    pub about: Option<About>,
    /// Whether the account was locked.
    pub locked: bool,
    /// When the person was last there.
    pub last_seen: Option<Timestamp>,
    /// By what another server's person of the same key is told from this one.
    pub print: Option<i64>,
}

/// What became of somebody.
#[derive(Debug, Clone)]
pub enum PersonBrought {
    /// He has an account.
    Done(Box<Account>),
    /// He came before.
    Known,
    /// Something has this id.
    IdTaken,
    /// Somebody has this name, or one that looks like it.
    UsernameTaken,
    /// Somebody has verified or claimed the address that is to be claimed.
    EmailTaken,
    /// Somebody has the mobile number.
    MobileTaken,
    /// Somebody has the register id.
    RegisterIdTaken,
}

/// A group or a channel that was.
#[derive(Debug, Clone)]
pub struct OldRoom {
    /// The id that it shall have.
    pub id: RoomId,
    /// Which of the two.
    pub kind: RoomKind,
    /// Its number.
    pub numbering: Numbering,
    /// What it is called.
    pub name: RoomName,
    /// Whether no other group or channel may be called so.
    pub unique_name: bool,
    /// Who may do what in it.
    pub rules: Rules,
    /// How many members it may have; it has more if more were in it.
    pub capacity: Capacity,
    /// To whom it belongs.
    pub owner: UserId,
    /// Whether the owner takes no part in it.
    pub owner_absent: bool,
    /// Who else is in it.
    pub members: Vec<UserId>,
    /// What a dialect calls it.
    pub called: Option<(Dialect, Box<str>)>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub changed_at: Timestamp,
}

/// A conversation of two people that was, or of one with himself.
#[derive(Debug, Clone)]
pub struct OldDirect {
    /// The id that it shall have.
    pub id: RoomId,
    /// Its number.
    pub numbering: Numbering,
    /// Who has opened it.
    pub opener: UserId,
    /// The other one.
    pub peer: UserId,
    /// What a dialect calls it.
    pub called: Option<(Dialect, Box<str>)>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A broadcast list that was.
#[derive(Debug, Clone)]
pub struct OldList {
    /// The id that it shall have.
    pub id: BroadcastListId,
    /// Its number in the dialect, which is one of those of rooms.
    pub numbering: Numbering,
    /// Whose it is.
    pub owner: UserId,
    /// What the owner calls it.
    pub name: ListName,
    /// What a dialect calls it.
    pub called: (Dialect, Box<str>),
    /// Who is in it.
    pub recipients: Vec<UserId>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What became of a group, a conversation or a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoomBrought {
    /// It is there.
    Done(RoomKept),
    /// These two had a direct room already, and have the one.
    Merged(RoomId),
    /// It came before.
    Known,
    /// Something has this id.
    IdTaken,
    /// A room is called so that may share its name with no other; or, of a list, something is called so in its dialect.
    NameTaken,
    /// Its owner, or one of the two, has no account.
    NoOwner,
    /// This one, its owner or one of the two, is in as many rooms as one may be.
    Crowded(UserId),
    /// One of the two has blocked the other, or is reached by contacts only.
    KeptApart,
}

/// What is kept of a room that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomKept {
    /// Its number; that of a list in its dialect.
    pub number: i64,
    /// Who is not in it, for having no account that can be used.
    pub left_out: Vec<UserId>,
    /// Who is not in it, for being in as many rooms as one may be.
    pub crowded: Vec<UserId>,
    /// Whether it is called in a dialect as it was, if it was called anything there.
    pub called: bool,
}

/// Some messages that were, of any rooms.
#[derive(Debug, Clone)]
pub struct OldMessages {
    /// From which server they come.
    pub origin: i64,
    /// They, the oldest first.
    pub messages: Vec<OldMessage>,
    /// Beyond what numbers of events are given.
    pub beyond: Beyond,
    /// The time now, at which media can be used that expire.
    pub now: Timestamp,
}

/// A message that was.
#[derive(Debug, Clone)]
pub struct OldMessage {
    /// Its primary key there.
    pub key: Box<str>,
    /// What number it had. It keeps that if it is free, and greater than those of the messages before it in the room.
    pub number: Option<i64>,
    /// In which room.
    pub room: RoomId,
    /// Who said it.
    pub author: UserId,
    /// What it is called; something new if that says nothing.
    pub client_id: Option<ClientId>,
    /// The text, which may be empty.
    pub body: MessageBody,
    /// What it shows, uploaded by the author.
    pub media: Vec<MediaId>,
    /// When it was said.
    pub at: Timestamp,
    /// When it was last edited.
    pub edited_at: Option<Timestamp>,
    /// Whether nobody but the author has read it.
    pub unread: bool,
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageBrought {
    /// It stands in its room, under this number.
    Done(i64),
    /// It came before.
    Known,
    /// There is no such room, or its author is none of the two whose room it is.
    NoRoom,
    /// Its author has no account.
    NoAuthor,
    /// What it shows is not there, or not the author's.
    NoMedia,
}

/// What became of a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusBrought {
    /// It is shown.
    Done,
    /// It came before.
    Known,
    /// Its author shows another that is later, and lasts.
    Outdated,
    /// It cannot be shown.
    Refused(StatusRefusal),
}

/// A stable key that was.
#[derive(Debug, Clone)]
pub struct OldKey {
    /// SHA-256 of its text: all that is kept of it.
    pub digest: [u8; 32],
    /// The session that it stands for from now on.
    pub session: NewKeySession,
    /// Beyond what numbers of events are given.
    pub beyond: Beyond,
}
