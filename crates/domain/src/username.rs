//! The names by which people log in and are found.

use std::fmt;
use std::str::FromStr;

use unicode_normalization::UnicodeNormalization;
use unicode_security::GeneralSecurityProfile;

/// A unique name: 2 to 32 characters, letters and digits of any one script, and `.`, `_`, `-` between them.
///
/// The text is NFKC-normalised. Two names are the same if their [`key`](Self::key) is, which folds case and maps
/// look-alikes onto each other (Unicode Technical Standard 39, skeleton).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Username(Box<str>);

/// Why a text cannot be a [`Username`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UsernameError {
    /// Too short or too long.
    #[error("must be 2 to 32 characters")]
    Length,
    /// Characters outside the alphabet.
    #[error("must be letters and digits, with single '.', '_' or '-' only between them")]
    Alphabet,
    /// Letters of several scripts, as in a Latin name with a Cyrillic letter.
    #[error("must not mix letters of different scripts")]
    MixedScripts,
}

impl Username {
    /// The name as it is shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What must be unique: equal for names that differ only in case or are easily confused.
    pub fn key(&self) -> String {
        let folded: String = self.0.chars().flat_map(char::to_lowercase).collect();
        unicode_security::skeleton(&folded)
            .flat_map(char::to_lowercase)
            .collect()
    }
}

fn is_joiner(c: char) -> bool {
    matches!(c, '.' | '_' | '-')
}

impl FromStr for Username {
    type Err = UsernameError;

    fn from_str(text: &str) -> Result<Self, UsernameError> {
        // Bounds the work below; normalisation can make a text up to 18 times as long.
        if text.len() > 32 * 4 {
            return Err(UsernameError::Length);
        }
        let name: String = text.nfkc().collect();
        if !(2..=32).contains(&name.chars().count()) {
            return Err(UsernameError::Length);
        }
        let letter = |c: char| c.is_alphanumeric() && c.identifier_allowed();
        let alphabet = name.chars().all(|c| letter(c) || is_joiner(c) || is_combining(c));
        let joined = name
            .split(is_joiner)
            .all(|part| part.chars().next().is_some_and(letter));
        if !alphabet || !joined {
            return Err(UsernameError::Alphabet);
        }
        if !unicode_security::MixedScript::is_single_script(name.as_str()) {
            return Err(UsernameError::MixedScripts);
        }
        Ok(Self(name.into()))
    }
}

/// Vowel signs and accents that have no composed form, as Devanagari and Thai need them.
fn is_combining(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c) && c.identifier_allowed()
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(name: &str) -> String {
        name.parse::<Username>().unwrap().key()
    }

    #[test]
    fn names_of_the_world_are_accepted() {
        for name in [
            "ann",
            "Ann.Lee-2",
            "jürgen",
            "дмитрий",
            "李小龙",
            "محمد",
            "हिन्दी",
            "42",
        ] {
            assert_eq!(
                name.parse::<Username>().map(|n| n.as_str().to_owned()),
                Ok(name.nfkc().collect()),
                "{name}"
            );
        }
    }

    #[test]
    fn twins_have_the_same_key() {
        assert_eq!(key("Ann"), key("ann"));
        assert_eq!(key("ＡＮＮ"), key("ann"));
        assert_eq!(key("paypal"), key("PAYPAL"));
        assert_eq!(key("раура"), key("paypa"), "a whole name in Cyrillic look-alikes");
        assert_ne!(key("ann"), key("anna"));
    }

    #[test]
    fn other_alphabets_and_tricks_are_refused() {
        for (name, why) in [
            ("a", UsernameError::Length),
            ("", UsernameError::Length),
            (&*"a".repeat(33), UsernameError::Length),
            (&*"ﷺ".repeat(40), UsernameError::Length),
            (".ann", UsernameError::Alphabet),
            ("ann.", UsernameError::Alphabet),
            ("an..n", UsernameError::Alphabet),
            ("an n", UsernameError::Alphabet),
            (" ann", UsernameError::Alphabet),
            ("ann\u{200b}", UsernameError::Alphabet),
            ("ann\0", UsernameError::Alphabet),
            ("ann\u{202e}", UsernameError::Alphabet),
            ("a@b", UsernameError::Alphabet),
            ("😀😀", UsernameError::Alphabet),
            ("p\u{430}ypal", UsernameError::MixedScripts),
        ] {
            assert_eq!(name.parse::<Username>(), Err(why), "{name:?}");
        }
    }

    proptest! {
        #[test]
        fn a_name_reads_back_as_itself(text in any::<String>()) {
            if let Ok(name) = text.parse::<Username>() {
                prop_assert_eq!(name.as_str().parse::<Username>(), Ok(name));
            }
        }
    }
}
