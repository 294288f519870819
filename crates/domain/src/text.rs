//! Plain text that people wrote.

use std::fmt;

use crate::invisible::is_blank;

/// Why a text is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing that could be seen.
    #[error("must not be empty")]
    Empty,
    /// Larger than allowed.
    #[error("must be at most {max} bytes of UTF-8")]
    TooLong {
        /// The limit, in bytes.
        max: usize,
    },
    /// NUL or another control character that is neither a tab nor a line break.
    #[error("must not contain control characters other than tab and line breaks")]
    Control,
}

/// Whether a message may hold this character. Line breaks are `\n`, `\r\n` or `\r`.
fn is_plain(c: char) -> bool {
    !c.is_control() || matches!(c, '\n' | '\r' | '\t')
}

/// The text of a message: plain Unicode, something to see, no NUL or stray control characters.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct MessageBody(Box<str>);

impl MessageBody {
    /// Checks a text that may have at most `max` bytes.
    pub fn parse(text: &str, max: usize) -> Result<Self, TextError> {
        if text.len() > max {
            return Err(TextError::TooLong { max });
        }
        if !text.chars().all(is_plain) {
            return Err(TextError::Control);
        }
        if is_blank(text) {
            return Err(TextError::Empty);
        }
        Ok(Self(text.into()))
    }

    /// No text, for a message that shows media.
    pub fn none() -> Self {
        Self("".into())
    }

    /// A text that was checked before it was stored.
    pub fn stored(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for MessageBody {
    /// Says how long it is, not what it says: messages do not belong in logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MessageBody({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn refusals_say_why() {
        assert_eq!(MessageBody::parse(" \n\t ", 10), Err(TextError::Empty));
        assert_eq!(MessageBody::parse("", 10), Err(TextError::Empty));
        assert_eq!(MessageBody::parse("\u{200b}\n", 10), Err(TextError::Empty));
        assert_eq!(MessageBody::parse("\u{3164}", 10), Err(TextError::Empty));
        assert_eq!(MessageBody::parse("éé", 3), Err(TextError::TooLong { max: 3 }));
        for bad in ["a\0", "\u{7}", "\u{1b}[31m", "\u{85}x"] {
            assert_eq!(MessageBody::parse(bad, 10), Err(TextError::Control), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_accepted_is_kept_to_the_letter(text in any::<String>()) {
            if let Ok(body) = MessageBody::parse(&text, 64) {
                prop_assert_eq!(body.as_str(), text.as_str());
                prop_assert!(text.len() <= 64 && !text.contains('\0'));
            }
        }
    }
}
