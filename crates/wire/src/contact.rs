//! Contacts, requests to become one, and blocks.

use parlor_domain::Reach;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::names::names;
use crate::{PositionView, Time, UserView};

names!(
    /// Who may open a direct room with somebody, and bring him into groups.
    ReachName = Reach {
        /// One's contacts: whom one has added, and with whom one has a direct conversation.
        Contacts,
        /// Everybody with an account.
        Everyone
    }
);

/// Somebody who is to be a contact.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutContact {
    /// What one calls him, 1 to 80 characters; nothing, or `null`, for no name of one's own.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 80, example = "Ann from the train")]
    pub name: Option<String>,
}

/// Somebody in one's list of contacts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ContactView {
    /// Who.
    pub user: UserView,
    /// What one calls him.
    #[schema(example = "Ann from the train")]
    pub name: Option<String>,
    /// Since when.
    pub added_at: Time,
}

/// Some of one's contacts, in the order of their ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ContactsPage {
    /// The contacts.
    pub contacts: Vec<ContactView>,
    /// After whom the next page begins; `null` at the end.
    pub next: Option<Uuid>,
    /// The position of one's own stream at that moment.
    pub as_of: PositionView,
}

/// A wish to become somebody's contact.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskContact {
    /// Who is asked.
    pub user: Uuid,
    /// What is said to it, 1 to 300 characters on one line.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 300, example = "We met on the train to Bern")]
    pub note: Option<String>,
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ContactAsked {
    /// Whether the other one had asked as well, so that both are contacts of each other. Otherwise the request waits.
    pub accepted: bool,
}

/// A request that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ContactRequestView {
    /// The other one.
    pub user: UserView,
    /// What was said to it.
    pub note: Option<String>,
    /// Since when.
    pub at: Time,
}

/// Some of the requests that wait for one's answer, or of one's own, in the order of the others' ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ContactRequestsPage {
    /// The requests.
    pub requests: Vec<ContactRequestView>,
    /// After whom the next page begins; `null` at the end.
    pub next: Option<Uuid>,
    /// The position of one's own stream at that moment.
    pub as_of: PositionView,
}

/// Somebody whom one has blocked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BlockView {
    /// Who.
    pub user: UserView,
    /// Since when.
    pub at: Time,
}

/// Some of those whom one has blocked, in the order of their ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BlocksPage {
    /// Who is blocked.
    pub blocks: Vec<BlockView>,
    /// After whom the next page begins; `null` at the end.
    pub next: Option<Uuid>,
    /// The position of one's own stream at that moment.
    pub as_of: PositionView,
}
