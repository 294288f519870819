//! API keys, by which backends of the operator's speak.

use async_trait::async_trait;
use parlor_domain::{KeyName, Scopes, Timestamp, UserId, UserRef};

use crate::{NewAccount, StoreError, TokenDigest};

/// API keys. Each is known by the SHA-256 of its text, which is kept nowhere.
#[async_trait]
pub trait ApiKeyStore: Send + Sync {
    /// Keeps a key, and makes its bot if that is new: both or neither.
    async fn make(&self, new: NewApiKey) -> Result<ApiKeyMade, StoreError>;

    /// The keys, the newest first, those included that have expired.
    async fn list(&self, most: usize) -> Result<Vec<ApiKey>, StoreError>;

    /// The key with this digest, if it has not expired.
    async fn find(&self, key: TokenDigest, now: Timestamp) -> Result<Option<ApiKey>, StoreError>;

    /// Notes that a key was used.
    async fn used(&self, number: i64, at: Timestamp) -> Result<(), StoreError>;

    /// Forgets a key, by which nothing can be done from then on; false if there is no such key.
    async fn revoke(&self, number: i64) -> Result<bool, StoreError>;
}

/// A key to be kept.
#[derive(Debug, Clone)]
pub struct NewApiKey {
    /// SHA-256 of its text.
    pub digest: TokenDigest,
    /// What it is called.
    pub name: KeyName,
    /// What its holder may do.
    pub scopes: Scopes,
    /// The bot as which it posts.
    pub bot: Option<KeyBot>,
    /// Which administrator makes it; `None` for the operator.
    pub by: Option<UserId>,
    /// How many keys there may be.
    pub most: u32,
    /// When.
    pub at: Timestamp,
    /// Until when it is good; `None` for good until it is revoked.
    pub expires_at: Option<Timestamp>,
}

/// As which bot a new key posts.
#[derive(Debug, Clone)]
pub enum KeyBot {
    /// One that is there.
    Known(UserId),
    /// One that is made with the key.
    New(Box<NewAccount>),
}

/// What became of a new key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApiKeyMade {
    /// Made.
    Done(ApiKey),
    /// There is no such bot, or it is no bot; or somebody has the name of the new one.
    NoBot,
    /// There are as many keys as there may be.
    TooMany,
}

/// An API key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// By which it is named.
    pub number: i64,
    /// What it is called.
    pub name: KeyName,
    /// What its holder may do.
    pub scopes: Scopes,
    /// The bot as which it posts.
    pub bot: Option<UserRef>,
    /// Which administrator has made it; `None` for the operator, or if his account is gone.
    pub by: Option<UserId>,
    /// When it was made.
    pub at: Timestamp,
    /// Until when it is good; `None` for good until it is revoked.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to the minute.
    pub used_at: Option<Timestamp>,
}
