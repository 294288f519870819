//! Mail: the letters that wait, and what carries them away.

use async_trait::async_trait;
use parlor_domain::{DisplayName, Email, Letter, LetterKind, Locale, Timestamp};

use crate::StoreError;

/// Carries letters to people.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Sends one letter. Sent again under the same number, it is the same mail to those who compare.
    async fn send(&self, number: i64, letter: &Letter) -> Result<(), MailError>;
}

/// Why a letter was not sent.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// It may work later: the mail server is away or busy.
    #[error("the mail could not be sent yet: {0}")]
    Temporary(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It will never work: the mail server refuses the letter or its address for good.
    #[error("the mail was refused: {0}")]
    Permanent(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Letters that wait to be sent. They are put there by the methods of other stores, with what caused them.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// Takes the letters that are due, the one that waited longest first, for whoever asks alone until `until`: who is
    /// not heard of by then has died, and they are due again.
    async fn claim(&self, now: Timestamp, until: Timestamp, most: usize) -> Result<Vec<Waiting>, StoreError>;

    /// Takes out a letter that was sent.
    async fn sent(&self, number: i64) -> Result<(), StoreError>;

    /// Notes why a letter was not sent, and when it is due again; `None` gives it up, and keeps it for an administrator.
    async fn put_off(&self, number: i64, due_at: Option<Timestamp>, why: String) -> Result<(), StoreError>;

    /// The letters that were given up, the oldest first, without what is secret in them.
    async fn given_up(&self, most: usize) -> Result<Vec<GivenUp>, StoreError>;

    /// Makes all letters due that were given up, as if they were new, but for those whose secret is good no more; says how
    /// many.
    async fn retry_given_up(&self, now: Timestamp) -> Result<usize, StoreError>;

    /// Forgets some of the letters that were given up and were new before that moment; says whether there may be more.
    async fn sweep(&self, before: Timestamp) -> Result<bool, StoreError>;
}

/// A letter to be kept until it is sent.
#[derive(Debug, Clone)]
pub struct NewLetter {
    /// Where it goes.
    pub to: Email,
    /// What the person is called.
    pub name: DisplayName,
    /// In which language.
    pub locale: Option<Locale>,
    /// What it is about.
    pub kind: LetterKind,
    /// What is secret in it, sealed.
    pub sealed: Option<Vec<u8>>,
    /// Until when that is good.
    pub expires_at: Option<Timestamp>,
    /// See [`Letter::detail`].
    pub detail: Box<str>,
    /// When it was written, and from when on it is due.
    pub at: Timestamp,
}

/// A letter that waits.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// By which it is named.
    pub number: i64,
    /// The letter.
    pub letter: NewLetter,
    /// Since when it is tried: when it was written, or made due again after it was given up.
    pub since: Timestamp,
    /// How often it was put off.
    pub put_off: u32,
}

/// A letter that was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenUp {
    /// By which it is named.
    pub number: i64,
    /// Where it should have gone.
    pub to: Email,
    /// What it is about.
    pub kind: LetterKind,
    /// When it was written.
    pub at: Timestamp,
    /// Why it was given up.
    pub why: String,
}
