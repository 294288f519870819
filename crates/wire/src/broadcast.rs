//! Broadcast lists, and what is sent to them.

use parlor_domain::{BroadcastList, BroadcastProgress};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{MediaView, PersonRef, PositionView, Time};

/// A list to be made.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateBroadcastList {
    /// What one calls it: 1 to 100 characters on one line.
    #[schema(min_length = 1, max_length = 100, example = "Customers")]
    pub name: String,
}

/// Another name for a list.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeBroadcastList {
    /// What one calls it from now on: 1 to 100 characters on one line.
    #[schema(min_length = 1, max_length = 100, example = "Customers")]
    pub name: String,
}

/// A list of recipients, which is known to its owner alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BroadcastListView {
    /// Its id.
    pub id: Uuid,
    /// What one calls it.
    pub name: String,
    /// How many recipients it has.
    pub recipients: u32,
    /// When it was made.
    pub created_at: Time,
}

impl From<&BroadcastList> for BroadcastListView {
    fn from(list: &BroadcastList) -> Self {
        Self {
            id: list.id.uuid(),
            name: list.name.to_string(),
            recipients: list.recipients,
            created_at: list.created_at.into(),
        }
    }
}

/// Some of one's lists, the oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BroadcastListsPage {
    /// The lists.
    pub lists: Vec<BroadcastListView>,
    /// What to give as `after` for the next page; `null` at the end.
    pub next: Option<Uuid>,
    /// The position of one's own stream at that moment.
    pub as_of: PositionView,
}

/// Recipients who come into a list, or go.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Recipients {
    /// Who: at most 1,000.
    #[schema(min_items = 1, max_items = 1000)]
    pub users: Vec<Uuid>,
}

/// Some of the recipients of a list, in the order of their ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecipientsPage {
    /// Who.
    pub recipients: Vec<PersonRef>,
    /// After whom the next page begins; `null` at the end.
    pub next: Option<Uuid>,
    /// The position of one's own stream at that moment.
    pub as_of: PositionView,
}

/// A message for all who are in a list.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendBroadcast {
    /// The text, as of a message. It may be left out if there are media.
    #[serde(default)]
    #[schema(example = "We are closed on Monday.")]
    pub body: String,
    /// Ids of media that one has uploaded: at most 10, each but once.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub media: Vec<Uuid>,
    /// One's own name for it. Sent again to the list with the same, it goes out once.
    #[schema(min_length = 1, max_length = 36, pattern = "^[!-~]*$")]
    pub client_id: String,
}

/// How far a broadcast has come: each recipient is counted once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProgressView {
    /// How many it has still to be sent to. At its end, none.
    pub waiting: u32,
    /// To how many it was sent.
    pub sent: u32,
    /// To how many it could not be sent.
    pub skipped: u32,
}

impl From<BroadcastProgress> for ProgressView {
    fn from(progress: BroadcastProgress) -> Self {
        Self {
            waiting: progress.waiting,
            sent: progress.sent,
            skipped: progress.skipped,
        }
    }
}

/// Something that was sent to a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BroadcastView {
    /// Its id, which is also the `client_id` of each message that it becomes.
    pub id: Uuid,
    /// To which list.
    pub list: Uuid,
    /// The text, which may be empty beside media.
    pub body: String,
    /// What it shows besides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media: Vec<MediaView>,
    /// How far it has come.
    #[serde(flatten)]
    pub progress: ProgressView,
    /// How many of those to whom it was sent have it; left out in lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered: Option<u32>,
    /// How many of them have read it; left out in lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<u32>,
    /// When one has sent it.
    pub at: Time,
}

/// Some of what was sent to a list, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BroadcastsPage {
    /// What was sent.
    pub broadcasts: Vec<BroadcastView>,
    /// What to give as `before` for the next page; `null` at the end.
    pub next: Option<Uuid>,
    /// The position of one's own stream at that moment.
    pub as_of: PositionView,
}

/// What became of a broadcast for one of its recipients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FateName {
    /// It is still to be sent.
    Waiting,
    /// It was sent.
    Sent,
    /// He was passed over.
    Skipped,
}

/// A recipient of a broadcast.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecipientView {
    /// Who.
    pub user: PersonRef,
    /// What became of it.
    #[schema(inline)]
    pub state: FateName,
    /// Why he was passed over: the code by which a direct message to him would have been refused (`no_such_user`, `blocked`,
    /// `not_a_contact`, `too_many_rooms`), or `refused`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The direct room into which it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<Uuid>,
    /// The message that it became there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// Whether he has it.
    pub delivered: bool,
    /// Whether he has read it.
    pub read: bool,
}

/// What became of a broadcast for some of its recipients, in the order of their ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BroadcastRecipientsPage {
    /// The recipients.
    pub recipients: Vec<RecipientView>,
    /// After whom the next page begins; `null` at the end.
    pub next: Option<Uuid>,
}
