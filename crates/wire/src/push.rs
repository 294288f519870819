//! What the server says on the socket.

use parlor_domain::MarksUpdate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{AccountView, EventView, MediaView, PersonRef, PositionView, Retry, Time};

/// A frame from the server: an event of a stream, or one of the others. All have a `type`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Push {
    /// An event of a stream.
    Event(EventView),
    /// Anything else.
    Notice(Notice),
}

/// A frame that is no event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Notice {
    /// Answers `hello`.
    Welcome(Welcome),
    /// A command was done.
    Ok(Success),
    /// A command, or `hello`, was refused.
    Error(Failure),
    /// Marks of a room moved.
    Marks(MarksView),
    /// What one has of this stream is of no more use: load pages, and go on from this position.
    Reset(StreamHead),
    /// Somebody is typing.
    Typing {
        /// Where.
        room: Uuid,
        /// Who.
        user: PersonRef,
        /// For how long this holds unless it is repeated.
        expires_ms: u32,
    },
    /// People whom one follows came or went.
    Presence {
        /// Who, and how each is now.
        users: Vec<Presence>,
    },
    /// The server is about to stop: connect anew after so many milliseconds.
    Move {
        /// When to go.
        after_ms: u64,
    },
}

impl<'de> Deserialize<'de> for Push {
    /// Decides by `type`, so that an error says what is wrong with the frame and not that nothing fits.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        const NOTICES: [&str; 8] = [
            "welcome", "ok", "error", "marks", "reset", "typing", "presence", "move",
        ];
        let value = serde_json::Value::deserialize(deserializer)?;
        let notice = value
            .get("type")
            .and_then(|kind| kind.as_str())
            .is_some_and(|kind| NOTICES.contains(&kind));
        if notice {
            serde_json::from_value(value)
                .map(Self::Notice)
                .map_err(serde::de::Error::custom)
        } else {
            serde_json::from_value(value)
                .map(Self::Event)
                .map_err(serde::de::Error::custom)
        }
    }
}

/// Who one is, where one's streams stand, and what follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Welcome {
    /// Who one is.
    pub user: Box<AccountView>,
    /// The session of this device.
    pub session: Uuid,
    /// When the access token expires; bring another before then.
    pub token_expires_at: Time,
    /// A silence longer than this many seconds means that the connection is dead; the server pings more often.
    pub heartbeat_seconds: u32,
    /// What the server allows.
    pub limits: Limits,
    /// One's streams: first one's own, then the rooms.
    pub streams: Vec<StreamHead>,
    /// Streams of which one gave a position and that are not, or no longer, one's own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<Uuid>,
    /// How many of one's notifications are unread; 100 also for more.
    pub unread_notifications: u64,
}

/// What the server allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Limits {
    /// Bytes of a message's text.
    pub body_bytes: usize,
    /// Bytes of a frame.
    pub frame_bytes: usize,
    /// Commands that may wait for their answers.
    pub commands_in_flight: usize,
}

/// Where a stream stands, and what follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StreamHead {
    /// The room, or oneself.
    pub stream: Uuid,
    /// Which of the two.
    pub kind: StreamKind,
    /// Where it stands.
    #[serde(flatten)]
    pub head: PositionView,
    /// What follows.
    pub verdict: Verdict,
}

/// Whose a stream is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StreamKind {
    /// One's own.
    User,
    /// A direct room's.
    Direct,
    /// A group's.
    Group,
    /// A channel's.
    Channel,
}

/// What follows on a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// One has everything; only what is new follows.
    Current,
    /// What one missed follows, then what is new.
    Replay,
    /// What one has is of no more use: load pages; what is new after `seq` follows.
    Reset,
}

/// A command was done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Success {
    /// The command.
    pub id: u64,
    /// Where what was sent stands in the room's stream.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// The tag of that event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<u32>,
    /// When it was stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Time>,
    /// How somebody is whom one follows now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub presence: Option<Presence>,
    /// What was uploaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<Box<MediaView>>,
}

/// A command was refused. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Failure {
    /// The command, as far as its id could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<u64>,
    /// A stable name of the error, for programs.
    pub code: String,
    /// What is wrong and what to do, for people.
    pub message: String,
    /// The field of the command that is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Whether the same may work later.
    pub retry: Retry,
}

/// Marks that moved: those of a room's members, or one's own in channels. A reader who has `after` has `rev` then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MarksView {
    /// The room, or one's own user id.
    pub stream: Uuid,
    /// What one must have for this to be all that is new.
    pub after: u64,
    /// What one has then.
    pub rev: u64,
    /// Of the members of the room: at most one of each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<MemberMarkView>,
    /// One's own in channels, in one's own stream: at most one in each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub own: Vec<RoomMarkView>,
}

/// How far one has received and read a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RoomMarkView {
    /// The channel.
    pub room: Uuid,
    /// Received up to here.
    pub delivered: u64,
    /// Read up to here.
    pub read: u64,
}

/// How far somebody has received and read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MemberMarkView {
    /// Who.
    pub user: Uuid,
    /// Received up to here.
    pub delivered: u64,
    /// Read up to here.
    pub read: u64,
}

impl From<&MarksUpdate> for MarksView {
    fn from(update: &MarksUpdate) -> Self {
        let marks = update.marks.iter().map(|member| MemberMarkView {
            user: member.user.uuid(),
            delivered: member.mark.delivered.0,
            read: member.mark.read.0,
        });
        let own = update.own.iter().map(|own| RoomMarkView {
            room: own.room.uuid(),
            delivered: own.mark.delivered.0,
            read: own.mark.read.0,
        });
        Self {
            stream: update.stream.uuid(),
            after: update.after.0,
            rev: update.rev.0,
            marks: marks.collect(),
            own: own.collect(),
        }
    }
}

/// Whether somebody is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Presence {
    /// Who.
    pub user: Uuid,
    /// Has a device connected.
    pub online: bool,
    /// Has left all of them for a while.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub away: bool,
    /// When the last device went away. Stands in the answer to `follow` only, if no device is there and the person shows it
    /// to whoever follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<Time>,
}
