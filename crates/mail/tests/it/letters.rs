//! Letters to send, and how they are read again.

use std::fs;
use std::path::Path;

use mail_parser::{Message, MessageParser};
use parlor_domain::{Letter, LetterKind, Timestamp};
use parlor_mail::{FolderMailer, Letterhead, MailSettings, Templates};
use parlor_ports::{MailError, Mailer};

/// 2026-11-21 10:15:00 UTC.
pub(crate) const AT: Timestamp = Timestamp::from_micros(1_795_256_100_000_000);

pub(crate) fn letter(kind: LetterKind) -> Letter {
    let secret = match kind {
        LetterKind::LoginCode => Some("123456"),
        LetterKind::MessengerId => Some("aB3$xY-z"),
        LetterKind::VerifyEmail
        | LetterKind::ResetPassword
        | LetterKind::ConfirmEmail
        | LetterKind::MessengerPassword
        | LetterKind::MessengerEmail => Some("t0ken-_x"),
        LetterKind::EmailChanged | LetterKind::PasswordChanged => None,
    };
    Letter {
        to: "ann@example.org".parse().unwrap(),
        name: "Ann".parse().unwrap(),
        locale: None,
        kind,
        secret: secret.map(Into::into),
        expires_at: secret.map(|_| AT + std::time::Duration::from_secs(299)),
        detail: "Firefox on Linux, 203.0.113.7".into(),
        at: AT,
    }
}

pub(crate) fn settings() -> MailSettings {
    MailSettings {
        from: "Example Chat <chat@example.org>".to_owned(),
        reply_to: Some("help@example.org".to_owned()),
        server_name: "Ben & Söhne".to_owned(),
        link_base: "https://chat.example/app/".parse().unwrap(),
        server_url: "https://chat.example/".parse().unwrap(),
    }
}

pub(crate) fn letterhead(templates: Option<&Path>) -> Letterhead {
    Letterhead::new(settings(), Templates::load(templates).unwrap()).unwrap()
}

/// The bytes of the mail that becomes of the letter.
pub(crate) async fn written(letterhead: Letterhead, letter: &Letter) -> Result<Vec<u8>, MailError> {
    let folder = tempfile::tempdir().unwrap();
    FolderMailer::open(folder.path().to_owned(), letterhead)
        .unwrap()
        .send(42, letter)
        .await?;
    let file = fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap();
    Ok(fs::read(file.path()).unwrap())
}

pub(crate) fn parsed(mail: &[u8]) -> Message<'_> {
    MessageParser::default().parse(mail).unwrap()
}

pub(crate) fn text<'a>(mail: &'a Message<'_>) -> &'a str {
    let part = &mail.parts[usize::try_from(mail.text_body[0]).unwrap()];
    part.text_contents().unwrap()
}

pub(crate) fn html<'a>(mail: &'a Message<'_>) -> &'a str {
    let part = &mail.parts[usize::try_from(mail.html_body[0]).unwrap()];
    part.text_contents().unwrap()
}
