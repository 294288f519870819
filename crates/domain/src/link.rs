//! What makes the links of rooms unguessable.

use std::fmt;
use std::str::FromStr;

/// The code in a room's link: 22 letters, digits, `-` and `_`, which are 128 random bits (base64url).
///
/// It is kept as it is and not as a digest, since those who may bring people in shall be able to show a link again.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct LinkCode(Box<str>);

/// Why a text cannot be a [`LinkCode`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be the code of a link: 22 letters, digits, - and _")]
pub struct LinkCodeError;

impl LinkCode {
    const LENGTH: usize = 22;

    /// The code, which whoever has it can use.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl FromStr for LinkCode {
    type Err = LinkCodeError;

    fn from_str(text: &str) -> Result<Self, LinkCodeError> {
        let is_letter = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
        if text.len() == Self::LENGTH && text.bytes().all(is_letter) {
            Ok(Self(text.into()))
        } else {
            Err(LinkCodeError)
        }
    }
}

impl fmt::Debug for LinkCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkCode(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_not_shown_by_chance() {
        let code: LinkCode = "abcdefghijklmnopqrst-_".parse().unwrap();
        assert_eq!(code.expose(), "abcdefghijklmnopqrst-_");
        assert!(!format!("{code:?}").contains("abc"));
    }

    #[test]
    fn other_texts_are_no_codes() {
        for text in ["", "short", "abcdefghijklmnopqrst-+", "abcdefghijklmnopqrstuvw"] {
            assert_eq!(text.parse::<LinkCode>(), Err(LinkCodeError), "{text}");
        }
    }
}
