//! Status updates.

use parlor_domain::StatusAudienceKind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::names::names;
use crate::{MediaView, PersonRef, PositionView, Time};

names!(
    /// Who may see a status, of those who are one's contacts when one posts it.
    StatusAudienceName = StatusAudienceKind {
        /// All of them.
        Contacts,
        /// All but those who are named.
        Except,
        /// Only those who are named.
        Only
    }
);

/// A status to be posted.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostStatus {
    /// The text: up to 4,096 bytes of UTF-8 (the server's setting). It may be left out if there is media.
    #[serde(default)]
    #[schema(example = "On the train to Bern")]
    pub body: String,
    /// A picture or video that one has uploaded.
    #[serde(default)]
    pub media: Option<Uuid>,
    /// Who may see it: all contacts, if nothing is said.
    #[serde(default)]
    #[schema(inline)]
    pub audience: Option<StatusAudienceName>,
    /// With `except` those who may not see it, with `only` those who may: at most 1,000.
    #[serde(default)]
    #[schema(max_items = 1000)]
    pub users: Vec<Uuid>,
    /// One's own name for it. Sent again with the same, it is posted once.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 36, pattern = "^[!-~]*$")]
    pub client_id: Option<String>,
}

/// Something that somebody shows until it ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StatusView {
    /// Its id.
    pub id: Uuid,
    /// Its number, for programs that need an integer.
    pub number: i64,
    /// Who shows it.
    pub author: PersonRef,
    /// The text, which may be empty beside media.
    pub body: String,
    /// The picture or video.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<MediaView>,
    /// When it was posted.
    pub at: Time,
    /// When it ends.
    pub expires_at: Time,
    /// Of somebody else's: whether one has looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub viewed: Option<bool>,
    /// Of one's own: who may see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<StatusAudienceName>,
    /// Of one's own: how many have looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub views: Option<u64>,
}

/// Some of the statuses that one may see, author by author, each one's oldest first, as they were at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StatusesPage {
    /// The statuses.
    pub statuses: Vec<StatusView>,
    /// What to give as `cursor` for the next page; `null` at the end.
    pub next: Option<String>,
    /// The position of one's own stream at that moment.
    pub as_of: PositionView,
}

/// One's own statuses, the oldest first, as they were at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OwnStatuses {
    /// All of them.
    pub statuses: Vec<StatusView>,
    /// The position of one's own stream at that moment.
    pub as_of: PositionView,
}

/// That somebody has looked at a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StatusSeenView {
    /// Who.
    pub user: PersonRef,
    /// When first.
    pub at: Time,
}

/// Some of those who have looked at a status, in the order of their ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StatusViewsPage {
    /// Who, and when.
    pub views: Vec<StatusSeenView>,
    /// After whom the next page begins; `null` at the end.
    pub next: Option<Uuid>,
}

/// What one says to a status.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerStatus {
    /// The text, as of a message.
    #[schema(min_length = 1, example = "Have a good journey!")]
    pub body: String,
    /// One's own name for the message. Sent again with the same, it is stored once.
    #[schema(min_length = 1, max_length = 36, pattern = "^[!-~]*$")]
    pub client_id: String,
}
