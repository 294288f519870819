//! API keys, and what backends do with them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{PersonRef, Time};

/// A wish for an API key.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateApiKey {
    /// What it is called, 1 to 80 characters. Notifications that it publishes show this.
    #[schema(min_length = 1, max_length = 80, example = "Shop")]
    pub name: String,
    /// What its holder may do: `notify:user`, `notify:room`, `notify:everyone`, `post`, each at most once.
    #[schema(min_items = 1, max_items = 4, example = json!(["notify:user", "post"]))]
    pub scopes: Vec<String>,
    /// The username of the bot as which it posts. One that is not there is made. Needed for `notify:room`,
    /// `notify:everyone`, `post` and media.
    #[serde(default)]
    #[schema(min_length = 2, max_length = 32, example = "shop-bot")]
    pub bot: Option<String>,
    /// For how many days it is good: 1 to 3,650; until it is revoked if nothing is said.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 3650, example = 90)]
    pub days: Option<u32>,
}

/// An API key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApiKeyView {
    /// By which it is named.
    #[schema(example = 1)]
    pub number: i64,
    /// What it is called.
    #[schema(example = "Shop")]
    pub name: String,
    /// What its holder may do.
    #[schema(example = json!(["notify:user", "post"]))]
    pub scopes: Vec<String>,
    /// The bot as which it posts.
    pub bot: Option<PersonRef>,
    /// Which administrator has made it; `null` for the operator of the server.
    pub by: Option<Uuid>,
    /// When it was made.
    pub created_at: Time,
    /// Until when it is good; `null` for good until it is revoked.
    pub expires_at: Option<Time>,
    /// When it was last used, to the minute.
    pub used_at: Option<Time>,
}

/// An API key that was just made.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct ApiKeyMade {
    /// The key itself, for `Authorization: Bearer …`. Shown once.
    #[schema(example = "parlor_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc")]
    pub key: String,
    /// The rest, as it is listed.
    #[serde(flatten)]
    pub made: ApiKeyView,
}

/// The API keys, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApiKeysList {
    /// The keys.
    pub keys: Vec<ApiKeyView>,
}

/// To whom a backend says something.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum Recipient {
    /// A user.
    User(Uuid),
    /// All members of a room, in which the key's bot is.
    Room(Uuid),
    /// All accounts.
    #[schema(value_type = bool)]
    Everyone(Yes),
}

/// Nothing but `true`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "bool")]
pub struct Yes;

impl TryFrom<bool> for Yes {
    type Error = &'static str;

    fn try_from(said: bool) -> Result<Self, Self::Error> {
        if said { Ok(Self) } else { Err("must be true") }
    }
}

/// Something that a backend says.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishNotification {
    /// To whom.
    pub to: Recipient,
    /// In a few words: 1 to 200 characters. Only to users.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200, example = "Your order is on its way")]
    pub title: Option<String>,
    /// The text, up to 4,096 bytes to a user; it may be left out if there are media.
    #[serde(default)]
    #[schema(example = "It will be there on Tuesday.")]
    pub text: String,
    /// Ids of media that the key has uploaded: at most 4 to a user, 10 to a room or to everyone.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub media: Vec<Uuid>,
}

/// A message that a backend posts as its bot.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostMessage {
    /// The text; it may be left out if there are media.
    #[serde(default)]
    #[schema(example = "The build is green.")]
    pub text: String,
    /// Ids of media that the key has uploaded: at most 10.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub media: Vec<Uuid>,
    /// The `seq` of the message that it answers.
    #[serde(default)]
    pub reply_to: Option<u64>,
}

/// What a backend has said: the event that tells of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Said {
    /// The user's own stream, or the room, which for everyone is that of all accounts.
    pub stream: Uuid,
    /// The event.
    pub seq: u64,
}
