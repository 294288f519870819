//! Invitations to make an account.

use async_trait::async_trait;
use parlor_domain::{Timestamp, UserId};

use crate::{StoreError, TokenDigest};

/// Invitations to make an account. They are used up by [`UserStore::register`](crate::UserStore::register).
#[async_trait]
pub trait InviteStore: Send + Sync {
    /// Keeps an invitation.
    async fn invite(&self, new: NewInvite) -> Result<Invite, StoreError>;

    /// Those that can still be used, the newest first.
    async fn list(&self, now: Timestamp, most: usize) -> Result<Vec<Invite>, StoreError>;

    /// Withdraws one; false if there is no such invitation.
    async fn withdraw(&self, number: i64) -> Result<bool, StoreError>;

    /// Keeps an administrator's invitation in the place of an earlier one like it, if there is no administrator whose account
    /// can be used; false if there is one. It is good until there is.
    async fn invite_first(&self, new: NewInvite) -> Result<bool, StoreError>;
}

/// An invitation to be kept.
#[derive(Debug, Clone)]
pub struct NewInvite {
    /// SHA-256 of its text.
    pub token: TokenDigest,
    /// Whether the account that it makes is an administrator's.
    pub admin: bool,
    /// How many accounts it makes.
    pub uses: u32,
    /// Who invites; `None` for the operator.
    pub by: Option<UserId>,
    /// When.
    pub at: Timestamp,
    /// Until when it is good.
    pub expires_at: Timestamp,
}

/// An invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invite {
    /// By which it is named.
    pub number: i64,
    /// Whether the account that it makes is an administrator's.
    pub admin: bool,
    /// How many accounts it still makes.
    pub uses: u32,
    /// Who invites; `None` for the operator.
    pub by: Option<UserId>,
    /// When it was made.
    pub at: Timestamp,
    /// Until when it is good.
    pub expires_at: Timestamp,
}
