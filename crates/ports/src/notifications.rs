//! What people are notified of.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use parlor_domain::{
    ClientId, Event, MediaId, MessageBody, PageSize, Position, Publication, RequestNote, RoomId, Seq,
    StreamId, Timestamp, Title, UserId, UserRef,
};

use crate::StoreError;

/// How long after a direct message was said it is looked whether it was read: who is there has read it by then.
pub const DIRECT_PATIENCE: Duration = Duration::from_secs(2);

/// What people are notified of: events of their own streams ([`What::Notified`], [`What::RoomJoined`] and
/// [`What::ContactRequested`] of others), and messages that mention all members of a room, which are looked up when they are
/// read: nothing is written once per member.
///
/// A message that mentions members by name, and every direct message, waits when it is appended, in the same transaction.
///
/// [`What::Notified`]: parlor_domain::What::Notified
/// [`What::RoomJoined`]: parlor_domain::What::RoomJoined
/// [`What::ContactRequested`]: parlor_domain::What::ContactRequested
#[async_trait]
pub trait NotificationStore: Send + Sync {
    /// Notifies people of some of the messages that wait and whose time has come: at most so many messages, each exactly once.
    ///
    /// Who is named is notified if he is in the room and may see the message; the other one of a direct room if he has not
    /// read the message, and no notification of a direct message of that room is unread; an answer to his status is notified of its
    /// own. Nobody is notified of what he said himself,
    /// of what was deleted, or across a block.
    async fn notify(&self, now: Timestamp, most: usize) -> Result<Notified, StoreError>;

    /// What somebody is notified of from a time until now, the newest first; of a message that names him and mentions all,
    /// once. What was said in rooms in which he is not any more, by people whom he has blocked, and what was deleted, is left
    /// out.
    async fn list(
        &self,
        user: UserId,
        since: Timestamp,
        now: Timestamp,
        after: Option<NotificationCursor>,
        unread_only: bool,
        size: PageSize,
    ) -> Result<NotificationsPage, StoreError>;

    /// What somebody has not read in his direct rooms with others, without deleted messages and what stands across a block: the newest
    /// so many messages, the newest first. In each room only the newest so many are looked at, deleted ones among them. It ends early after
    /// about 256 KiB of text.
    async fn unread_direct(&self, user: UserId, most: usize) -> Result<Vec<Arc<Event>>, StoreError>;

    /// Notes that somebody has seen what he was notified of: by the events of his own stream up to one, which is its last if it
    /// is beyond that, and by messages to all up to a time. Neither goes back. [`What::NotificationsRead`] tells of it if
    /// something moved; answers whether it did.
    ///
    /// [`What::NotificationsRead`]: parlor_domain::What::NotificationsRead
    async fn read(
        &self,
        user: UserRef,
        up_to: Seq,
        until: Timestamp,
        at: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Notifies a user of what a backend says, once for each of its idempotency keys.
    async fn publish(&self, new: NewPublication) -> Result<PublicationMade, StoreError>;

    /// Forgets some of the notifications from before a time, with what backends said in them, and idempotency keys from before
    /// another. Says whether there may be more.
    async fn sweep(&self, before: Timestamp, keys_before: Timestamp) -> Result<bool, StoreError>;
}

/// What became of messages that waited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notified {
    /// How many do not wait any more.
    pub messages: usize,
    /// When the time of the next one comes.
    pub next: Option<Timestamp>,
}

/// Something that somebody is notified of.
#[derive(Debug, Clone, PartialEq)]
pub struct Notification {
    /// The stream of the event that notifies: his own, or for a message to all the room's.
    pub stream: StreamId,
    /// That event.
    pub seq: Seq,
    /// When.
    pub at: Timestamp,
    /// Who has caused it; `None` for the server or a backend.
    pub actor: Option<UserRef>,
    /// What it is about.
    pub about: About,
    /// Whether he has not seen it yet, nor read the room past it.
    pub unread: bool,
}

/// What a notification is about. Messages are as they are at the time of reading.
#[derive(Debug, Clone, PartialEq)]
pub enum About {
    /// A message mentions him by name.
    Mention(Arc<Event>),
    /// A message mentions all members of its room.
    All(Arc<Event>),
    /// Somebody wrote to him.
    Direct(Arc<Event>),
    /// Somebody answered a status of his.
    StatusReply(Arc<Event>),
    /// Somebody brought him into a room.
    Invite(RoomId),
    /// Somebody asks to be his contact.
    ContactRequest(Option<RequestNote>),
    /// A backend says something.
    Published(Publication),
}

/// Where a list of notifications goes on: after this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotificationCursor {
    /// Its time.
    pub at: Timestamp,
    /// Its stream.
    pub stream: StreamId,
    /// Its event.
    pub seq: Seq,
}

/// Some notifications of somebody as they were at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct NotificationsPage {
    /// The notifications.
    pub notifications: Vec<Notification>,
    /// How many there are that are unread, counted to [`NotificationsPage::COUNTED`].
    pub unread: u64,
    /// Where the next page begins; `None` at the end.
    pub next: Option<NotificationCursor>,
    /// The position of his own stream at that moment.
    pub as_of: Position,
}

impl NotificationsPage {
    /// So many unread notifications are counted, and as many to all.
    pub const COUNTED: usize = 500;
}

/// Something that a backend says to a user.
#[derive(Debug, Clone)]
pub struct NewPublication {
    /// The number of the key that it uses.
    pub key: i64,
    /// What it calls the request, so that a repeated one notifies once.
    pub idempotency_key: ClientId,
    /// To whom.
    pub to: UserId,
    /// In a few words.
    pub title: Option<Title>,
    /// The text, which may be empty beside media.
    pub text: MessageBody,
    /// Media of the key's bot: at most [`Publication::MEDIA`].
    pub media: Vec<MediaId>,
    /// When.
    pub at: Timestamp,
}

/// What became of a publication.
#[derive(Debug, Clone)]
pub enum PublicationMade {
    /// This event of the user's stream tells of it.
    New(Arc<Event>),
    /// It did already, under the same idempotency key: at this place of the user's stream.
    Known(Seq),
    /// The idempotency key was used for something else.
    Conflict,
    /// There is no such key any more.
    NoKey,
    /// There is no such account.
    NoUser,
    /// The key's bot has not uploaded the media, or it is forgotten by now.
    NoMedia,
}
