//! What follows from the kind of a letter.

use parlor_domain::LetterKind;

/// What its templates are called, without their ending, and its mail in a folder.
pub(crate) fn name(kind: LetterKind) -> &'static str {
    match kind {
        LetterKind::LoginCode => "login_code",
        LetterKind::VerifyEmail => "verify_email",
        LetterKind::ResetPassword => "reset_password",
        LetterKind::ConfirmEmail => "confirm_email",
        LetterKind::EmailChanged => "email_changed",
        LetterKind::PasswordChanged => "password_changed",
    }
}

/// What a letter of this kind carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Carries {
    /// A code to be typed.
    Code,
    /// A link that ends in a token, after this word.
    Link(&'static str),
    /// Nothing but news.
    Nothing,
}

/// What a letter of this kind carries.
pub(crate) fn carries(kind: LetterKind) -> Carries {
    match kind {
        LetterKind::LoginCode => Carries::Code,
        LetterKind::VerifyEmail => Carries::Link("verify"),
        LetterKind::ResetPassword => Carries::Link("reset"),
        LetterKind::ConfirmEmail => Carries::Link("confirm"),
        LetterKind::EmailChanged | LetterKind::PasswordChanged => Carries::Nothing,
    }
}
