//! Messages.

use parlor_domain::{Event, Mentions, Message, Revision, RoomId, Seq, What};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{MediaView, OwnReaction, PersonRef, PositionView, ReactionsView, Time};

/// A message as it stands now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MessageView {
    /// The message's number over all rooms, for programs that need an integer.
    pub number: i64,
    /// How many messages the room had with this one; for counting what is unread.
    pub msg_no: u64,
    /// Who sent it.
    pub sender: Option<PersonRef>,
    /// When.
    pub at: Time,
    /// What the sender's client called it.
    pub client_id: String,
    /// The text, which may be empty beside media; `null` once it was deleted.
    pub body: Option<String>,
    /// What it shows besides; nothing once it was deleted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media: Vec<MediaView>,
    /// The message that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<u64>,
    /// Whom it names with `@`, as far as they are in the room: at most 50.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<PersonRef>,
    /// Whether it mentions everybody in the room; left out if not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mentions_all: bool,
    /// The status that it answers, which ends and is erased; left out if it answers none, and once it was deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Uuid>,
    /// Whether it repeats a message that stands elsewhere, and so cannot be edited; left out if not, and once it was deleted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub forwarded: bool,
    /// When it was last edited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Time>,
    /// The event that last changed it. Of two versions of a message the one with the greater `rev` is newer.
    pub rev: u64,
    /// How it was reacted to; left out if nobody ever did, once it was deleted, and in lists of rooms.
    #[serde(default, skip_serializing_if = "ReactionsView::is_none")]
    pub reactions: ReactionsView,
}

impl MessageView {
    pub(crate) fn new(event: &Event, message: &Message) -> Self {
        Self {
            number: event.number,
            msg_no: event.msg_no.0,
            sender: event.actor.map(PersonRef::from),
            at: event.at.into(),
            client_id: message.client_id.as_str().to_owned(),
            body: message.body.as_ref().map(|body| body.as_str().to_owned()),
            media: message.media.iter().map(MediaView::from).collect(),
            reply_to: message.reply_to.map(|seq| seq.0),
            mentions: persons(&message.mentions),
            mentions_all: message.mentions.all,
            status: message.status.map(|status| status.uuid()),
            forwarded: message.forwarded,
            edited_at: message.edited_at.map(Time),
            rev: message.rev.0,
            reactions: (&message.reactions).into(),
        }
    }

    /// The message in an event, if it is one.
    pub fn of(event: &Event) -> Option<Self> {
        match &event.what {
            What::Message(message) => Some(Self::new(event, message)),
            _ => None,
        }
    }
}

/// Who is mentioned by name.
pub(crate) fn persons(mentions: &Mentions) -> Vec<PersonRef> {
    mentions.users.iter().copied().map(PersonRef::from).collect()
}

/// Some messages of a room, ascending by `seq`, as they were at one moment.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MessagesPage {
    /// The messages, each an event of type `message`.
    pub messages: Vec<crate::EventView>,
    /// Those voice messages among them that were played: by oneself, or if they are one's own, by anybody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub played: Vec<u64>,
    /// The emoji that one has put to messages among them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reacted: Vec<OwnReaction>,
    /// Whether there are more in the direction of reading.
    pub more: bool,
    /// The position of the room's stream at that moment.
    pub as_of: PositionView,
}

/// The pinned messages of a room, the one that was pinned last first, as they were at one moment.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PinsPage {
    /// The messages, each an event of type `message`: at most 50.
    pub messages: Vec<crate::EventView>,
    /// The position of the room's stream at that moment.
    pub as_of: PositionView,
}

/// That somebody has played a voice message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlayView {
    /// Who.
    pub user: PersonRef,
    /// When first.
    pub at: Time,
}

/// Some of those who have played a voice message, in the order of their ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlaysPage {
    /// Who, and when.
    pub plays: Vec<PlayView>,
    /// What to give as `after` for the next page; `null` at the end.
    pub next: Option<Uuid>,
}

/// Whom a message has reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReceiptView {
    /// Who.
    pub user: PersonRef,
    /// Whether he has read it, as far as one may know.
    pub read: bool,
}

/// How many people a message has reached, its sender apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReceiptCountsView {
    /// Who could see it.
    pub members: u64,
    /// Whom it has reached.
    pub delivered: u64,
    /// Who have read it, as far as one may know.
    pub read: u64,
}

/// Some of those whom a message has reached, in the order of their ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReceiptsPage {
    /// Who they are.
    pub receipts: Vec<ReceiptView>,
    /// What to give as `after` for the next page; `null` at the end.
    pub next: Option<Uuid>,
    /// How many there are in all; on the first page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts: Option<ReceiptCountsView>,
}

/// A message to be sent.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendMessage {
    /// The text: up to 65,536 bytes of UTF-8 (the server's setting), no control characters but tab and line breaks. It
    /// may be left out if there are media.
    #[serde(default)]
    #[schema(example = "Hello!")]
    pub body: String,
    /// Ids of media that one has uploaded: at most 10, each but once.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub media: Vec<Uuid>,
    /// The sender's own name for the message, at most 36 visible ASCII characters; a UUIDv7 is recommended. Sent again
    /// with the same, it is stored once.
    #[schema(min_length = 1, max_length = 36, pattern = "^[!-~]*$")]
    pub client_id: String,
    /// The `seq` of the message that it answers.
    #[serde(default)]
    pub reply_to: Option<u64>,
    /// The message that it repeats, in place of `body`, `media` and `reply_to`.
    #[serde(default)]
    pub forward: Option<MessagePlace>,
}

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MessagePlace {
    /// The room.
    pub room: Uuid,
    /// The message's `seq` there.
    pub seq: u64,
}

impl From<MessagePlace> for (RoomId, Seq) {
    fn from(place: MessagePlace) -> Self {
        (RoomId::new(place.room), Seq(place.seq))
    }
}

/// Another text for one's own message.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditMessage {
    /// What it says from now on.
    #[schema(min_length = 1, example = "Hello, world!")]
    pub body: String,
    /// A name for this edit, so that a repeated request edits once.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 36, pattern = "^[!-~]*$")]
    pub client_id: Option<String>,
}

/// What an edit replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RevisionView {
    /// Which version of the message it was, from 1.
    pub no: u64,
    /// What the message said.
    pub body: String,
    /// Until when.
    pub replaced_at: Time,
}

impl From<&Revision> for RevisionView {
    fn from(revision: &Revision) -> Self {
        Self {
            no: revision.no,
            body: revision.body.as_str().to_owned(),
            replaced_at: revision.replaced_at.into(),
        }
    }
}

/// Some of what edits of a message replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RevisionsPage {
    /// The texts before, oldest first.
    pub revisions: Vec<RevisionView>,
    /// What to give as `after` for the next page; `null` at the end.
    pub next: Option<u64>,
}

/// How far one has received and read. Marks never move back.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkMessages {
    /// Read up to this `seq`.
    #[serde(default)]
    pub read: Option<u64>,
    /// Received up to this `seq`.
    #[serde(default)]
    pub delivered: Option<u64>,
}

/// One's mark in a room after it moved.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
pub struct MarksAnswer {
    /// The room.
    pub room: Uuid,
    /// Read up to here.
    pub read: u64,
    /// Received up to here.
    pub delivered: u64,
    /// Messages not read yet.
    pub unread: u64,
}
