//! The names by which people log in and are found.

use std::fmt;
use std::str::FromStr;

use unicode_normalization::UnicodeNormalization;
use unicode_security::GeneralSecurityProfile;

use crate::fold::fold;

/// A unique name: 2 to 32 characters, letters and digits of any one script, and `.`, `_`, `-` between them.
///
/// The text is NFKC-normalised. Two names are the same if their [`key`](Self::key) is; nobody gets a name whose
/// [`looks`](Self::looks) are another's.
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
    /// Most characters (Unicode scalar values).
    pub const MAX_CHARS: usize = 32;

    /// The name as it is shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What a name is found by: equal for names that differ only in case.
    pub fn key(&self) -> String {
        fold(&self.0)
    }

    /// What a name looks like to somebody who does not mind case: equal for names that are easily confused, such as
    /// `paul` and `pauI`, or `ann` and the same in Cyrillic.
    ///
    /// The looks are those of the name as it is shown, so that `kai` and `kal` stay two names: the skeleton of Unicode
    /// Technical Standard 39, and only then without case.
    pub fn looks(&self) -> String {
        let shown: String = unicode_security::skeleton(&self.0).collect();
        fold(&shown)
    }
}

pub(crate) fn is_joiner(c: char) -> bool {
    matches!(c, '.' | '_' | '-')
}

impl FromStr for Username {
    type Err = UsernameError;

    fn from_str(text: &str) -> Result<Self, UsernameError> {
        // Bounds the work below; normalisation can make a text up to 18 times as long.
        if text.len() > Self::MAX_CHARS * 4 {
            return Err(UsernameError::Length);
        }
        let name: String = text.nfkc().collect();
        if !(2..=Self::MAX_CHARS).contains(&name.chars().count()) {
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
pub(crate) fn is_combining(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c) && c.identifier_allowed()
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

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

    fn name(text: &str) -> Username {
        text.parse().unwrap()
    }

    #[test]
    fn names_that_differ_in_case_have_the_same_key() {
        for (one, other) in [
            ("Ann", "ann"),
            ("ＡＮＮ", "ann"),
            ("paypal", "PAYPAL"),
            ("Νικος", "ΝΙΚΟΣ"),
            ("νικοσ", "νικος"),
            ("straße", "STRASSE"),
            ("straẞe", "strasse"),
            ("ırmak", "IRMAK"),
        ] {
            assert_eq!(name(one).key(), name(other).key(), "{one} and {other}");
        }
        assert_ne!(
            name("paul").key(),
            name("pauI").key(),
            "who looks alike is not found"
        );
    }

    #[test]
    fn names_that_look_alike_have_the_same_looks() {
        for (one, other) in [
            ("Ann", "ann"),
            ("раура", "paypa"),
            ("ВОВ", "bob"),
            ("ΑΝΝΑ", "anna"),
            ("paul", "pauI"),
            ("paul", "pau1"),
            ("paypal", "paypaI"),
            ("elon", "eIon"),
            ("Ian", "lan"),
            ("bob", "B0B"),
            ("mary", "rnary"),
        ] {
            assert_eq!(name(one).looks(), name(other).looks(), "{one} and {other}");
        }
    }

    #[test]
    fn ordinary_names_stay_apart() {
        let names = [
            "ann",
            "anna",
            "avv",
            "bob",
            "dan",
            "van",
            "hans",
            "jan",
            "jon",
            "juan",
            "jürgen",
            "jurgen",
            "ali",
            "all",
            "ilan",
            "lian",
            "kai",
            "kal",
            "lee",
            "leo",
            "max",
            "mia",
            "nina",
            "olga",
            "ulla",
            "yuri",
            "анна",
            "вера",
            "дмитрий",
            "иван",
            "нина",
            "ольга",
            "γιάννης",
            "ελένη",
            "νίκος",
            "πέτρος",
            "李小龙",
            "محمد",
            "ann.lee",
            "ann-lee",
            "annlee",
            "42",
            "24",
        ];
        let keys: HashSet<String> = names.iter().map(|text| name(text).key()).collect();
        let looks: HashSet<String> = names.iter().map(|text| name(text).looks()).collect();
        assert_eq!((keys.len(), looks.len()), (names.len(), names.len()));
    }

    #[test]
    fn case_never_makes_another_key_and_a_key_is_its_own() {
        for letter in ('\0'..=char::MAX).filter(|c| c.is_alphanumeric() && c.identifier_allowed()) {
            let letter = letter.to_string();
            let key = fold(&letter);
            for other in [letter.to_uppercase(), letter.to_lowercase(), key.clone()] {
                assert_eq!(fold(&other), key, "{letter} and {other}");
            }
        }
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

        #[test]
        fn a_name_in_another_case_has_the_same_key(name in "[\\p{L}\\p{N}]{1,12}") {
            let key = fold(&name);
            prop_assert_eq!(fold(&name.to_uppercase()), key.clone());
            prop_assert_eq!(fold(&name.to_lowercase()), key.clone());
            prop_assert_eq!(fold(&key), key);
        }
    }
}
