//! What somebody shows besides the password.

use async_trait::async_trait;
use parlor_domain::{Timestamp, UserId};

use crate::{CodeDigest, StoreError};

/// What people show besides the password.
#[async_trait]
pub trait SecondStepStore: Send + Sync {
    /// What this person has chosen; `None` if there is no such account.
    async fn find(&self, user: UserId) -> Result<Option<SecondStep>, StoreError>;

    /// Asks for a mailed code at each log in from now on, or no more. False if there is no such account, or `on` and its
    /// address is not verified.
    async fn set_mailed_code(&self, user: UserId, on: bool) -> Result<bool, StoreError>;

    /// Keeps the sealed secret of an authenticator app until it is confirmed, in the place of one that was not. False if
    /// one is confirmed.
    async fn enrol_app(&self, user: UserId, sealed: Vec<u8>, at: Timestamp) -> Result<bool, StoreError>;

    /// Confirms the app whose sealed secret this is, by a code of this time step, with new recovery codes. False if another
    /// was enrolled meanwhile, or it was confirmed.
    async fn confirm_app(
        &self,
        user: UserId,
        sealed: Vec<u8>,
        step: i64,
        recovery: Vec<CodeDigest>,
        at: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Uses up a time step of the confirmed app. True exactly once, and never again for it and earlier ones.
    async fn use_step(&self, user: UserId, step: i64) -> Result<bool, StoreError>;

    /// Uses up a recovery code. True exactly once.
    async fn use_recovery_code(&self, user: UserId, code: CodeDigest) -> Result<bool, StoreError>;

    /// Puts new recovery codes in the place of all; false if no app is confirmed.
    async fn replace_recovery_codes(&self, user: UserId, codes: Vec<CodeDigest>) -> Result<bool, StoreError>;

    /// Forgets the app and the recovery codes; false if there is none.
    async fn remove_app(&self, user: UserId) -> Result<bool, StoreError>;

    /// Forgets all that this person has chosen, on the operator's word; false if there is no such account.
    async fn reset(&self, user: UserId) -> Result<bool, StoreError>;

    /// The sealed secrets of apps, confirmed or not, of the users after this one by id.
    async fn apps(&self, after: Option<UserId>, most: usize) -> Result<Vec<(UserId, Vec<u8>)>, StoreError>;
}

/// What somebody has chosen to show besides the password.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SecondStep {
    /// A code by mail.
    pub mailed_code: bool,
    /// An authenticator app.
    pub app: Option<App>,
    /// How many recovery codes are left.
    pub recovery_codes: u32,
}

/// An authenticator app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct App {
    /// Its secret, sealed.
    pub sealed: Vec<u8>,
    /// The last time step that was used; `None` until it is confirmed.
    pub last_step: Option<i64>,
}

impl SecondStep {
    /// The app, if it was confirmed.
    pub fn confirmed_app(&self) -> Option<&App> {
        self.app.as_ref().filter(|app| app.last_step.is_some())
    }
}
