//! Mails in a folder.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use parlor_domain::LetterKind;
use parlor_mail::FolderMailer;
use parlor_ports::{MailError, Mailer};

use crate::letters::{letter, letterhead};

#[tokio::test]
async fn mails_lie_in_order_for_nobody_else_to_read() {
    let data = tempfile::tempdir().unwrap();
    let outbox = data.path().join("outbox");
    let mailer = FolderMailer::open(outbox.clone(), letterhead(None)).unwrap();
    mailer.send(42, &letter(LetterKind::LoginCode)).await.unwrap();
    mailer.send(7, &letter(LetterKind::EmailChanged)).await.unwrap();
    mailer.send(42, &letter(LetterKind::LoginCode)).await.unwrap();

    let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(outbox.clone()), 0o700);
    let mut names = Vec::new();
    for entry in fs::read_dir(&outbox).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(path.clone()), 0o600);
        names.push(path.file_name().unwrap().to_str().unwrap().to_owned());
    }
    names.sort();
    assert_eq!(
        names,
        [
            "20261121T101500Z-42-login_code.eml",
            "20261121T101500Z-7-email_changed.eml"
        ]
    );
}

#[tokio::test]
async fn a_folder_that_went_away_is_made_again() {
    let data = tempfile::tempdir().unwrap();
    let outbox = data.path().join("outbox");
    let mailer = FolderMailer::open(outbox.clone(), letterhead(None)).unwrap();
    fs::remove_dir(&outbox).unwrap();
    fs::write(&outbox, "in the way").unwrap();
    let failed = mailer.send(1, &letter(LetterKind::LoginCode)).await;
    assert!(matches!(failed, Err(MailError::Temporary(_))));
    fs::remove_file(&outbox).unwrap();
    mailer.send(1, &letter(LetterKind::LoginCode)).await.unwrap();
}
