//! What a browser is to do with a file: `Content-Disposition` (RFC 6266), and as what it may take it.

use std::fmt::Write;

use actix_web::http::header::HeaderValue;
use parlor_domain::MediaKind;

/// Whether a file of this kind and type may be shown where it was asked for. Everything else is saved.
pub(crate) fn may_show(kind: MediaKind, mime: &str) -> bool {
    kind != MediaKind::File && !is_active(mime)
}

/// The type under which a file is given out: its own, but for what a browser could run.
pub(crate) fn served_as(mime: &str) -> HeaderValue {
    let own = HeaderValue::from_str(mime).ok().filter(|_| !is_active(mime));
    own.unwrap_or(HeaderValue::from_static("application/octet-stream"))
}

/// Whether files of this type can hold scripts, or something that brings them.
fn is_active(mime: &str) -> bool {
    let essence = mime
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let (of, name) = essence.split_once('/').unwrap_or_default();
    let markup = name == "xml" || name.ends_with("+xml") || name.contains("html") || name.contains("xsl");
    markup || name.contains("script") || matches!(of, "" | "multipart" | "message") || essence == "text/css"
}

/// The header, with the name of the file.
pub(crate) fn disposition(show: bool, name: Option<&str>) -> HeaderValue {
    let mut text = String::from(if show { "inline" } else { "attachment" });
    if let Some(name) = name {
        let plain: String = name.chars().map(tame).collect();
        write!(text, "; filename=\"{plain}\"").expect("a String takes everything");
        if plain != name {
            text.push_str("; filename*=UTF-8''");
            encode(&mut text, name);
        }
    }
    HeaderValue::from_str(&text).expect("it is visible ASCII")
}

/// What may stand between quotes. Some programs take `%` and `\` for the beginning of an escape.
fn tame(c: char) -> char {
    if matches!(c, ' '..='~') && !matches!(c, '"' | '\\' | '%') {
        c
    } else {
        '_'
    }
}

/// Appends a text as RFC 8187, section 3.2, has it: `attr-char` as it is, all else as its bytes in UTF-8.
fn encode(to: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            to.push(char::from(byte));
        } else {
            write!(to, "%{byte:02X}").expect("a String takes everything");
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hostile_names_stay_within_their_quotes() {
        for (name, header) in [
            ("lake.jpg", "attachment; filename=\"lake.jpg\""),
            ("a b;c.txt", "attachment; filename=\"a b;c.txt\""),
            (
                "a\"b.txt",
                "attachment; filename=\"a_b.txt\"; filename*=UTF-8''a%22b.txt",
            ),
            (
                "a\r\nX: b",
                "attachment; filename=\"a__X: b\"; filename*=UTF-8''a%0D%0AX%3A%20b",
            ),
            (
                "100%41\\",
                "attachment; filename=\"100_41_\"; filename*=UTF-8''100%2541%5C",
            ),
            (
                "\u{f6}\u{1f600}.png",
                "attachment; filename=\"__.png\"; filename*=UTF-8''%C3%B6%F0%9F%98%80.png",
            ),
        ] {
            assert_eq!(disposition(false, Some(name)), header, "{name}");
        }
        assert_eq!(disposition(true, None), "inline");
    }

    #[test]
    fn what_could_run_is_only_bytes() {
        for mime in [
            "text/html",
            "TEXT/HTML; charset=utf-8",
            "image/svg+xml",
            "application/xhtml+xml",
            "text/xml",
            "application/xml",
            "text/javascript",
            "application/ecmascript",
            "message/rfc822",
            "multipart/related",
            "application/xslt+xml",
            "nonsense",
            "",
            "a/b\r\n",
        ] {
            assert_eq!(served_as(mime), "application/octet-stream", "{mime}");
        }
        for mime in [
            "image/png",
            "text/plain",
            "application/pdf",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ] {
            assert_eq!(served_as(mime), mime);
        }
        assert!(may_show(MediaKind::Image, "image/png"));
        assert!(!may_show(MediaKind::File, "image/png"));
        assert!(!may_show(MediaKind::Image, "image/svg+xml"));
    }

    proptest! {
        #[test]
        fn every_name_is_a_header_that_holds_it(name in any::<String>()) {
            let header = disposition(true, Some(&name));
            let text = header.to_str().unwrap();
            let quoted = text.strip_prefix("inline; filename=\"").unwrap();
            let (_, rest) = quoted.split_once('"').unwrap();
            prop_assert!(rest.is_empty() || rest.starts_with("; filename*=UTF-8''"));
        }
    }
}
