//! What people call themselves and their devices, to do harm.

use parlor_domain::{DisplayName, Letter, LetterKind};

use crate::letters::{html, letter, letterhead, parsed, text, written};

const HOSTILE: [&str; 8] = [
    "http://evil.example/win",
    "www.evil.example",
    "evil.example",
    "<a href=x>Ann</a>",
    "Ann\" <v@x.org>, \"",
    "=?utf-8?q?Bcc:_v=40x.org?=",
    "{{ code }}{% if %}",
    "Ann, you won: call 0900 123 456",
];

fn called(name: &str) -> Letter {
    let mut letter = letter(LetterKind::LoginCode);
    letter.name = name.parse::<DisplayName>().unwrap();
    letter
}

#[tokio::test]
async fn a_hostile_name_is_not_said() {
    let nameless = written(letterhead(None), &called("ann@x")).await.unwrap();
    assert!(text(&parsed(&nameless)).starts_with("Hello,\r\n"));
    for name in HOSTILE {
        let mail = written(letterhead(None), &called(name)).await.unwrap();
        assert_eq!(mail, nameless, "{name}");
    }
}

#[tokio::test]
async fn names_in_any_script_are_said() {
    let longest = "é".repeat(40);
    for name in [
        "Jürgen",
        "李小龙",
        "Ann & Bob",
        "O'Neill",
        "👩\u{200d}❤\u{fe0f}\u{200d}👨",
        &longest,
    ] {
        let mail = written(letterhead(None), &called(name)).await.unwrap();
        let raw = String::from_utf8(mail.clone()).unwrap();
        let (headers, _) = raw.split_once("\r\n\r\n").unwrap();
        assert!(
            headers.is_ascii() && headers.lines().all(|line| line.len() <= 100),
            "{headers}"
        );
        let mail = parsed(&mail);
        let to = mail.to().unwrap().first().unwrap();
        assert_eq!((to.name(), to.address()), (Some(name), Some("ann@example.org")));
        assert!(
            text(&mail).starts_with(&format!("Hello {name},")),
            "{}",
            text(&mail)
        );
    }
    let mail = written(letterhead(None), &called("Ann & Bob")).await.unwrap();
    assert!(html(&parsed(&mail)).contains("Hello Ann &amp; Bob,"));
}

#[tokio::test]
async fn a_hostile_device_makes_no_link_and_no_tag() {
    let mut letter = letter(LetterKind::LoginCode);
    letter.detail = "<a href=\"http://evil.example\">\r\nBcc: v@x.org\r\n\r\n.\r\n{{ code }}".into();
    let mail = written(letterhead(None), &letter).await.unwrap();
    let mail = parsed(&mail);
    let line = "The log in began here: <a href=\"http:\u{2060}/\u{2060}/\u{2060}evil.\u{2060}example\">  \
                Bcc:\u{2060} v@\u{2060}x.\u{2060}org    .\u{2060}  {{ code }}";
    assert!(text(&mail).lines().any(|found| found == line), "{}", text(&mail));
    assert!(!html(&mail).contains("<a href=\"http:\u{2060}"));
    assert_eq!(mail.bcc(), None);
}

#[tokio::test]
async fn a_token_cannot_leave_its_link() {
    let mut letter = letter(LetterKind::ResetPassword);
    letter.secret = Some("a\"><b>\r\nhttp://evil.example".into());
    let mail = written(letterhead(None), &letter).await.unwrap();
    let mail = parsed(&mail);
    assert!(!html(&mail).contains("<b>") && !text(&mail).contains("\r\nhttp://evil.example"));
}
