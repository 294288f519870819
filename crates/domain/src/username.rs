//! The names by which people log in and are found.

use std::fmt;
use std::str::FromStr;

use unicase::UniCase;
use unicode_normalization::UnicodeNormalization;
use unicode_security::GeneralSecurityProfile;

/// A unique name: 2 to 32 characters, letters and digits of any one script, and `.`, `_`, `-` between them.
///
/// The text is NFKC-normalised. Two names are the same if their [`key`](Self::key) is, which folds case and maps
/// look-alikes onto each other.
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
        key(&self.0)
    }
}

/// What a text looks like to somebody who does not mind case.
///
/// Case and looks pull apart: `I` is an `i` to the one and an `l` to the other, the Cyrillic `В` is a `в` and a `B`. So
/// case is folded first, and then a letter becomes the Latin one that its *capital* looks like: with that `i`, `I`, `l`
/// and `1` are one, and `ВОВ` in Cyrillic is `bob`. The rest is the skeleton of Unicode Technical Standard 39 (`rn` for
/// `m`), over and over until nothing changes.
fn key(text: &str) -> String {
    let mut key = look(text);
    loop {
        let next = look(&key);
        if next == key {
            return key;
        }
        key = next;
    }
}

fn look(text: &str) -> String {
    let latin: String = fold(text).chars().map(latin_by_capital).collect();
    unicode_security::skeleton(&latin).collect()
}

/// Full case folding, with one form for all compatible characters (The Unicode Standard, section 3.13, D146).
fn fold(text: &str) -> String {
    let folded = |text: String| UniCase::unicode(text).to_folded_case();
    let compatible: String = folded(text.nfd().collect()).nfkd().collect();
    folded(compatible).nfkd().collect()
}

fn latin_by_capital(c: char) -> char {
    let capital: String = c.to_uppercase().collect();
    let mut looks = unicode_security::skeleton(&capital);
    match (looks.next(), looks.next()) {
        (Some(twin), None) if twin.is_ascii_alphanumeric() => twin.to_ascii_lowercase(),
        _ => c,
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

    #[test]
    fn twins_have_the_same_key() {
        for (one, other) in [
            ("Ann", "ann"),
            ("ＡＮＮ", "ann"),
            ("paypal", "PAYPAL"),
            ("раура", "paypa"),
            ("ВОВ", "bob"),
            ("ΑΝΝΑ", "anna"),
            ("paul", "pauI"),
            ("paul", "pau1"),
            ("paypal", "paypaI"),
            ("elon", "eIon"),
            ("Ian", "lan"),
            ("lisa", "ILSA"),
            ("bob", "B0B"),
            ("mary", "rnary"),
            ("Νικος", "ΝΙΚΟΣ"),
            ("νικοσ", "νικος"),
            ("straße", "STRASSE"),
            ("straẞe", "strasse"),
            ("ırmak", "IRMAK"),
        ] {
            assert_eq!(key(one), key(other), "{one} and {other}");
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
            "kai",
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
        let keys: HashSet<String> = names.iter().map(|name| key(name)).collect();
        assert_eq!(keys.len(), names.len());
    }

    #[test]
    fn case_never_makes_another_key_and_a_key_is_its_own() {
        for letter in ('\0'..=char::MAX).filter(|c| c.is_alphanumeric() && c.identifier_allowed()) {
            let letter = letter.to_string();
            let found = key(&letter);
            for other in [letter.to_uppercase(), letter.to_lowercase(), found.clone()] {
                assert_eq!(key(&other), found, "{letter} and {other}");
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
        fn a_name_in_another_case_has_the_same_key(name in "\\w{1,12}") {
            let found = key(&name);
            prop_assert_eq!(key(&name.to_uppercase()), found.clone());
            prop_assert_eq!(key(&name.to_lowercase()), found.clone());
            prop_assert_eq!(key(&found), found);
        }
    }
}
