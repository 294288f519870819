//! Stable keys: 40 hexadecimal digits that are the same at every login, until they are revoked.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use parlor_domain::Dialect;
use secrecy::{ExposeSecret, SecretBox};

use crate::mac::hmac;

/// Makes and recognises the keys by which `relay` and `rooms` know a user, so that none of them need be kept.
///
/// A key follows from the dialect, the user's number, and a counter that is kept with the account: raising it revokes
/// the key and makes another. Its 160 bits are the number, masked (64), and a tag (96):
///
/// - `tag` is the beginning of the HMAC-SHA-256 of dialect, number and counter;
/// - `mask`, with which the number is XORed, is the beginning of the HMAC-SHA-256 of dialect and tag.
///
/// This is a synthetic IV (Rogaway and Shrimpton, "Deterministic Authenticated-Encryption", 2006): whoever holds the
/// secret unmasks the number, looks up that user's counter, makes the key once more and compares all of it in constant
/// time.
///
/// - Forging: a guessed key names one user at most, and its tag is right once in 2^96 times. Nothing but asking the
///   server tells whether it is. Keys that somebody has say nothing about another's, nor about one's own after the
///   counter was raised.
/// - Secrecy: without the secret, mask and tag look random. Two keys have the same mask only if they have the same tag,
///   which is to be expected among 2^48 keys, and would then give away how the two numbers differ.
/// - No oracle: who changes the first digits of a key changes the number that it claims, but nothing is done for that
///   user, since the tag fits only the true one. The caller must refuse in the same way when there is no such user and
///   when the key is wrong.
/// - The database alone, which has the counters, makes no keys.
#[derive(Debug)]
pub struct StableKeys(SecretBox<[u8; 32]>);

impl StableKeys {
    /// How many of the digits are the masked number; the others are the tag.
    const NUMBER_DIGITS: usize = 16;
    const DIGITS: usize = 40;

    /// Keys that follow from a secret of the server, which must be random and the same on every node.
    pub fn new(secret: &[u8; 32]) -> Self {
        let key = hmac(secret, &[b"parlor stable keys, HMAC-SHA-256"]);
        Self(SecretBox::new(Box::new(key)))
    }

    /// The key of the user with this number, which is above 0: 40 hexadecimal digits in lower case.
    pub fn key(&self, dialect: Dialect, user_number: i64, counter: u32) -> String {
        let tag = self.tag(dialect, user_number, counter);
        let masked = user_number.cast_unsigned() ^ self.mask(dialect, tag);
        format!("{masked:016x}{tag:024x}")
    }

    /// The number of the user whose key this claims to be; `None` if it cannot be a key. Nothing is verified: good only
    /// for finding the counter with which to [`verify`](Self::verify) it.
    pub fn claimed(&self, dialect: Dialect, key: &str) -> Option<i64> {
        let (masked, tag) = read(key)?;
        let number = (masked ^ self.mask(dialect, tag)).cast_signed();
        (number > 0).then_some(number)
    }

    /// Whether this is the user's key. Takes as long if it is not.
    pub fn verify(&self, dialect: Dialect, key: &str, user_number: i64, counter: u32) -> bool {
        let expected = self.key(dialect, user_number, counter);
        verify_slices_are_equal(key.as_bytes(), expected.as_bytes()).is_ok()
    }

    /// A number of 96 bits.
    fn tag(&self, dialect: Dialect, user_number: i64, counter: u32) -> u128 {
        let (number, counter) = (user_number.to_be_bytes(), counter.to_be_bytes());
        let mac = self.mac(b"tag ", &[&number[..], &counter[..]].concat(), dialect);
        u128::from_be_bytes(*mac.first_chunk().expect("a MAC has 32 bytes")) >> 32
    }

    fn mask(&self, dialect: Dialect, tag: u128) -> u64 {
        let mac = self.mac(b"mask", &tag.to_be_bytes(), dialect);
        u64::from_be_bytes(*mac.first_chunk().expect("a MAC has 32 bytes"))
    }

    /// For each use `said` has one length, so what is hashed has one meaning.
    fn mac(&self, usage: &[u8; 4], said: &[u8], dialect: Dialect) -> [u8; 32] {
        hmac(self.0.expose_secret(), &[usage, said, dialect.name().as_bytes()])
    }
}

/// The masked number and the tag of what has the shape of a key.
fn read(key: &str) -> Option<(u64, u128)> {
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if key.len() != StableKeys::DIGITS || !key.bytes().all(is_digit) {
        return None;
    }
    let (masked, tag) = key.split_at(StableKeys::NUMBER_DIGITS);
    Some((
        u64::from_str_radix(masked, 16).ok()?,
        u128::from_str_radix(tag, 16).ok()?,
    ))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The key of user 7 in `rooms`, whose counter is 0.
    const KEY: &str = "8bbd64ea3f17e5e85157e006f273415148954b90";

    fn keys() -> StableKeys {
        StableKeys::new(&[1; 32])
    }

    #[test]
    fn every_login_hands_out_the_same_key() {
        assert_eq!(keys().key(Dialect::Rooms, 7, 0), KEY);
        assert_eq!(keys().claimed(Dialect::Rooms, KEY), Some(7));
        assert!(keys().verify(Dialect::Rooms, KEY, 7, 0));
    }

    #[test]
    fn a_key_is_good_for_its_user_counter_and_dialect_alone() {
        assert!(!keys().verify(Dialect::Rooms, KEY, 7, 1), "it was revoked");
        assert!(!keys().verify(Dialect::Rooms, KEY, 8, 0));
        assert!(!keys().verify(Dialect::Relay, KEY, 7, 0));
        assert_ne!(keys().claimed(Dialect::Relay, KEY), Some(7));
        let elsewhere = StableKeys::new(&[2; 32]);
        assert!(!elsewhere.verify(Dialect::Rooms, KEY, 7, 0));
        assert_ne!(elsewhere.claimed(Dialect::Rooms, KEY), Some(7));
    }

    #[test]
    fn keys_that_differ_in_one_thing_have_nothing_in_common() {
        let others = [
            keys().key(Dialect::Rooms, 7, 1),
            keys().key(Dialect::Rooms, 8, 0),
            keys().key(Dialect::Relay, 7, 0),
            StableKeys::new(&[2; 32]).key(Dialect::Rooms, 7, 0),
        ];
        for other in others {
            assert_ne!(other[..16], KEY[..16]);
            assert_ne!(other[16..], KEY[16..]);
        }
    }

    #[test]
    fn other_texts_claim_nothing() {
        for text in [
            "",
            &KEY[..39],
            &format!("{KEY}0"),
            &format!(" {}", &KEY[..39]),
            &format!("{}\n", &KEY[..39]),
            &format!("+{}", &KEY[1..]),
            &format!("{}+{}", &KEY[..16], &KEY[17..]),
            &format!("0x{}", &KEY[2..]),
            &format!("{}F", &KEY[..39]),
            &format!("{}g", &KEY[..39]),
            &"é".repeat(20),
            &"0".repeat(1_000_000),
        ] {
            assert_eq!(keys().claimed(Dialect::Rooms, text), None, "{text:.50}");
            assert!(!keys().verify(Dialect::Rooms, text, 7, 0), "{text:.50}");
        }
    }

    #[test]
    fn the_secret_is_not_shown() {
        let listed = keys().0.expose_secret().map(|byte| byte.to_string()).join(", ");
        assert!(!format!("{:?}", keys()).contains(&listed));
    }

    proptest! {
        #[test]
        fn a_key_leads_back_to_its_user(number in 1..=i64::MAX, counter in any::<u32>(), other in any::<u32>()) {
            let key = keys().key(Dialect::Relay, number, counter);
            prop_assert!(key.len() == 40 && key.bytes().all(|digit| b"0123456789abcdef".contains(&digit)));
            prop_assert_eq!(keys().claimed(Dialect::Relay, &key), Some(number));
            prop_assert!(keys().verify(Dialect::Relay, &key, number, counter));
            prop_assert_eq!(keys().verify(Dialect::Relay, &key, number, other), counter == other);
        }

        #[test]
        fn a_changed_key_is_nobodys(at in 0..40_usize, digit in "[0-9a-f]") {
            let mut changed = KEY.to_owned();
            changed.replace_range(at..=at, &digit);
            prop_assume!(changed != KEY);
            let claimed = keys().claimed(Dialect::Rooms, &changed);
            for number in claimed.into_iter().chain([7]) {
                prop_assert!(!keys().verify(Dialect::Rooms, &changed, number, 0));
            }
        }

        #[test]
        fn any_text_is_read_or_refused_without_a_panic(text in any::<String>(), digits in "[0-9a-f]{40}") {
            for text in [text, digits] {
                if let Some(number) = keys().claimed(Dialect::Rooms, &text) {
                    prop_assert!(number > 0);
                    prop_assert!(!keys().verify(Dialect::Rooms, &text, number, 0));
                }
            }
        }
    }
}
