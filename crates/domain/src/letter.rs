//! What the server writes to people by mail.

use secrecy::SecretString;

use crate::{DisplayName, Email, Locale, Timestamp};

/// A letter to one person. How it reads is the business of templates.
#[derive(Debug, Clone)]
pub struct Letter {
    /// Where it goes.
    pub to: Email,
    /// What the person is called.
    pub name: DisplayName,
    /// In which language, if the person has chosen one.
    pub locale: Option<Locale>,
    /// What it is about.
    pub kind: LetterKind,
    /// What proves that the reader has it: a code of six digits, a register id, or what completes a link.
    pub secret: Option<SecretString>,
    /// Until when that is good.
    pub expires_at: Option<Timestamp>,
    /// Where it began, for [`LetterKind::LoginCode`] (a device and an address, as far as they are known); the new address, for
    /// [`LetterKind::EmailChanged`].
    pub detail: Box<str>,
    /// When it was written.
    pub at: Timestamp,
}

/// What a letter is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LetterKind {
    /// Brings the code that completes a log in.
    LoginCode,
    /// Asks whether the address is this person's.
    VerifyEmail,
    /// Lets the person choose another password.
    ResetPassword,
    /// Asks, at the new address, whether it shall be the account's from now on.
    ConfirmEmail,
    /// Tells the old address that there is a new one.
    EmailChanged,
    /// Tells that the password was changed.
    PasswordChanged,
    /// Brings another register id of the dialect `messenger`.
    MessengerId,
    /// Lets the person choose another password, on the page of `messenger`.
    MessengerPassword,
    /// Lets the person give another address, on the page of `messenger`.
    MessengerEmail,
}

impl LetterKind {
    /// All there are.
    pub const ALL: [Self; 9] = [
        Self::LoginCode,
        Self::VerifyEmail,
        Self::ResetPassword,
        Self::ConfirmEmail,
        Self::EmailChanged,
        Self::PasswordChanged,
        Self::MessengerId,
        Self::MessengerPassword,
        Self::MessengerEmail,
    ];
}
