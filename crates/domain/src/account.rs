//! People as the server knows them, and their sessions.

use std::fmt;
use std::str::FromStr;

use secrecy::{ExposeSecret, SecretString};

use crate::invisible::is_ignorable;
use crate::{DeviceName, DisplayName, Profile, SessionId, Timestamp, UserId, Username};

/// How events name a person: the id, and the number that dialects with integer ids show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct UserRef {
    /// The account.
    pub id: UserId,
    /// The account's number, counted from 1.
    pub number: i64,
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id and number.
    pub user: UserRef,
    /// The unique name.
    pub username: Username,
    /// What the person is called; the username where nothing else was given.
    pub display_name: DisplayName,
    /// Where mail reaches the person.
    pub email: Option<Email>,
    /// When the person proved to read what is sent there.
    pub email_verified_at: Option<Timestamp>,
    /// What the person tells about himself.
    pub profile: Profile,
    /// Whether it is a program's: it has no password and logs in nowhere, and the holders of its API keys post as it.
    pub bot: bool,
    /// May administer the server.
    pub admin: bool,
    /// Whether it can be used.
    pub status: AccountStatus,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its last device went away; `None` before the first time.
    pub last_seen: Option<Timestamp>,
}

/// Whether an account can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountStatus {
    /// It can.
    Active,
    /// An administrator locked it: no log in, no session.
    Disabled,
    /// It was deleted: of the person nothing is left but what others need to read old conversations.
    Deleted,
}

/// One log in of one device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id, which is also in its access tokens.
    pub id: SessionId,
    /// Whose.
    pub user: UserRef,
    /// What the device calls itself.
    pub device: DeviceName,
    /// From which network address it was last used, if that is known.
    pub address: Option<Box<str>>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its tokens were last refreshed.
    pub used_at: Timestamp,
    /// When it ends unless it is refreshed.
    pub expires_at: Timestamp,
}

/// An e-mail address: one `@`, a local part of at most 64 and in all at most 254 bytes, no white space or controls.
///
/// Whether it exists only a mail can tell; this keeps out what could never be sent, or would break a mail's header.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Email(Box<str>);

/// Why a text cannot be an [`Email`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be an e-mail address such as ann@example.org")]
pub struct EmailError;

impl Email {
    /// The address as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What must be unique: the address without regard to case, with its domain as mail servers look it up (RFC 5890).
    pub fn key(&self) -> String {
        let lower = self.0.to_lowercase();
        let (local, domain) = lower.split_once('@').expect("an address has an @");
        idna::domain_to_ascii(domain).map_or_else(|_| lower.clone(), |domain| format!("{local}@{domain}"))
    }
}

impl FromStr for Email {
    type Err = EmailError;

    fn from_str(text: &str) -> Result<Self, EmailError> {
        let text = text.trim();
        let visible = text.chars().all(|c| {
            !c.is_control() && !c.is_whitespace() && !is_ignorable(c) && !"<>()[],;:\\\"".contains(c)
        });
        let (local, domain) = text.split_once('@').ok_or(EmailError)?;
        let labels = domain.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        });
        let dots = !local.starts_with('.') && !local.ends_with('.') && !local.contains("..");
        let sizes = (1..=64).contains(&local.len()) && text.len() <= 254;
        // No top-level domain is a number; an address is.
        let named = domain
            .rsplit_once('.')
            .is_some_and(|(_, top)| !top.bytes().all(|b| b.is_ascii_digit()));
        if visible && sizes && dots && labels && named {
            Ok(Self(text.into()))
        } else {
            Err(EmailError)
        }
    }
}

/// A new password: at least 8 characters, at most 1,024 bytes. It is never shown by `Debug` and is wiped from memory when
/// dropped.
#[derive(Clone)]
pub struct Password(SecretString);

/// Why a text cannot be a [`Password`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too easy to guess.
    #[error("must be at least {min} characters")]
    TooShort {
        /// The least number of characters.
        min: usize,
    },
    /// More than anybody types, or work to keep the server busy.
    #[error("must be at most {max} bytes")]
    TooLong {
        /// The most bytes.
        max: usize,
    },
}

impl Password {
    /// Fewest characters.
    pub const MIN_CHARS: usize = 8;
    /// Most bytes.
    pub const MAX_BYTES: usize = 1024;

    /// Checks the length, and nothing else: length is what makes a password good.
    pub fn parse(text: SecretString) -> Result<Self, PasswordError> {
        let plain = text.expose_secret();
        if plain.len() > Self::MAX_BYTES {
            return Err(PasswordError::TooLong { max: Self::MAX_BYTES });
        }
        if plain.chars().count() < Self::MIN_CHARS {
            return Err(PasswordError::TooShort { min: Self::MIN_CHARS });
        }
        Ok(Self(text))
    }

    /// The text, for hashing.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_could_break_a_mail_are_refused() {
        assert_eq!(
            " Ann@Example.org ".parse::<Email>().unwrap().key(),
            "ann@example.org"
        );
        let key = |text: &str| text.parse::<Email>().unwrap().key();
        assert_eq!(key("Jürgen@Bücher.example"), "jürgen@xn--bcher-kva.example");
        assert_eq!(key("a@xn--bcher-kva.example"), key("a@bücher.example"));
        for bad in [
            "",
            "ann",
            "@x.org",
            "ann@",
            "ann@org",
            "a b@x.org",
            "a@x\r\nBcc: v@x.org",
            "a@b@x.org",
            "a..b@x.org",
            "a@-x.org",
            "a@x..org",
            "a\u{200b}@x.org",
            "a@1.2.3.4",
        ] {
            assert_eq!(bad.parse::<Email>(), Err(EmailError), "{bad:?}");
        }
    }

    #[test]
    fn passwords_are_measured_and_never_shown() {
        let parse = |text: &str| Password::parse(text.to_owned().into());
        assert_eq!(parse("1234567").unwrap_err(), PasswordError::TooShort { min: 8 });
        assert_eq!(
            parse(&"x".repeat(1025)).unwrap_err(),
            PasswordError::TooLong { max: 1024 }
        );
        assert_eq!(format!("{:?}", parse("correct horse").unwrap()), "Password(…)");
    }
}
