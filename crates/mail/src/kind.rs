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
        LetterKind::MessengerId => "register_id",
        LetterKind::MessengerPassword => "reset_password",
        LetterKind::MessengerEmail => "change_email",
    }
}

/// What a letter of this kind carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Carries {
    /// A code to be typed, or an id.
    Code,
    /// A link to the page of accounts that ends in a token, after this word.
    Link(&'static str),
    /// A link to this path of the server that ends in a token.
    LinkTo(&'static str),
    /// Nothing but news.
    Nothing,
}

/// What a letter of this kind carries.
pub(crate) fn carries(kind: LetterKind) -> Carries {
    match kind {
        LetterKind::LoginCode | LetterKind::MessengerId => Carries::Code,
        LetterKind::VerifyEmail => Carries::Link("verify"),
        LetterKind::ResetPassword => Carries::Link("reset"),
        LetterKind::ConfirmEmail => Carries::Link("confirm"),
        LetterKind::EmailChanged | LetterKind::PasswordChanged => Carries::Nothing,
        LetterKind::MessengerPassword => Carries::LinkTo("/compat/messenger/api/changepassword/"),
        LetterKind::MessengerEmail => Carries::LinkTo("/compat/messenger/api/UserEmailUpdate/"),
    }
}
