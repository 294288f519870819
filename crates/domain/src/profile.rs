//! What people tell about themselves, and to whom.

use std::fmt;
use std::str::FromStr;

use crate::{About, DisplayName, MediaId, PersonName};

/// What somebody tells about himself, besides what he is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// The first name.
    pub first_name: Option<PersonName>,
    /// The last name.
    pub last_name: Option<PersonName>,
    /// A few words.
    pub about: Option<About>,
    /// The language in which the server writes to him.
    pub locale: Option<Locale>,
    /// Where his days begin.
    pub time_zone: Option<TimeZone>,
    /// Where calls and texts reach him.
    pub mobile: Option<Mobile>,
    /// The picture that stands for him, which everybody sees.
    pub avatar: Option<MediaId>,
    /// Who may see what.
    pub shows: Shows,
    /// Who may begin a conversation.
    pub reach: Reach,
    /// Whether nobody learns what the person has read, played and looked at, nor the person of others.
    pub private: bool,
    /// Whether the person is in lists of people, and found by the beginning of a name. By all of his username, address or number he is
    /// found as others are.
    pub discoverable: bool,
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            first_name: None,
            last_name: None,
            about: None,
            locale: None,
            time_zone: None,
            mobile: None,
            avatar: None,
            shows: Shows::default(),
            reach: Reach::default(),
            private: false,
            discoverable: true,
        }
    }
}

/// Who may see of somebody what not everybody needs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shows {
    /// The e-mail address, if it is verified. Who may see it can also find its owner by it.
    pub email: Audience,
    /// The mobile number. Who may see it can also find its owner by it.
    pub mobile: Audience,
    /// When the person was last there.
    pub last_seen: Audience,
    /// Whether the person is there, among those who share a room.
    pub presence: Audience,
}

impl Default for Shows {
    fn default() -> Self {
        Self {
            email: Audience::Nobody,
            mobile: Audience::Nobody,
            last_seen: Audience::Contacts,
            presence: Audience::Everyone,
        }
    }
}

/// Who may see something of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Audience {
    /// Nobody else.
    Nobody,
    /// Those whom the person has added to his contacts, and those with whom he has opened a direct conversation, or has written
    /// in one.
    Contacts,
    /// Everybody with an account.
    Everyone,
}

impl Audience {
    /// Whether somebody else belongs to it, who may be a contact.
    pub fn includes(self, contact: bool) -> bool {
        match self {
            Self::Nobody => false,
            Self::Contacts => contact,
            Self::Everyone => true,
        }
    }
}

/// Who may open a direct conversation with somebody, and bring him into groups. Others can ask to become a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Reach {
    /// Those whom [`Audience::Contacts`] includes.
    Contacts,
    /// Everybody with an account.
    #[default]
    Everyone,
}

/// What of a profile is to change; `None` leaves it, `Some(None)` empties it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProfileChange {
    /// What the person is called.
    pub display_name: Option<DisplayName>,
    /// The first name.
    pub first_name: Option<Option<PersonName>>,
    /// The last name.
    pub last_name: Option<Option<PersonName>>,
    /// A few words.
    pub about: Option<Option<About>>,
    /// The language.
    pub locale: Option<Option<Locale>>,
    /// The time zone.
    pub time_zone: Option<Option<TimeZone>>,
    /// Who may see the e-mail address.
    pub show_email: Option<Audience>,
    /// Who may see the mobile number.
    pub show_mobile: Option<Audience>,
    /// Who may see when the person was last there.
    pub show_last_seen: Option<Audience>,
    /// Who may see whether the person is there.
    pub show_presence: Option<Audience>,
    /// Who may begin a conversation.
    pub reach: Option<Reach>,
    /// Whether nobody learns what the person has read.
    pub private: Option<bool>,
    /// Whether the person is in lists of people.
    pub discoverable: Option<bool>,
}

/// A mobile number as the world writes it (E.164): `+` and 8 to 15 digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Mobile(Box<str>);

/// Why a text cannot be a [`Mobile`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be an international number such as +41 79 123 45 67")]
pub struct MobileError;

impl FromStr for Mobile {
    type Err = MobileError;

    /// Takes the punctuation that people write between digits, `00` in the place of `+`, and the `(0)` that is dialled at home.
    fn from_str(text: &str) -> Result<Self, MobileError> {
        let text = text.trim();
        let rest = text
            .strip_prefix('+')
            .or_else(|| text.strip_prefix("00"))
            .ok_or(MobileError)?
            .replacen("(0)", "", 1);
        let is_filler = |c: char| matches!(c, ' ' | '\u{a0}' | '-' | '.' | '/' | '(' | ')');
        let digits: String = rest.chars().filter(|&c| !is_filler(c)).collect();
        let plain = digits.chars().all(|c| c.is_ascii_digit()) && !digits.starts_with('0');
        if plain && (8..=15).contains(&digits.len()) {
            Ok(Self(format!("+{digits}").into()))
        } else {
            Err(MobileError)
        }
    }
}

/// A language, and perhaps a script and a country: `de`, `pt-BR`, `zh-Hant-TW` (BCP 47, without its extensions).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Locale(Box<str>);

/// Why a text cannot be a [`Locale`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a language tag such as de or pt-BR")]
pub struct LocaleError;

impl FromStr for Locale {
    type Err = LocaleError;

    fn from_str(text: &str) -> Result<Self, LocaleError> {
        let mut parts = text.trim().split('-');
        let language = parts.next().unwrap_or_default().to_ascii_lowercase();
        let is_language =
            (2..=3).contains(&language.len()) && language.bytes().all(|b| b.is_ascii_alphabetic());
        let mut tag = language;
        let mut rest: Vec<&str> = parts.collect();
        if let Some(script) = rest.first().filter(|part| part.len() == 4 && part.is_ascii()) {
            if !script.bytes().all(|b| b.is_ascii_alphabetic()) {
                return Err(LocaleError);
            }
            let (first, others) = script.split_at(1);
            tag += &format!("-{}{}", first.to_ascii_uppercase(), others.to_ascii_lowercase());
            rest.remove(0);
        }
        match rest[..] {
            [] => {}
            [country] if is_country(country) => tag += &format!("-{}", country.to_ascii_uppercase()),
            _ => return Err(LocaleError),
        }
        if is_language {
            Ok(Self(tag.into()))
        } else {
            Err(LocaleError)
        }
    }
}

fn is_country(text: &str) -> bool {
    let letters = text.len() == 2 && text.bytes().all(|b| b.is_ascii_alphabetic());
    let digits = text.len() == 3 && text.bytes().all(|b| b.is_ascii_digit());
    letters || digits
}

/// The name of a time zone in the IANA database: `Europe/Zurich`, `UTC`. That there is such a zone is not checked: clients
/// know newer ones than a server.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TimeZone(Box<str>);

/// Why a text cannot be a [`TimeZone`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be the name of a time zone such as Europe/Zurich")]
pub struct TimeZoneError;

impl FromStr for TimeZone {
    type Err = TimeZoneError;

    fn from_str(text: &str) -> Result<Self, TimeZoneError> {
        let text = text.trim();
        let part = |part: &str| {
            part.starts_with(|c: char| c.is_ascii_alphabetic())
                && part
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'+'))
        };
        if text.len() <= 64 && text.split('/').count() <= 3 && text.split('/').all(part) {
            Ok(Self(text.into()))
        } else {
            Err(TimeZoneError)
        }
    }
}

macro_rules! text {
    ($($name:ident),*) => {$(
        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

text!(Mobile, Locale, TimeZone);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_normalised() {
        for text in [
            "+41791234567",
            " +41 79 123 45 67",
            "0041 (79) 123-45.67",
            "+41/79/1234567",
            "+41 (0)79 123 45 67",
        ] {
            assert_eq!(
                text.parse::<Mobile>().unwrap().to_string(),
                "+41791234567",
                "{text}"
            );
        }
        for bad in [
            "",
            "+",
            "079 123 45 67",
            "+0791234567",
            "+1234567",
            "+1234567890123456",
            "+41a91234567",
            "+٤١٧٩١٢٣٤٥٦٧",
        ] {
            assert_eq!(bad.parse::<Mobile>(), Err(MobileError), "{bad}");
        }
    }

    #[test]
    fn languages_have_one_spelling() {
        for (text, tag) in [
            ("de", "de"),
            ("PT-br", "pt-BR"),
            ("zh-hant-tw", "zh-Hant-TW"),
            ("es-419", "es-419"),
        ] {
            assert_eq!(text.parse::<Locale>().unwrap().to_string(), tag);
        }
        for bad in [
            "",
            "d",
            "deutsch",
            "de_CH",
            "de-",
            "de-CH-1901",
            "ü",
            "../x",
            "de-a1b2",
        ] {
            assert_eq!(bad.parse::<Locale>(), Err(LocaleError), "{bad}");
        }
    }

    #[test]
    fn zones_have_the_shape_of_names() {
        for good in [
            "UTC",
            "Europe/Zurich",
            "America/Argentina/Buenos_Aires",
            "Etc/GMT+5",
        ] {
            assert_eq!(good.parse::<TimeZone>().unwrap().to_string(), good);
        }
        for bad in ["", "/", "Europe/", "../../etc", "Europe Zurich", "+5"] {
            assert_eq!(bad.parse::<TimeZone>(), Err(TimeZoneError), "{bad}");
        }
    }
}
