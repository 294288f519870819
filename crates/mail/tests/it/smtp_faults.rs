//! Mail servers that are away, broken or hostile.

use std::time::Duration;

use parlor_domain::LetterKind;
use parlor_mail::{Encryption, Login, SmtpMailer, SmtpSettings};
use parlor_ports::{MailError, Mailer};

use crate::letters::{letter, letterhead};
use crate::scripted::{self, Script};

const OK: Option<&str> = Some("250 ok\r\n");

/// A server that takes everything, up to where a test has it differ.
const TAKES_ALL: Script = &[
    ("EHLO", OK),
    ("NOOP", OK),
    ("MAIL", OK),
    ("RCPT", OK),
    ("DATA", Some("354 go on\r\n")),
    (".", OK),
    ("QUIT", Some("221 bye\r\n")),
];

fn settings(port: u16, encryption: Encryption, timeout: Duration) -> SmtpSettings {
    SmtpSettings {
        host: "127.0.0.1".to_owned(),
        port: Some(port),
        encryption,
        login: (encryption == Encryption::StartTls).then(|| Login {
            user: "parlor".to_owned(),
            password: "secret".into(),
        }),
        timeout,
        extra_roots: None,
    }
}

fn mailer(port: u16, encryption: Encryption, timeout: Duration) -> SmtpMailer {
    SmtpMailer::new(settings(port, encryption, timeout), letterhead(None)).unwrap()
}

async fn plainly(port: u16) -> Result<(), MailError> {
    mailer(port, Encryption::PlainToLoopback, Duration::from_secs(20))
        .send(1, &letter(LetterKind::LoginCode))
        .await
}

#[tokio::test]
async fn without_starttls_nothing_is_said_in_clear() {
    let (port, lines) = scripted::start("220 here\r\n", TAKES_ALL).await;
    let failed = mailer(port, Encryption::StartTls, Duration::from_secs(20))
        .send(1, &letter(LetterKind::LoginCode))
        .await;
    assert!(matches!(failed, Err(MailError::Temporary(_))));
    assert_eq!(lines.all(), ["EHLO chat.example"]);
}

#[tokio::test]
async fn a_server_that_encrypts_from_the_first_byte_is_trusted_by_its_certificate() {
    let (port, lines, certificate) = scripted::start_encrypted("220 here\r\n", TAKES_ALL).await;
    let send = |extra_roots| {
        let mailer = SmtpMailer::new(
            SmtpSettings {
                extra_roots,
                ..settings(port, Encryption::Tls, Duration::from_secs(20))
            },
            letterhead(None),
        );
        async move { mailer.unwrap().send(1, &letter(LetterKind::LoginCode)).await }
    };
    assert!(matches!(send(None).await, Err(MailError::Temporary(_))));
    assert!(lines.all().is_empty());
    send(Some(certificate)).await.unwrap();
    assert!(
        lines
            .all()
            .iter()
            .any(|line| line == "MAIL FROM:<chat@example.org>")
    );
}

#[tokio::test]
async fn a_server_that_is_away_is_waited_for() {
    let (port, _) = scripted::start("220 here\r\n", TAKES_ALL).await;
    plainly(port).await.unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    assert!(matches!(plainly(port).await, Err(MailError::Temporary(_))));
}

#[tokio::test]
async fn a_server_that_wants_no_mail_at_all_is_waited_for() {
    let (port, _) = scripted::start("554 go away\r\n", TAKES_ALL).await;
    assert!(matches!(plainly(port).await, Err(MailError::Temporary(_))));
}

#[tokio::test]
async fn a_connection_that_breaks_within_the_letter_keeps_it() {
    const BREAKS: Script = &[
        ("EHLO", OK),
        ("MAIL", OK),
        ("RCPT", OK),
        ("DATA", Some("354 go on\r\n")),
        ("Subject", None),
    ];
    let (port, lines) = scripted::start("220 here\r\n", BREAKS).await;
    assert!(matches!(plainly(port).await, Err(MailError::Temporary(_))));
    assert!(lines.all().last().unwrap().starts_with("Subject: "));
}

#[tokio::test]
async fn what_is_refused_after_it_was_read_is_refused() {
    const SPAM: Script = &[
        ("EHLO", OK),
        ("MAIL", OK),
        ("RCPT", OK),
        ("DATA", Some("354 go on\r\n")),
        (".", Some("554 5.7.1 spam\r\n")),
        ("QUIT", Some("221 bye\r\n")),
    ];
    let (port, _) = scripted::start("220 here\r\n", SPAM).await;
    assert!(matches!(plainly(port).await, Err(MailError::Permanent(_))));
}

#[tokio::test]
async fn a_server_that_falls_silent_is_left_and_its_connection_not_used_again() {
    const SILENT: Script = &[("EHLO", OK), ("MAIL", OK)];
    let (port, lines) = scripted::start("220 here\r\n", SILENT).await;
    let mailer = mailer(port, Encryption::PlainToLoopback, Duration::from_millis(200));
    for _ in 0..2 {
        let failed = mailer.send(1, &letter(LetterKind::LoginCode)).await;
        assert!(matches!(failed, Err(MailError::Temporary(_))));
    }
    let greetings = lines.all().iter().filter(|line| line.starts_with("EHLO")).count();
    assert_eq!(greetings, 2);
}

#[tokio::test]
async fn a_connection_that_died_while_it_waited_is_replaced() {
    const ONE_EACH: Script = &[
        ("EHLO", OK),
        ("MAIL", OK),
        ("RCPT", OK),
        ("DATA", Some("354 go on\r\n")),
        (".", OK),
        ("NOOP", None),
    ];
    let (port, lines) = scripted::start("220 here\r\n", ONE_EACH).await;
    let mailer = mailer(port, Encryption::PlainToLoopback, Duration::from_secs(20));
    for number in 1..=3 {
        mailer.send(number, &letter(LetterKind::LoginCode)).await.unwrap();
    }
    let greetings = lines.all().iter().filter(|line| line.starts_with("EHLO")).count();
    assert_eq!(greetings, 3);
}
