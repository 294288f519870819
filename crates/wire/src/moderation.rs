//! Keeping order in rooms.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{PersonRef, Time};

/// How long a member may not write.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MuteMember {
    /// Seconds, up to a year; for good (a hundred years) if nothing is said.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 31_536_000)]
    pub seconds: Option<u32>,
}

/// Somebody who is kept out of a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BanView {
    /// Who.
    pub user: PersonRef,
    /// By whom.
    pub by: Uuid,
    /// Since when.
    pub banned_at: Time,
}

/// Some of those who are kept out of a room, in the order of their ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BansPage {
    /// Who.
    pub bans: Vec<BanView>,
    /// The `after` of the next page; `null` at the end.
    pub next: Option<Uuid>,
}
