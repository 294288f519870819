//! What people find in their mail.

use parlor_domain::LetterKind;
use parlor_mail::{Letterhead, MailSettings, SettingsError, Templates};
use parlor_ports::MailError;

use crate::letters::{html, letter, letterhead, parsed, settings, text, written};

#[tokio::test]
async fn a_code_can_be_read_in_text_and_html() {
    let mail = written(letterhead(None), &letter(LetterKind::LoginCode))
        .await
        .unwrap();
    let mail = parsed(&mail);
    assert_eq!(mail.subject(), Some("Your code for Ben & Söhne"));
    assert_eq!(
        text(&mail).replace("\r\n", "\n"),
        "Hello Ann,\n\n\
         your code to log in to Ben & Söhne is\n\n    123456\n\n\
         It is good for 5 minutes, until 2026-11-21 10:19 UTC, and can be used once.\n\n\
         The log in began here: Firefox on Linux, 203.\u{2060}0.\u{2060}113.\u{2060}7\n\n\
         If this was not you, tell the code to nobody, and choose another password if you log in with one. \
         Nobody at Ben & Söhne will ever ask you for the code.\n\n\
         -- \nBen & Söhne\nhttps://chat.example/app/"
    );
    assert!(html(&mail).contains(">123456</p>"));
    assert!(html(&mail).contains(">Your code for Ben &amp; Söhne</h1>"));
    assert!(!html(&mail).contains("<img"), "no pictures, and none that track");
}

#[tokio::test]
async fn a_register_id_is_written_as_it_is() {
    let mail = written(letterhead(None), &letter(LetterKind::MessengerId)).await;
    let mail = mail.unwrap();
    let mail = parsed(&mail);
    assert!(
        text(&mail).lines().any(|line| line == "    aB3$xY-z"),
        "{}",
        text(&mail)
    );
    assert!(html(&mail).contains(">aB3$xY-z</p>"));
}

#[tokio::test]
async fn links_begin_with_the_configured_address() {
    for (kind, link) in [
        (
            LetterKind::VerifyEmail,
            "https://chat.example/app/#verify=t0ken-_x",
        ),
        (
            LetterKind::ResetPassword,
            "https://chat.example/app/#reset=t0ken-_x",
        ),
        (
            LetterKind::ConfirmEmail,
            "https://chat.example/app/#confirm=t0ken-_x",
        ),
        (
            LetterKind::MessengerPassword,
            "https://chat.example/compat/messenger/api/changepassword/#token=t0ken-_x",
        ),
        (
            LetterKind::MessengerEmail,
            "https://chat.example/compat/messenger/api/UserEmailUpdate/#token=t0ken-_x",
        ),
    ] {
        let mail = written(letterhead(None), &letter(kind)).await.unwrap();
        let mail = parsed(&mail);
        assert!(text(&mail).lines().any(|line| line == link), "{}", text(&mail));
        assert!(
            html(&mail)
                .replace("&#x2f;", "/")
                .contains(&format!("<a href=\"{link}\"")),
            "{}",
            html(&mail)
        );
    }
}

#[tokio::test]
async fn every_letter_is_written_in_german_too() {
    for kind in LetterKind::ALL {
        let mut letter = letter(kind);
        letter.locale = Some("de-CH".parse().unwrap());
        let mail = written(letterhead(None), &letter).await.unwrap();
        let mail = parsed(&mail);
        assert!(
            text(&mail).starts_with("Guten Tag Ann\r\n\r\n"),
            "{}",
            text(&mail)
        );
        assert!(html(&mail).contains("<html lang=\"de\">"));
    }
}

#[tokio::test]
async fn headers_say_who_writes_and_that_it_is_a_machine() {
    let mail = written(letterhead(None), &letter(LetterKind::PasswordChanged))
        .await
        .unwrap();
    let again = written(letterhead(None), &letter(LetterKind::PasswordChanged))
        .await
        .unwrap();
    assert_eq!(mail, again, "sent again, it is the same mail");
    let raw = String::from_utf8(mail.clone()).unwrap();
    for line in [
        "From: \"Example Chat\" <chat@example.org>\r\n",
        "Reply-To: help@example.org\r\n",
        "To: Ann <ann@example.org>\r\n",
        "Date: Sat, 21 Nov 2026 10:15:00 +0000\r\n",
        "Message-ID: <parlor.42.1795256100000000@chat.example>\r\n",
        "Auto-Submitted: auto-generated\r\n",
        "MIME-Version: 1.0\r\n",
    ] {
        assert!(raw.contains(line), "{line:?} in {raw}");
    }
    assert!(raw.contains("Content-Type: multipart/alternative;"));
    assert!(
        raw.lines().all(|line| line.len() <= 998),
        "RFC 5322, section 2.1.1"
    );
}

#[tokio::test]
async fn domains_are_written_as_mail_servers_know_them() {
    let mut letter = letter(LetterKind::PasswordChanged);
    letter.to = "ann@bücher.example".parse().unwrap();
    let mail = written(letterhead(None), &letter).await.unwrap();
    assert!(
        String::from_utf8(mail)
            .unwrap()
            .contains("<ann@xn--bcher-kva.example>")
    );
}

#[tokio::test]
async fn a_letter_without_its_secret_is_never_sent() {
    let mut letter = letter(LetterKind::LoginCode);
    letter.secret = None;
    let refused = written(letterhead(None), &letter).await.unwrap_err();
    assert!(matches!(refused, MailError::Permanent(_)));
}

#[test]
fn settings_that_make_no_mail_are_refused() {
    let refused = |change: fn(&mut MailSettings)| {
        let mut settings = settings();
        change(&mut settings);
        Letterhead::new(settings, Templates::load(None).unwrap()).unwrap_err()
    };
    assert!(matches!(
        refused(|settings| settings.from = "nobody".to_owned()),
        SettingsError::Mailbox { .. }
    ));
    assert!(matches!(
        refused(|settings| settings.from = "a@x.org>\r\nBcc: <v@x.org".to_owned()),
        SettingsError::Mailbox { .. }
    ));
    assert!(matches!(
        refused(|settings| settings.reply_to = Some(String::new())),
        SettingsError::Mailbox { .. }
    ));
    assert!(matches!(
        refused(|settings| settings.server_name = "Chat\r\nBcc: v@x.org".to_owned()),
        SettingsError::ServerName
    ));
    for base in [
        "mailto:a@x.org",
        "https://u:p@chat.example/",
        "https://chat.example/?a=b",
        "https://chat.example/#a",
    ] {
        let mut settings = settings();
        settings.link_base = base.parse().unwrap();
        let refused = Letterhead::new(settings, Templates::load(None).unwrap()).unwrap_err();
        assert!(matches!(refused, SettingsError::LinkBase(_)), "{base}");
    }
}
