//! What clients say on the socket.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{MediaKindName, MessagePlace};

/// A frame from a client. Each but `hello` carries an `id` of the client's choice, and gets exactly one answer, which
/// repeats it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Command {
    /// Begins, or continues after a pause.
    Hello(Hello),
    /// Sends a message.
    Send(Send),
    /// Uploads a small file.
    Upload(Upload),
    /// Edits one's own message.
    Edit(Edit),
    /// Deletes a message for everyone.
    Delete(Delete),
    /// Has read.
    Read(MarkTo),
    /// Has received.
    Delivered(MarkTo),
    /// Has played a voice message.
    Played(Played),
    /// Puts an emoji to a message, or takes it away again.
    React(React),
    /// Is typing.
    Typing(Typing),
    /// Wants to know whether somebody is online.
    Follow(Follow),
    /// Does no longer want to know.
    Unfollow(Follow),
    /// Has left this device for a while, or is back.
    Away(Away),
    /// Brings a fresh access token before the old one expires.
    Authenticate(Authenticate),
    /// Is there; for clients that cannot send WebSocket pings.
    Ping(Ping),
}

/// The first frame, or the first few: all but the last say `more`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Hello {
    /// The access token, where the handshake carried none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// What this device has: one for each stream it knows. None on a new device.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub positions: Vec<StreamPosition>,
    /// One's own marks as this device knows them, in case the server lost the last second.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<ClientMark>,
    /// Whether one is away from the device, as when it connects by itself.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub away: bool,
    /// Another `hello` with more positions follows.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub more: bool,
}

/// What a device has of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StreamPosition {
    /// The stream.
    pub stream: Uuid,
    /// The last event.
    pub seq: u64,
    /// Its tag.
    pub tag: u32,
    /// The last change of marks.
    #[serde(default)]
    pub rev: u64,
}

/// One's own mark in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientMark {
    /// The room.
    pub room: Uuid,
    /// Read up to here.
    #[serde(default)]
    pub read: u64,
    /// Received up to here.
    #[serde(default)]
    pub delivered: u64,
}

/// Sends a message. Answered once it is on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Send {
    /// The command's id.
    pub id: u64,
    /// Where.
    pub room: Uuid,
    /// The client's own name for the message; sent again with the same, it is stored once.
    pub client_id: String,
    /// The text, which may be left out beside media.
    #[serde(default)]
    pub body: String,
    /// Ids of media that one has uploaded: at most 10, each but once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 10)]
    pub media: Vec<Uuid>,
    /// The message that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<u64>,
    /// The message that it repeats, in place of text, media and what it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forward: Option<MessagePlace>,
}

/// Uploads a small file. Answered with what it is, once it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Upload {
    /// The command's id.
    pub id: u64,
    /// Its bytes as base64, with the standard or the URL-safe alphabet, padded or not; or a `data:` URL.
    pub data: String,
    /// What it is; without this its content decides, and sound is `audio`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<MediaKindName>,
    /// What the file is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its media type. One that does not fit the content is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mime: Option<String>,
}

/// Edits one's own message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    /// The command's id.
    pub id: u64,
    /// Where.
    pub room: Uuid,
    /// The message.
    pub target: u64,
    /// What it says from now on.
    pub body: String,
    /// The client's own name for this edit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
}

/// Deletes a message for everyone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Delete {
    /// The command's id.
    pub id: u64,
    /// Where.
    pub room: Uuid,
    /// The message.
    pub target: u64,
    /// The client's own name for this deletion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
}

/// Moves one's own mark. The answer says "taken", and may come with the next push, at most a second later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkTo {
    /// The command's id.
    pub id: u64,
    /// Where.
    pub room: Uuid,
    /// Up to here.
    pub seq: u64,
}

/// Has played a voice message. Its sender is told, once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Played {
    /// The command's id.
    pub id: u64,
    /// Where.
    pub room: Uuid,
    /// The message.
    pub target: u64,
}

/// Puts an emoji to a message, or takes it away again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct React {
    /// The command's id.
    pub id: u64,
    /// Where.
    pub room: Uuid,
    /// The message.
    pub target: u64,
    /// One emoji.
    pub emoji: String,
    /// Whether it is to be there from now on.
    pub on: bool,
}

/// Is typing; to be repeated every few seconds while it lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Typing {
    /// The command's id.
    pub id: u64,
    /// Where.
    pub room: Uuid,
}

/// Asks for somebody's presence; only of people with whom one shares a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Follow {
    /// The command's id.
    pub id: u64,
    /// Whose.
    pub user: Uuid,
}

/// Has left this device for a while, or is back. Who is away from all his devices is shown as away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Away {
    /// The command's id.
    pub id: u64,
    /// Whether one is away from now on.
    pub on: bool,
}

/// Brings a fresh access token of the same session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Authenticate {
    /// The command's id.
    pub id: u64,
    /// The access token.
    pub token: String,
}

/// Is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Ping {
    /// The command's id.
    pub id: u64,
}

impl Command {
    /// The command's id; `hello` has none.
    pub fn id(&self) -> Option<u64> {
        match self {
            Self::Hello(_) => None,
            Self::Send(command) => Some(command.id),
            Self::Upload(command) => Some(command.id),
            Self::Edit(command) => Some(command.id),
            Self::Delete(command) => Some(command.id),
            Self::Read(command) | Self::Delivered(command) => Some(command.id),
            Self::Played(command) => Some(command.id),
            Self::React(command) => Some(command.id),
            Self::Typing(command) => Some(command.id),
            Self::Follow(command) | Self::Unfollow(command) => Some(command.id),
            Self::Away(command) => Some(command.id),
            Self::Authenticate(command) => Some(command.id),
            Self::Ping(command) => Some(command.id),
        }
    }
}
