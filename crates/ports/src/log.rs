//! The log of events: appending to it, reading it, and hearing what was appended.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use parlor_domain::{
    ClientId, Draft, Emoji, Event, MarksUpdate, Origin, PageSize, Position, Reaction, Rev, Revision, RoomId,
    Seq, StreamId, Timestamp, UserId, UserRef,
};

use crate::StoreError;

/// The streams' one log. An append that was answered is committed and on disk.
#[async_trait]
pub trait EventLog: Send + Sync {
    /// Appends what a member wants to say, and answers once it is committed. Appends enter the log in the order in
    /// which their futures are first polled.
    ///
    /// The rights of the sender hold at the moment of writing, inside the transaction that writes. An append whose
    /// `(room, sender, client_id)` is known is answered with what was stored then, before rights are looked at. What
    /// is refused stores nothing, its client id included.
    ///
    /// A message uses its media, which are kept for as long as it is.
    ///
    /// A new message moves its sender's mark to itself. That takes no `rev` and is not published as marks: whoever
    /// has the message knows it.
    ///
    /// # Errors
    /// [`StoreError::Busy`] at once if too much waits already.
    async fn append(&self, append: Append) -> Result<Appended, StoreError>;

    /// Events of the stream with a seq greater than `after`, in order: at most 64 and about 64 KiB of text, at least
    /// one if there is one. Edits and deletions carry the current state of their target. An unknown stream is empty.
    async fn events_after(&self, stream: StreamId, after: Seq) -> Result<Vec<Arc<Event>>, StoreError>;

    /// All marks that changed after `rev`: at most one per member, none of people who are no longer in the room. The
    /// update's `after` is the given `rev`, its `rev` the stream's newest.
    async fn marks_after(&self, stream: StreamId, rev: Rev) -> Result<MarksUpdate, StoreError>;

    /// Messages that the viewer may see, in ascending order, as of one moment; `None` if he is not in the room. A page
    /// ends early after about 256 KiB of text, in the direction of reading.
    async fn history(
        &self,
        room: RoomId,
        viewer: UserId,
        range: HistoryRange,
        size: PageSize,
    ) -> Result<Option<HistoryPage>, StoreError>;

    /// One message; `None` if there is none (or another event) or the viewer may not see it.
    async fn message(&self, room: RoomId, viewer: UserId, seq: Seq)
    -> Result<Option<Arc<Event>>, StoreError>;

    /// The newest messages of a room, without deleted ones, that a member may see, the newest first; none if he is not in it. After so
    /// many of them, and so many at most; what it costs grows with where the page begins, and not with how many were deleted.
    async fn newest_said(
        &self,
        room: RoomId,
        viewer: UserId,
        skip: u64,
        most: usize,
    ) -> Result<Vec<Arc<Event>>, StoreError>;

    /// The messages, without deleted ones, that the viewer may see in the rooms of [`RoomStore::attended`], or in this one of them,
    /// the newest (the one with the greatest number) first. After so many of them, and so many at most; what it costs grows with
    /// where the page begins.
    ///
    /// [`RoomStore::attended`]: crate::RoomStore::attended
    async fn said(
        &self,
        viewer: UserId,
        room: Option<RoomId>,
        skip: u64,
        most: usize,
    ) -> Result<SaidPage, StoreError>;

    /// The message with this number, whoever asks; `None` if there is none, or it was deleted.
    async fn numbered(&self, number: i64) -> Result<Option<Arc<Event>>, StoreError>;

    /// Deletes the message with this number for everyone, if the author says so: wherever it is, and even if he is not there any more.
    async fn take_back(&self, number: i64, author: UserRef, at: Timestamp) -> Result<MessageAct, StoreError>;

    /// Notes that a member has played a voice message of somebody else, and tells both by [`What::VoicePlayed`] in their own
    /// streams: once, however often it is said. That one has played one's own is not noted.
    ///
    /// [`What::VoicePlayed`]: parlor_domain::What::VoicePlayed
    async fn mark_played(
        &self,
        room: RoomId,
        seq: Seq,
        user: UserRef,
        at: Timestamp,
    ) -> Result<MessageAct, StoreError>;

    /// Who has played a voice message, in the order of their ids: none of whom was in private mode, and nobody if the viewer is. That
    /// he has the right to it is for the caller to check.
    async fn plays(
        &self,
        room: RoomId,
        viewer: UserId,
        seq: Seq,
        after: Option<UserId>,
        size: PageSize,
    ) -> Result<PlaysPage, StoreError>;

    /// Puts an emoji of a member to a message, or takes it away again, and tells the room by [`What::Reacted`]. What is so
    /// already is done. In a channel the member's own stream is told at once, by [`What::OwnReaction`], and the channel by
    /// [`EventLog::count_reactions`].
    ///
    /// [`What::Reacted`]: parlor_domain::What::Reacted
    /// [`What::OwnReaction`]: parlor_domain::What::OwnReaction
    async fn react(
        &self,
        room: RoomId,
        seq: Seq,
        user: UserRef,
        (emoji, on): (Emoji, bool),
        at: Timestamp,
    ) -> Result<MessageAct, StoreError>;

    /// Whom a message has reached, and who has read it, by the members' marks and in the order of their ids, without its sender and
    /// those who joined later. `None` as for [`EventLog::message`]. Who has read it is not told to whom is in private mode, nor of those
    /// who were. That its room is no channel is for the caller to check.
    async fn receipts(
        &self,
        room: RoomId,
        viewer: UserId,
        seq: Seq,
        range: ReceiptRange,
        size: PageSize,
    ) -> Result<Option<ReceiptsPage>, StoreError>;

    /// Counts what has waited for [`COUNT_PATIENCE`] in channels, all of one message together, and tells each channel by
    /// [`What::ReactionsCounted`]: of so many messages at most. Until then nobody reads of it, but for whose reaction it is.
    ///
    /// [`What::ReactionsCounted`]: parlor_domain::What::ReactionsCounted
    async fn count_reactions(&self, now: Timestamp, most: usize) -> Result<Counted, StoreError>;

    /// Who has put this emoji to a message, in the order of their ids. That the viewer has the right to it is for the caller
    /// to check.
    async fn reactions(
        &self,
        room: RoomId,
        seq: Seq,
        emoji: Emoji,
        after: Option<UserId>,
        size: PageSize,
    ) -> Result<ReactionsPage, StoreError>;

    /// Pins a message, or takes it down again, and tells the room. What is so already is done.
    async fn pin(
        &self,
        room: RoomId,
        seq: Seq,
        user: UserRef,
        on: bool,
        at: Timestamp,
    ) -> Result<MessageAct, StoreError>;

    /// The pinned messages that the viewer may see; `None` if he is not in the room.
    async fn pins(&self, room: RoomId, viewer: UserId) -> Result<Option<PinsPage>, StoreError>;

    /// What edits of a message replaced, oldest first, after the revision of this number (0 for all), nothing once it
    /// was deleted; `None` as for [`EventLog::message`]. A page ends early after about 256 KiB of text. That the viewer
    /// has the right to it is for the caller to check.
    async fn revisions(
        &self,
        room: RoomId,
        viewer: UserId,
        seq: Seq,
        after: u64,
        size: PageSize,
    ) -> Result<Option<RevisionsPage>, StoreError>;
}

/// Something to be appended to a room's stream.
#[derive(Debug, Clone)]
pub struct Append {
    /// Where.
    pub room: RoomId,
    /// By whom.
    pub sender: UserRef,
    /// What the sender's client calls it.
    pub client_id: ClientId,
    /// What.
    pub draft: Draft,
    /// When.
    pub at: Timestamp,
    /// Which command of which socket asked for it, if one did.
    pub origin: Option<Origin>,
    /// How it competes with other work.
    pub priority: Priority,
}

/// How an append competes with others that wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Priority {
    /// Somebody waits for it.
    Person,
    /// Part of many that a program or a job sends: at most 50 of them in a batch.
    Bulk,
}

/// What became of an append.
#[derive(Debug, Clone)]
pub enum Appended {
    /// Stored now.
    New(Arc<Event>),
    /// Stored earlier under the same client id, with the same content (what was sent then, whatever edits or a
    /// deletion made of it). The event carries the current state, like one that is replayed.
    Known(Arc<Event>),
    /// Not stored.
    Refused(AppendRefusal),
}

/// Why an append was not stored, or another act on a message not done. Where several reasons hold, a used client id is looked
/// at first, then the others in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AppendRefusal {
    /// No such room, or the sender is not in it: the same to him.
    NoRoom,
    /// The sender has blocked the other one of a direct room, in which he can only delete.
    Barring,
    /// The other one of a direct room has blocked the sender, who can only delete there.
    Barred,
    /// The sender may not write here until then.
    Muted(Timestamp),
    /// Only admins write here.
    ReadOnly,
    /// The sender has written a moment ago, and may write again then.
    TooSoon(Timestamp),
    /// The message answered, repeated, edited or deleted is none, or not visible to the sender. A deleted message can still be
    /// answered, but not repeated.
    NoTarget,
    /// The sender may see the message but not change it: it is another's, or repeats another's words.
    Forbidden,
    /// The message that should be changed was deleted.
    Deleted,
    /// The message was edited [`Revision::MOST`] times.
    TooManyEdits,
    /// The sender has not uploaded the media, or it is forgotten by now.
    NoMedia,
    /// There are as many different emoji at the message, or of the actor, as there may be.
    TooManyReactions,
    /// As many messages are pinned as may be.
    TooManyPins,
    /// Only voice messages are played.
    NoVoice,
    /// The client id was used before for something else.
    Conflict,
}

/// Which messages of a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HistoryRange {
    /// The newest.
    Newest,
    /// The newest of those before this seq.
    Before(Seq),
    /// The oldest of those after this seq.
    After(Seq),
}

/// Messages of a room as they were at one moment.
#[derive(Debug, Clone)]
pub struct HistoryPage {
    /// The messages, ascending, deleted ones included (without their body).
    pub messages: Vec<Arc<Event>>,
    /// Those voice messages among them that were played: by the viewer, or if they are the viewer's, by anybody.
    pub played: Vec<Seq>,
    /// The emoji that the viewer has put to messages among them.
    pub reacted: Vec<(Seq, Emoji)>,
    /// Whether there are more in the direction of reading.
    pub more: bool,
    /// The stream's position at that moment.
    pub as_of: Position,
}

/// Some of the messages of several rooms.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SaidPage {
    /// The messages.
    pub messages: Vec<Arc<Event>>,
    /// How many there are in all.
    pub count: u64,
}

/// What became of another act on a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MessageAct {
    /// Done; this event of the room tells of it. `None` if there was nothing to change, or nothing to tell the room.
    Done(Option<Arc<Event>>),
    /// Not done.
    Refused(AppendRefusal),
}

/// How long a reaction in a channel waits, so that a message's reactions are told at most so often.
pub const COUNT_PATIENCE: Duration = Duration::from_secs(1);

/// What was counted of reactions in channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// Of how many messages; where it is any, there may be more.
    pub messages: usize,
    /// When the time of the next comes that waits.
    pub next: Option<Timestamp>,
}

/// Some of those who have put an emoji to a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReactionsPage {
    /// Who, and when.
    pub reactions: Vec<Reaction>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<UserId>,
}

/// Which of the people whom a message has reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReceiptRange {
    /// Only those who have read it.
    pub read: bool,
    /// Those whose ids come after this one.
    pub after: Option<UserId>,
}

/// Whom a message has reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Who.
    pub user: UserRef,
    /// Whether he has read it.
    pub read: bool,
}

/// Some of those whom a message has reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptsPage {
    /// Who they are.
    pub receipts: Vec<Receipt>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<UserId>,
    /// How many it has reached and how many have read it, on the first page.
    pub counts: Option<ReceiptCounts>,
}

/// How many people a message has reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReceiptCounts {
    /// Who could see it, but its sender.
    pub members: u64,
    /// Whom it has reached.
    pub delivered: u64,
    /// Who have read it.
    pub read: u64,
}

/// The pinned messages of a room as they were at one moment.
#[derive(Debug, Clone)]
pub struct PinsPage {
    /// The messages, the one that was pinned last first.
    pub messages: Vec<Arc<Event>>,
    /// The stream's position at that moment.
    pub as_of: Position,
}

/// That somebody has played a voice message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Play {
    /// Who.
    pub user: UserRef,
    /// When first.
    pub at: Timestamp,
}

/// Some of those who have played a voice message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PlaysPage {
    /// Who, and when.
    pub plays: Vec<Play>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<UserId>,
}

/// Some of what edits of a message replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevisionsPage {
    /// The revisions.
    pub revisions: Vec<Revision>,
    /// After which number the next page begins; `None` at the end.
    pub next: Option<u64>,
}

/// Takes what commits added. The store's writer calls it, in the order of commit and before it answers those who
/// appended, so it must never block.
pub trait EventSink: Send + Sync {
    /// What one commit added.
    fn publish(&self, batch: Vec<Published>);
}

/// One thing that was committed.
#[derive(Debug, Clone)]
pub enum Published {
    /// An event.
    Event {
        /// The event.
        event: Arc<Event>,
        /// Who asked for it.
        origin: Option<Origin>,
    },
    /// Marks that moved.
    Marks(Arc<MarksUpdate>),
}
