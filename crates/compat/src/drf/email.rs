//! What Django takes for an e-mail address.

use std::net::IpAddr;

/// Most characters of one.
const MOST: usize = 320;

/// Whether a text has the form of an e-mail address, by the rules of Django's `EmailValidator`.
pub(super) fn is_email(text: &str) -> bool {
    text.chars().count() <= MOST
        && text
            .rsplit_once('@')
            .is_some_and(|(user, domain)| is_user(user) && (domain == "localhost" || is_domain(domain)))
}

fn is_user(user: &str) -> bool {
    let is_atom = |atom: &str| !atom.is_empty() && atom.chars().all(stands_alone);
    user.split('.').all(is_atom) || is_quoted(user)
}

/// Whether a character needs no quotation marks.
fn stands_alone(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-!#$%&'*+/=?^_`{}|~".contains(c)
}

/// Whether it is a text in quotation marks, without spaces, tabs and line breaks unless they are escaped.
fn is_quoted(user: &str) -> bool {
    let inner = user.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let Some(inner) = inner else {
        return false;
    };
    let mut letters = inner.chars();
    while let Some(c) = letters.next() {
        let is_good = match c {
            '\\' => letters.next().is_some_and(|c| is_text(c) || c == '\t'),
            ' ' | '"' => false,
            c => is_text(c),
        };
        if !is_good {
            return false;
        }
    }
    true
}

/// Whether a character is ASCII, and neither a line break nor a tab nor NUL.
fn is_text(c: char) -> bool {
    c.is_ascii() && !matches!(c, '\0' | '\t' | '\n' | '\r')
}

fn is_domain(domain: &str) -> bool {
    is_name(domain)
        || is_literal(domain)
        || (!domain.is_ascii() && idna::domain_to_ascii(domain).is_ok_and(|domain| is_name(&domain)))
}

/// Whether it has the form of a host's name, with a dot in it (RFC 1034).
fn is_name(domain: &str) -> bool {
    let Some((labels, top)) = domain.rsplit_once('.') else {
        return false;
    };
    labels
        .split('.')
        .all(|label| is_label(label, 1) && !label.starts_with('-'))
        && is_label(top, 2)
}

fn is_label(label: &str, least: usize) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (least..=63).contains(&label.len()) && label.bytes().all(is_letter) && !label.ends_with('-')
}

/// Whether it is a network address in brackets.
fn is_literal(domain: &str) -> bool {
    let address = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    address.is_some_and(|address| address.parse::<IpAddr>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_that_django_takes() {
        for text in [
            "ann@example.org",
            "a.b+c_d@sub.example.co",
            "{~}@example.org",
            "ann@localhost",
            "ann@[127.0.0.1]",
            "ann@[::1]",
            "ann@b\u{fc}cher.example",
            "ann@example.-co",
            "\"a\\ b@c\"@example.org",
            "\"\"@example.org",
        ] {
            assert!(is_email(text), "{text}");
        }
    }

    #[test]
    fn addresses_are_refused_that_django_refuses() {
        for text in [
            "",
            "ann",
            "@example.org",
            "ann@",
            "ann@example",
            "ann@.org",
            "ann@example..org",
            "ann@-example.org",
            "ann@example-.org",
            "ann@example.o",
            "ann@example.org-",
            "ann@example.org ",
            "a nn@example.org",
            "a..b@example.org",
            ".a@example.org",
            "\u{e4}nn@example.org",
            "\"a b\"@example.org",
            "\"a\n\"@example.org",
            "\"@example.org",
            "ann@[127.0.0]",
            "ann@[localhost]",
        ] {
            assert!(!is_email(text), "{text:?}");
        }
        let long = format!("{}@example.org", "a".repeat(MOST));
        assert!(!is_email(&long));
    }
}
