//! Mails through a real mail server.

use parlor_domain::LetterKind;
use parlor_mail::{Encryption, Login, SmtpError, SmtpMailer, SmtpSettings};
use parlor_ports::{MailError, Mailer};

use crate::letters::{letter, letterhead, parsed, text};
use crate::smtp_server::MailServer;

fn mailer(settings: SmtpSettings) -> SmtpMailer {
    SmtpMailer::new(settings, letterhead(None)).unwrap()
}

#[tokio::test]
async fn letters_arrive_encrypted_over_one_connection() {
    let server = MailServer::start();
    let mailer = mailer(server.settings());
    for number in 1..=3 {
        mailer.send(number, &letter(LetterKind::LoginCode)).await.unwrap();
    }
    let mails = server.heard.mails();
    assert_eq!(mails.len(), 3);
    assert_eq!(server.heard.connections(), 1, "the connection is kept");
    assert_eq!(mails[0].from, "chat@example.org");
    assert_eq!(mails[0].to, ["ann@example.org"]);
    let mail = parsed(&mails[0].content);
    assert_eq!(mail.message_id(), Some("parlor.1.1795256100000000@chat.example"));
    assert!(text(&mail).contains("    123456"));
}

#[tokio::test]
async fn many_letters_at_once_arrive_once_each() {
    let server = MailServer::start();
    let mailer = mailer(server.settings());
    let letter = letter(LetterKind::EmailChanged);
    let (a, b, c) = tokio::join!(
        mailer.send(1, &letter),
        mailer.send(2, &letter),
        mailer.send(3, &letter)
    );
    assert!(a.is_ok() && b.is_ok() && c.is_ok());
    assert_eq!(server.heard.mails().len(), 3);
}

#[tokio::test]
async fn a_wrong_password_keeps_the_letter() {
    let server = MailServer::start();
    let mut settings = server.settings();
    settings.login = Some(Login {
        user: "parlor".to_owned(),
        password: "wrong".into(),
    });
    let failed = mailer(settings)
        .send(1, &letter(LetterKind::LoginCode))
        .await
        .unwrap_err();
    assert!(matches!(failed, MailError::Temporary(_)), "{failed}");
    assert!(failed.to_string().contains("535"), "{failed}");
    assert!(!failed.to_string().contains("wrong"));
}

#[tokio::test]
async fn no_log_in_where_one_is_needed_keeps_the_letter() {
    let server = MailServer::start();
    let mut settings = server.settings();
    settings.login = None;
    let failed = mailer(settings)
        .send(1, &letter(LetterKind::LoginCode))
        .await
        .unwrap_err();
    assert!(matches!(failed, MailError::Temporary(_)), "{failed}");
}

#[tokio::test]
async fn a_certificate_that_nobody_trusts_keeps_the_letter() {
    let server = MailServer::start();
    let mut settings = server.settings();
    settings.extra_roots = None;
    let failed = mailer(settings)
        .send(1, &letter(LetterKind::LoginCode))
        .await
        .unwrap_err();
    assert!(matches!(failed, MailError::Temporary(_)), "{failed}");
    let mut settings = server.settings();
    settings.host = "127.0.0.1".to_owned();
    let failed = mailer(settings)
        .send(1, &letter(LetterKind::LoginCode))
        .await
        .unwrap_err();
    assert!(
        matches!(failed, MailError::Temporary(_)),
        "another name: {failed}"
    );
    assert!(server.heard.mails().is_empty());
}

#[tokio::test]
async fn what_the_server_refuses_is_refused_and_what_it_puts_off_put_off() {
    let server = MailServer::start();
    let mailer = mailer(server.settings());
    let mut letter = letter(LetterKind::LoginCode);
    letter.to = "550@example.org".parse().unwrap();
    let refused = mailer.send(1, &letter).await.unwrap_err();
    assert!(matches!(refused, MailError::Permanent(_)), "{refused}");
    for code in ["451", "421", "530"] {
        letter.to = format!("{code}@example.org").parse().unwrap();
        let put_off = mailer.send(2, &letter).await.unwrap_err();
        assert!(matches!(put_off, MailError::Temporary(_)), "{put_off}");
    }
    letter.to = "ann@example.org".parse().unwrap();
    mailer.send(3, &letter).await.unwrap();
    assert_eq!(server.heard.mails().len(), 1);
}

#[test]
fn codes_do_not_go_in_clear_over_a_network() {
    let plain = |host: &str, encryption| {
        let settings = SmtpSettings {
            host: host.to_owned(),
            port: None,
            encryption,
            login: None,
            timeout: std::time::Duration::from_secs(1),
            extra_roots: None,
        };
        SmtpMailer::new(settings, letterhead(None))
    };
    for host in ["localhost", "127.0.0.1", "::1"] {
        assert!(plain(host, Encryption::PlainToLoopback).is_ok(), "{host}");
    }
    for host in ["mail.example.org", "10.0.0.1", "localhost.example.org"] {
        let refused = plain(host, Encryption::PlainToLoopback);
        assert!(matches!(refused, Err(SmtpError::Plain(named)) if named == host));
        assert!(plain(host, Encryption::PlainToAnyone).is_ok());
    }
}
