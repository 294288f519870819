//! What people are notified of.

use parlor_domain::{Notice, Publication};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{EventView, MediaView, PersonRef, PositionView, Time};

/// What an event of one's own stream notifies of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum NoticeView {
    /// A message of the actor names one with `@`.
    Mention {
        /// Where.
        room: Uuid,
        /// The message.
        target: u64,
    },
    /// The actor has written to one: the first message of his that was not read.
    Direct {
        /// Where.
        room: Uuid,
        /// The message.
        target: u64,
    },
    /// The actor has answered a status of one's own, in the direct room.
    StatusReply {
        /// Where.
        room: Uuid,
        /// The answer.
        target: u64,
    },
    /// A backend says something.
    Published(PublicationView),
    /// What it was is not kept any more.
    Over,
}

/// What a backend says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PublicationView {
    /// Who says it: the name of an API key.
    #[schema(example = "Shop")]
    pub from: String,
    /// In a few words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Your order is on its way")]
    pub title: Option<String>,
    /// The text, which may be empty beside media.
    #[schema(example = "It will be there on Tuesday.")]
    pub text: String,
    /// What it shows besides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media: Vec<MediaView>,
}

/// Something that one is notified of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NotificationView {
    /// One's own stream, or for a message to everybody its room.
    pub stream: Uuid,
    /// The event of that stream that notifies.
    pub seq: u64,
    /// When.
    pub at: Time,
    /// Who has caused it; `null` for the server, or a backend without a bot.
    pub actor: Option<PersonRef>,
    /// Whether one has not seen it, nor read the room past it.
    pub unread: bool,
    /// What it is about.
    #[serde(flatten)]
    pub about: AboutView,
}

/// What a notification is about. Messages are as they are now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AboutView {
    /// A message names one with `@`.
    Mention {
        /// The message, an event of its room.
        message: Box<EventView>,
    },
    /// A message mentions everybody in its room.
    All {
        /// The message, an event of its room.
        message: Box<EventView>,
    },
    /// Somebody has written to one.
    Direct {
        /// The message, an event of its room.
        message: Box<EventView>,
    },
    /// Somebody has answered a status of one's own.
    StatusReply {
        /// The answer, an event of the direct room.
        message: Box<EventView>,
    },
    /// Somebody has brought one into a room.
    Invite {
        /// The room.
        room: Uuid,
    },
    /// Somebody asks to become one's contact.
    ContactRequest {
        /// What was said to it.
        note: Option<String>,
    },
    /// A backend says something.
    Published(PublicationView),
}

/// Some of one's notifications, the newest first, as they were at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NotificationsPage {
    /// The notifications.
    pub notifications: Vec<NotificationView>,
    /// How many are unread, over all pages; 500 also for more.
    pub unread: u64,
    /// What to give as `after` for the next page; `null` at the end.
    pub next: Option<String>,
    /// The position of one's own stream at that moment.
    pub as_of: PositionView,
}

/// That one has seen notifications.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadNotifications {
    /// Those of one's own stream up to this `seq`.
    #[serde(default)]
    pub up_to: u64,
    /// Messages to everybody up to this time: the `at` of the newest that one has seen.
    #[serde(default)]
    pub until: Option<Time>,
}

impl From<&Notice> for NoticeView {
    fn from(notice: &Notice) -> Self {
        match notice {
            Notice::Mention { room, target } => Self::Mention {
                room: room.uuid(),
                target: target.0,
            },
            Notice::Direct { room, target } => Self::Direct {
                room: room.uuid(),
                target: target.0,
            },
            Notice::StatusReply { room, target } => Self::StatusReply {
                room: room.uuid(),
                target: target.0,
            },
            Notice::Published(said) => Self::Published((&**said).into()),
            Notice::Over => Self::Over,
        }
    }
}

impl From<&Publication> for PublicationView {
    fn from(said: &Publication) -> Self {
        Self {
            from: said.from.to_string(),
            title: said.title.as_ref().map(ToString::to_string),
            text: said.text.as_str().to_owned(),
            media: said.media.iter().map(MediaView::from).collect(),
        }
    }
}
