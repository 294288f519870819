//! Messages.

use crate::{
    Called, ClientId, Media, MediaId, Mentions, MessageBody, Reactions, RoomId, Seq, StatusId, Timestamp,
};

/// What somebody said, as it stands now. When, where and by whom stands in the [`Event`](crate::Event) around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What the sender's client called it.
    pub client_id: ClientId,
    /// The text, which may be empty beside media; `None` once it was deleted.
    pub body: Option<MessageBody>,
    /// What it shows besides: at most [`Message::MEDIA`], none once it was deleted.
    pub media: Box<[Media]>,
    /// The message that it answers.
    pub reply_to: Option<Seq>,
    /// Whom it mentions; nobody once it was deleted.
    pub mentions: Mentions,
    /// The status that it answers, which may have ended; `None` once it was deleted.
    pub status: Option<StatusId>,
    /// Whether it repeats a message that stands elsewhere; where, and whose that is, it does not say. Not once it was deleted.
    pub forwarded: bool,
    /// When it was last edited.
    pub edited_at: Option<Timestamp>,
    /// The event that last changed it: its own seq, or that of an edit or a deletion.
    pub rev: Seq,
    /// How it was reacted to; not at all once it was deleted.
    pub reactions: Reactions,
}

impl Message {
    /// Most pieces of media in a message.
    pub const MEDIA: usize = 10;
}

/// What somebody wants to append to a room's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Draft {
    /// A new message.
    Message {
        /// The text, which may be empty beside media.
        body: MessageBody,
        /// What it shows besides, uploaded by the sender: at most [`Message::MEDIA`].
        media: Vec<MediaId>,
        /// The message that it answers, which the sender must be able to see.
        reply_to: Option<Seq>,
        /// Whom the text calls.
        called: Called,
        /// The status of the other one of a direct room that it answers. That the sender may see it is for the caller to check.
        status: Option<StatusId>,
    },
    /// A new message that says and shows what another one does now, and mentions nobody.
    Forward {
        /// The room of the other one.
        room: RoomId,
        /// The other one, which the sender must be able to see.
        seq: Seq,
    },
    /// Another text for one's own message, unless that is forwarded.
    Edit {
        /// The message.
        target: Seq,
        /// What it says from now on.
        body: MessageBody,
        /// Whom that calls, who are mentioned from now on, but not notified. All are only if all were before.
        called: Called,
    },
    /// The end of a message, one's own or with the right to delete any.
    Delete {
        /// The message.
        target: Seq,
    },
}

impl Draft {
    /// Whether it becomes a message of its own.
    pub fn is_message(&self) -> bool {
        match self {
            Self::Message { .. } | Self::Forward { .. } => true,
            Self::Edit { .. } | Self::Delete { .. } => false,
        }
    }
}

/// What a message said before an edit replaced it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// Which version it was, from 1.
    pub no: u64,
    /// What it said.
    pub body: MessageBody,
    /// Until when.
    pub replaced_at: Timestamp,
}

impl Revision {
    /// How many of them a message can have, so how often it can be edited.
    pub const MOST: u64 = 1_000;
}
