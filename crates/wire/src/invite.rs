//! Invitations to make an account.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Time;

/// A wish for an invitation.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateInvite {
    /// Whether the accounts that it makes are administrators'.
    #[serde(default)]
    #[schema(example = false)]
    pub admin: bool,
    /// How many accounts it makes: 1 to 10,000; one if nothing is said.
    #[serde(default = "one")]
    #[schema(minimum = 1, maximum = 10_000, default = 1, example = 1)]
    pub uses: u32,
    /// For how many days it is good: 1 to 365; seven if nothing is said.
    #[serde(default = "a_week")]
    #[schema(minimum = 1, maximum = 365, default = 7, example = 7)]
    pub days: u32,
}

fn one() -> u32 {
    1
}

fn a_week() -> u32 {
    7
}

/// An invitation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InviteView {
    /// By which it is named.
    #[schema(example = 1)]
    pub number: i64,
    /// Whether the accounts that it makes are administrators'.
    pub admin: bool,
    /// How many accounts it still makes.
    #[schema(example = 1)]
    pub uses: u32,
    /// Which administrator invites; `null` for the operator of the server.
    pub by: Option<Uuid>,
    /// When it was made.
    pub created_at: Time,
    /// Until when it is good.
    pub expires_at: Time,
}

/// An invitation that was just made.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct InviteMade {
    /// What to give to the person who is invited, alone or as a link to `/account#invite=…`. Shown once.
    #[schema(example = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc")]
    pub invite: String,
    /// The rest, as it is listed.
    #[serde(flatten)]
    pub made: InviteView,
}

/// The invitations that can still be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InvitesList {
    /// The invitations, the newest first.
    pub invites: Vec<InviteView>,
}
