//! One-line texts: names of people, rooms and devices, and topics.

use std::fmt;
use std::str::FromStr;

use crate::fold::fold;
use crate::invisible::{hides, is_blank};

/// Why a one-line text is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing that could be seen.
    #[error("must not be empty")]
    Empty,
    /// Larger than allowed.
    #[error("must be at most {max} characters")]
    TooLong {
        /// The limit, in Unicode scalar values.
        max: usize,
    },
    /// Control or direction-changing characters, line breaks, or invisible characters where they only hide.
    #[error("must be one line without control, invisible or direction-changing characters")]
    Control,
}

/// Characters that could make one name look like another or break the line it stands in.
pub(crate) fn is_forbidden(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn parse(text: &str, max: usize) -> Result<Box<str>, NameError> {
    let text = text.trim();
    if text.chars().count() > max {
        return Err(NameError::TooLong { max });
    }
    if text.chars().any(is_forbidden) || hides(text) {
        return Err(NameError::Control);
    }
    Ok(text.into())
}

macro_rules! line {
    ($(#[$doc:meta])* $name:ident, $max:literal, empty: $empty:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// Most characters (Unicode scalar values).
            pub const MAX: usize = $max;

            /// The text, trimmed.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                let text = parse(text, Self::MAX)?;
                if is_blank(&text) && !$empty { Err(NameError::Empty) } else { Ok(Self(text)) }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

line!(
    /// What a person is called: 1 to 80 characters.
    DisplayName, 80, empty: false
);
line!(
    /// A first or a last name: 1 to 100 characters.
    PersonName, 100, empty: false
);
line!(
    /// What somebody says of himself: 1 to 200 characters.
    About, 200, empty: false
);
line!(
    /// What somebody says who wants to be a contact: 1 to 300 characters.
    RequestNote, 300, empty: false
);
line!(
    /// What a group is called: 1 to 100 characters.
    RoomName, 100, empty: false
);
line!(
    /// What a list of recipients is called: 1 to 100 characters.
    ListName, 100, empty: false
);
line!(
    /// What a group is about: up to 500 characters, possibly none.
    Topic, 500, empty: true
);
line!(
    /// What an API key is called: 1 to 80 characters.
    KeyName, 80, empty: false
);
line!(
    /// What a notification is about: 1 to 200 characters.
    Title, 200, empty: false
);
line!(
    /// What a device calls itself in the list of sessions: up to 100 characters, possibly none.
    DeviceName, 100, empty: true
);

macro_rules! found {
    ($($name:ident),*) => {$(
        impl $name {
            /// What the name is found by: equal for names that differ only in case.
            pub fn key(&self) -> String {
                fold(&self.0)
            }
        }
    )*};
}

found!(DisplayName, PersonName);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_emoji_keep_their_joiners() {
        for good in [
            "می\u{200c}خواهم",
            "👩\u{200d}❤\u{fe0f}\u{200d}👨",
            "🏳\u{fe0f}\u{200d}🌈",
        ] {
            assert_eq!(good.parse::<DisplayName>().unwrap().as_str(), good);
        }
    }

    #[test]
    fn names_are_trimmed_single_lines() {
        assert_eq!(
            "  Ann \u{e9} ".parse::<DisplayName>().unwrap().as_str(),
            "Ann \u{e9}"
        );
        assert_eq!(" ".parse::<RoomName>(), Err(NameError::Empty));
        assert_eq!("".parse::<Topic>().unwrap().as_str(), "");
        assert_eq!(
            "x".repeat(81).parse::<DisplayName>(),
            Err(NameError::TooLong { max: 80 })
        );
        assert_eq!("\u{2800}".parse::<DisplayName>(), Err(NameError::Empty));
        for bad in [
            "a\nb",
            "a\0",
            "a\u{202e}b",
            "\u{feff}ab",
            "a\u{200b}b",
            "\u{200b}\u{200b}",
            "\u{3164}",
        ] {
            assert_eq!(bad.parse::<DisplayName>(), Err(NameError::Control), "{bad:?}");
        }
    }
}
