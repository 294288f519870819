//! What people are notified of.

use crate::{KeyName, Media, MessageBody, RoomId, Seq, Title};

/// What an event of a user's own stream notifies him of. That somebody has brought him into a room, or asks to be his contact,
/// notifies him as well: these are events of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// A message of the actor mentions this user by name.
    Mention {
        /// Where.
        room: RoomId,
        /// The message.
        target: Seq,
    },
    /// The actor has written to this user in their direct room: the first message that this user had not read by then.
    Direct {
        /// Where.
        room: RoomId,
        /// The message.
        target: Seq,
    },
    /// The actor has answered a status of this user's, in their direct room.
    StatusReply {
        /// Where.
        room: RoomId,
        /// The answer.
        target: Seq,
    },
    /// A backend of the operator's says something.
    Published(Box<Publication>),
    /// What it was is not kept any more.
    Over,
}

/// What a backend says to a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// The key's name.
    pub from: KeyName,
    /// In a few words.
    pub title: Option<Title>,
    /// The text, which may be empty beside media.
    pub text: MessageBody,
    /// What it shows besides: at most [`Publication::MEDIA`].
    pub media: Box<[Media]>,
}

impl Publication {
    /// Most pieces of media in a publication.
    pub const MEDIA: usize = 4;
    /// Most bytes of its text.
    pub const TEXT: usize = 4_096;
}

impl Notice {
    /// The message that it is about.
    pub fn message(&self) -> Option<(RoomId, Seq)> {
        match self {
            Self::Mention { room, target }
            | Self::Direct { room, target }
            | Self::StatusReply { room, target } => Some((*room, *target)),
            Self::Published(_) | Self::Over => None,
        }
    }
}
