//! Coming into rooms by links and by asking.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{PersonRef, RoomKindName, Time};

/// A link to be made.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateLink {
    /// For how many seconds it leads into the room, up to a year; until it is revoked if nothing is said.
    #[serde(default)]
    #[schema(minimum = 60, maximum = 31_536_000)]
    pub seconds: Option<u32>,
    /// How many may come in by it; any number if nothing is said.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 100_000)]
    pub uses: Option<u32>,
    /// Whether an admin has to let in who comes by it.
    #[serde(default)]
    pub approval: bool,
}

/// A link that leads into a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LinkView {
    /// What is in the link, which nobody can guess: it goes to `/v1/links/{code}`.
    #[schema(example = "TIgEv0lrSU6Yw1nfyVqS4Q")]
    pub code: String,
    /// Who made it.
    pub by: PersonRef,
    /// Whether an admin has to let in who comes by it.
    pub approval: bool,
    /// How many have come in by it, or asked to.
    pub used: u32,
    /// How many may; `null` for any number.
    pub uses: Option<u32>,
    /// When it was made.
    pub created_at: Time,
    /// Until when it leads anywhere; `null` until it is revoked.
    pub expires_at: Option<Time>,
}

/// The links of a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LinksList {
    /// The links, the oldest first.
    pub links: Vec<LinkView>,
}

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LinkedRoomView {
    /// The room's id.
    pub room: Uuid,
    /// Group or channel.
    pub kind: RoomKindName,
    /// What it is called.
    pub name: Option<String>,
    /// What it is about.
    pub topic: String,
    /// The picture that stands for it.
    pub avatar: Option<Uuid>,
    /// How many are in it.
    pub members: u32,
    /// Whether an admin has to let one in.
    pub approval: bool,
    /// Whether one is in it.
    pub member: bool,
    /// Whether one has asked to be.
    pub requested: bool,
}

/// A wish to be let into a room.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskToJoin {
    /// What is said to it, 1 to 300 characters on one line.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 300, example = "Ann from the third floor")]
    pub note: Option<String>,
}

/// Who asks to be let into a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JoinRequestView {
    /// The room.
    pub room: Uuid,
    /// Who.
    pub user: PersonRef,
    /// What is said to it.
    pub note: Option<String>,
    /// When.
    pub asked_at: Time,
}

/// Some of those who ask to be let into a room, in the order of their ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JoinRequestsPage {
    /// The requests.
    pub requests: Vec<JoinRequestView>,
    /// The `after` of the next page; `null` at the end.
    pub next: Option<Uuid>,
}

/// Into which rooms one asks to be let.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JoinRequestsList {
    /// The requests, in the order of the rooms' ids.
    pub requests: Vec<JoinRequestView>,
}

/// One is not in the room yet: an admin decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JoinWaits {
    /// The room.
    pub room: Uuid,
    /// Always `true`.
    pub waiting: bool,
}
