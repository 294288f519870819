//! Log-ins that still need a code.

use async_trait::async_trait;
use parlor_domain::{DeviceName, Timestamp, UserId};

use crate::{NewLetter, StoreError, TokenDigest};

/// Log-ins that still need a code.
#[async_trait]
pub trait ChallengeStore: Send + Sync {
    /// Keeps a challenge, with the letter that brings its code.
    async fn open(&self, new: NewChallenge, letter: Option<NewLetter>) -> Result<(), StoreError>;

    /// A challenge that can still be met.
    async fn find(&self, challenge: TokenDigest, now: Timestamp) -> Result<Option<Challenge>, StoreError>;

    /// Counts one try, and gives what it must meet; `None` if the challenge is unknown, met or over, or was tried `most`
    /// times. However many try at the same time, no more than `most` are let through.
    async fn count_try(
        &self,
        challenge: TokenDigest,
        most: u32,
        now: Timestamp,
    ) -> Result<Option<Challenge>, StoreError>;

    /// Says that a challenge was met. True exactly once, however many say so at the same time.
    async fn meet(&self, challenge: TokenDigest, now: Timestamp) -> Result<bool, StoreError>;

    /// Puts another code in the place of the last one, with the letter that brings it; false if the challenge is over or
    /// was given another code than the `sent`th meanwhile.
    async fn replace_code(
        &self,
        challenge: TokenDigest,
        sent: u32,
        code: CodeDigest,
        letter: Option<NewLetter>,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Forgets some of the challenges that are over by now; says whether there may be more.
    async fn sweep(&self, now: Timestamp) -> Result<bool, StoreError>;
}

/// A keyed hash of a code: all that is kept of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeDigest(pub [u8; 32]);

/// A log in that is to be completed by a code.
#[derive(Debug, Clone)]
pub struct NewChallenge {
    /// SHA-256 of the text by which it is named.
    pub token: TokenDigest,
    /// Whose log in it is; `None` for a name that nobody has, of which the asker must not learn.
    pub user: Option<UserId>,
    /// The mailed code, if there is one.
    pub code: Option<CodeDigest>,
    /// Whether the password was shown.
    pub password_shown: bool,
    /// What the device calls itself.
    pub device: DeviceName,
    /// Where it comes from.
    pub address: Option<Box<str>>,
    /// When.
    pub at: Timestamp,
    /// Until when it can be met.
    pub expires_at: Timestamp,
}

/// A challenge that can still be met.
#[derive(Debug, Clone)]
pub struct Challenge {
    /// Whose log in it is; `None` for a name that nobody has.
    pub user: Option<UserId>,
    /// The mailed code, if there is one.
    pub code: Option<CodeDigest>,
    /// Whether the password was shown.
    pub password_shown: bool,
    /// What the device calls itself.
    pub device: DeviceName,
    /// Where it comes from.
    pub address: Option<Box<str>>,
    /// How many codes were mailed.
    pub sent: u32,
    /// When the last of them was.
    pub sent_at: Timestamp,
    /// Until when it can be met.
    pub expires_at: Timestamp,
}
