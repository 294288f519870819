//! Accounts.

use async_trait::async_trait;
use parlor_domain::{
    Account, AccountStatus, DisplayName, Email, SessionId, Timestamp, UserId, UserRef, Username,
};
use secrecy::SecretString;

use crate::StoreError;

/// Accounts.
#[async_trait]
pub trait UserStore: Send + Sync {
    /// Makes an account, and its stream.
    async fn register(&self, new: NewAccount) -> Result<Registered, StoreError>;

    /// An account by its id.
    async fn find(&self, user: UserId) -> Result<Option<Account>, StoreError>;

    /// An account by its name, regardless of case.
    async fn find_by_username(&self, username: &Username) -> Result<Option<Account>, StoreError>;

    /// What is needed to check a log in; also for accounts that are disabled.
    async fn credentials(&self, username: &Username) -> Result<Option<Credentials>, StoreError>;

    /// Sets another password and ends all sessions but one; false if there is no such account.
    async fn set_password(
        &self,
        user: UserId,
        password: PasswordHash,
        except: Option<SessionId>,
        at: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Locks or unlocks an account; locking ends its sessions for good. False if there is no such account.
    async fn set_status(
        &self,
        user: UserId,
        status: AccountStatus,
        at: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Sets what a person is called; `None` if there is no such account.
    async fn set_display_name(&self, user: UserId, name: DisplayName) -> Result<Option<Account>, StoreError>;

    /// Notes when people were last seen. Never moves back. Unknown people are passed over.
    async fn set_last_seen(&self, seen: Vec<(UserId, Timestamp)>) -> Result<(), StoreError>;
}

/// A password's hash, tagged with its scheme.
#[derive(Debug, Clone)]
pub struct PasswordHash(pub SecretString);

/// An account to be made.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// Its id.
    pub id: UserId,
    /// The unique name.
    pub username: Username,
    /// What the person is called.
    pub display_name: DisplayName,
    /// Where mail reaches the person.
    pub email: Option<Email>,
    /// The password.
    pub password: PasswordHash,
    /// May administer the server.
    pub admin: bool,
    /// When.
    pub at: Timestamp,
}

/// What became of a registration.
#[derive(Debug, Clone)]
pub enum Registered {
    /// Made.
    Done(Account),
    /// Somebody has this name, or one that looks like it.
    UsernameTaken,
    /// Somebody has this address.
    EmailTaken,
}

/// What is needed to check a log in.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The account.
    pub user: UserRef,
    /// Its password.
    pub password: PasswordHash,
    /// Whether it can be used.
    pub status: AccountStatus,
}
