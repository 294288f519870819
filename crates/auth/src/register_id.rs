//! Register ids: what people of `messenger` are given when they register, and name at each log in.

use secrecy::{ExposeSecret, SecretBox, SecretString};

use crate::mac::hmac;

/// Eight letters, digits and punctuation marks of ASCII. Whoever knows one has not got in: it takes the password and a mailed
/// code as well.
#[derive(Debug)]
pub struct RegisterId(SecretString);

/// What ids are made of: nothing that JSON or HTML would write as something longer.
const ALPHABET: &[u8] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%()*+,-./:;=?@[]^_{|}~";

impl RegisterId {
    const CHARS: usize = 8;

    /// The id that follows from a random number. All are as likely, but for one part in 10^22.
    pub fn from_random(random: u128) -> Self {
        let letters = ALPHABET.len() as u128;
        let mut rest = random;
        let text: String = (0..Self::CHARS)
            .map(|_| {
                let place = usize::try_from(rest % letters).expect("it is the place of a letter");
                rest /= letters;
                char::from(ALPHABET[place])
            })
            .collect();
        Self(text.into())
    }

    /// Reads what somebody typed: eight visible characters of ASCII, with white space around them or not. `None` for anything
    /// else.
    pub fn parse(typed: &str) -> Option<Self> {
        let typed = typed.trim();
        let is_id = typed.len() == Self::CHARS && typed.bytes().all(|byte| byte.is_ascii_graphic());
        is_id.then(|| Self(typed.into()))
    }

    /// The text, to be shown to the one whose it is, and to nobody else.
    pub fn to_text(&self) -> SecretString {
        self.0.clone()
    }

    /// All that the server keeps: the HMAC-SHA-256 of the id under its secret. The same id has the same digest, so that it can be
    /// looked up by it.
    pub fn digest(&self, secret: &RegisterIdSecret) -> [u8; 32] {
        let RegisterIdSecret(key) = secret;
        hmac(key.expose_secret(), &[self.0.expose_secret().as_bytes()])
    }
}

/// The server's secret under which register ids are hashed. Ids can be found by trying them all, but not by somebody who has the
/// database alone.
#[derive(Debug)]
pub struct RegisterIdSecret(SecretBox<[u8; 32]>);

impl RegisterIdSecret {
    /// Follows from a secret of the server, which must be random and the same on every node.
    pub fn new(secret: &[u8; 32]) -> Self {
        let key = hmac(secret, &[b"parlor register ids, HMAC-SHA-256"]);
        Self(SecretBox::new(Box::new(key)))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn digest(id: &str, secret: u8) -> [u8; 32] {
        let id = RegisterId::parse(id).unwrap();
        id.digest(&RegisterIdSecret::new(&[secret; 32]))
    }

    #[test]
    fn each_letter_is_in_the_alphabet_once_and_needs_no_escape() {
        let letters: HashSet<u8> = ALPHABET.iter().copied().collect();
        assert_eq!((letters.len(), ALPHABET.len()), (87, 87));
        assert!(letters.iter().all(u8::is_ascii_graphic));
        assert!(!letters.iter().any(|letter| b"\"'`\\<>&".contains(letter)));
    }

    #[test]
    fn an_id_has_eight_characters_whatever_the_number() {
        for (random, id) in [(0, "AAAAAAAA"), (1, "BAAAAAAA"), (87, "ABAAAAAA")] {
            assert_eq!(RegisterId::from_random(random).to_text().expose_secret(), id);
        }
    }

    #[test]
    fn an_id_is_read_as_people_paste_it() {
        for typed in ["aB3$xY-z", " aB3$xY-z\n", "\u{a0}aB3$xY-z"] {
            let id = RegisterId::parse(typed).unwrap();
            assert_eq!(id.to_text().expose_secret(), "aB3$xY-z", "{typed:?}");
        }
        for typed in [
            "",
            "aB3$xY-",
            "aB3$xY-zz",
            "aB3$ Y-z",
            "aB3$xY-\0",
            "aB3$xYé",
            &"a".repeat(1_000_000),
        ] {
            assert!(RegisterId::parse(typed).is_none(), "{typed:.20}");
        }
    }

    #[test]
    fn a_digest_depends_on_id_and_secret() {
        assert_eq!(digest("aB3$xY-z", 1), digest(" aB3$xY-z", 1));
        assert_ne!(digest("aB3$xY-z", 1), digest("ab3$xy-z", 1));
        assert_ne!(digest("aB3$xY-z", 1), digest("aB3$xY-z", 2));
    }

    proptest! {
        #[test]
        fn an_id_reads_back(random in any::<u128>()) {
            let text = RegisterId::from_random(random).to_text();
            let again = RegisterId::parse(text.expose_secret()).unwrap();
            let again = again.to_text();
            prop_assert_eq!(again.expose_secret(), text.expose_secret());
        }
    }
}
