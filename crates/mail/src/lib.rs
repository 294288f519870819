//! Parlor's letters: how they read, and what carries them away.
//!
//! [`Letterhead`] makes a mail (RFC 5322) of a letter with the help of [`Templates`]; [`SmtpMailer`] hands it to a mail
//! server, [`FolderMailer`] puts it into a folder. Links in letters begin with the configured address of the server, and
//! what people call themselves or their devices cannot put another one there.
//!
//! To add one more kind of letter: a variant of `LetterKind` in `domain`, its name and its link in `kind.rs`, and its
//! templates, in text and HTML, in `templates` and in the table of `embedded.rs`.

mod embedded;
mod folder;
mod hostile;
mod kind;
mod letterhead;
mod smtp;
mod templates;

pub use folder::FolderMailer;
pub use letterhead::{Letterhead, MailSettings, SettingsError};
pub use smtp::{Encryption, Login, SmtpError, SmtpMailer, SmtpSettings};
pub use templates::{TemplateError, Templates};
