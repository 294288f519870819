//! Register ids, and the codes that are mailed to those who name theirs.

use std::time::Duration;

use async_trait::async_trait;
use parlor_domain::{Account, Timestamp, UserId};

use crate::{CodeDigest, NewLetter, StoreError};

/// Register ids of the dialect `messenger`, by what is kept of them, and the codes that complete its log-ins.
///
/// A person has one id at most that is good, and one that waits until it is used for the first time, which then takes the place of the
/// other. An id may be kept under any of several secrets; whoever asks names what may be kept of it, the newest first.
#[async_trait]
pub trait RegisterIdStore: Send + Sync {
    /// Gives somebody who has none an id that is good at once. False if he has one, the id is somebody's, or there is no such account.
    async fn give(&self, user: UserId, id: CodeDigest) -> Result<bool, StoreError>;

    /// Keeps an id that waits, in the place of the person's last one that does, with the letter that brings it. False if it is
    /// somebody's, or the letter goes to an address that is not the account's (any more).
    async fn offer(
        &self,
        user: UserId,
        id: CodeDigest,
        until: Timestamp,
        letter: NewLetter,
    ) -> Result<bool, StoreError>;

    /// Whose id this is, if the account can be used.
    async fn find(&self, id: Vec<CodeDigest>, now: Timestamp) -> Result<Option<Account>, StoreError>;

    /// Whether this is the person's id. It is used by that, and kept under the newest secret from now on.
    async fn redeem(&self, user: UserId, id: Vec<CodeDigest>, now: Timestamp) -> Result<bool, StoreError>;

    /// Keeps a code in the place of the person's last one, with the letter that brings it.
    async fn send_code(
        &self,
        new: NewLogInCode,
        limits: CodeLimits,
        letter: NewLetter,
    ) -> Result<CodeSent, StoreError>;

    /// Counts one try, and gives the code that must be entered; `None` if there is none, it is too old, or was tried `most` times.
    /// However many try at the same time, no more than `most` are let through.
    async fn count_try(
        &self,
        user: UserId,
        most: u32,
        now: Timestamp,
    ) -> Result<Option<LogInCode>, StoreError>;

    /// Says that this code was entered, and the id with it. True exactly once, and only while both are good. The count of codes begins
    /// anew, and the address to which the code went is verified if it was not, unless somebody else has verified it.
    async fn use_code(
        &self,
        user: UserId,
        code: CodeDigest,
        id: Vec<CodeDigest>,
        now: Timestamp,
    ) -> Result<bool, StoreError>;
}

/// A code to be kept.
#[derive(Debug, Clone, Copy)]
pub struct NewLogInCode {
    /// Whose log in it completes.
    pub user: UserId,
    /// What is kept of it.
    pub code: CodeDigest,
    /// Whether the log in begins with it; else it must have begun already.
    pub begins: bool,
    /// When.
    pub at: Timestamp,
    /// Until when it is good.
    pub expires_at: Timestamp,
}

/// How many codes are sent to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeLimits {
    /// So many until one is entered.
    pub most: u32,
    /// After which time since the last one they are counted anew.
    pub pause: Duration,
    /// For how long a log in that has begun may go on with other codes.
    pub open: Duration,
}

/// What became of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeSent {
    /// It is kept.
    Done {
        /// How many more can be sent.
        left: u32,
    },
    /// There were too many.
    TooMany,
    /// No log in goes on, there is no such account that can be used, or the letter goes to an address that is not the account's
    /// (any more).
    NoLogIn,
}

/// A code that was mailed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogInCode {
    /// What is kept of it.
    pub code: CodeDigest,
    /// Whether it was entered before.
    pub used: bool,
}
