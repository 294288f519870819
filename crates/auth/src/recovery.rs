//! Recovery codes: what people keep on paper, for the day on which the telephone is gone.

use secrecy::{ExposeSecret, SecretString};

use crate::CodeSecret;

/// Crockford's base 32 in lower case: no `i`, `l` and `o`, which look like digits, and no `u`.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Ten characters of 5 bits each, shown as `abcde-fghjk`.
#[derive(Debug)]
pub struct RecoveryCode(SecretString);

impl RecoveryCode {
    const LETTERS: usize = 10;
    /// Longer texts are refused unread.
    const MAX_TYPED: usize = 100;

    /// The code that follows from random bytes, of which each gives one character. All codes are as likely.
    pub fn from_random(random: [u8; 10]) -> Self {
        let letters: String = random
            .iter()
            .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]))
            .collect();
        Self(letters.into())
    }

    /// Reads what somebody typed. Case, white space and hyphens do not matter, and the letters that look like digits
    /// stand for them. `None` if it cannot be such a code.
    pub fn parse(typed: &str) -> Option<Self> {
        if typed.len() > Self::MAX_TYPED {
            return None;
        }
        let letters: Option<String> = typed
            .chars()
            .filter(|letter| !letter.is_whitespace() && *letter != '-')
            .map(read)
            .collect();
        let letters = SecretString::from(letters?);
        (letters.expose_secret().len() == Self::LETTERS).then_some(Self(letters))
    }

    /// The code as people read and type it, with a hyphen in the middle.
    pub fn to_text(&self) -> SecretString {
        let (first, last) = self.0.expose_secret().split_at(Self::LETTERS / 2);
        [first, "-", last].concat().into()
    }

    /// All that the server keeps: the HMAC-SHA-256 of the code under its secret, bound to the bytes of the id of the
    /// user whose code it is.
    pub fn digest(&self, secret: &CodeSecret, user: &[u8]) -> [u8; 32] {
        secret.digest(b"recovery code", user, self.0.expose_secret())
    }
}

fn read(letter: char) -> Option<char> {
    let letter = match letter.to_ascii_lowercase() {
        'o' => '0',
        'i' | 'l' => '1',
        other => other,
    };
    let known = u8::try_from(letter).is_ok_and(|byte| ALPHABET.contains(&byte));
    known.then_some(letter)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::OneTimeCode;

    fn code() -> RecoveryCode {
        RecoveryCode::from_random([0, 1, 10, 31, 32, 255, 20, 21, 22, 23])
    }

    #[test]
    fn a_code_is_shown_in_two_halves() {
        assert_eq!(code().to_text().expose_secret(), "01az0-zmnpq");
    }

    #[test]
    fn a_code_is_read_as_people_type_it() {
        for typed in [
            "01az0-zmnpq",
            "01az0zmnpq",
            "01AZ0-ZMNPQ",
            "  01az0 zmnpq\n",
            "01-az-0z-mn-pq",
            "0 1 a z 0 z m n p q",
            "OlAZo-zmnpq",
            "oiaz0zmnpq",
        ] {
            let read = RecoveryCode::parse(typed).expect(typed);
            assert_eq!(read.to_text().expose_secret(), "01az0-zmnpq");
        }
    }

    #[test]
    fn other_texts_are_no_codes() {
        for typed in [
            "",
            "-",
            "01az0-zmnp",
            "01az0-zmnpqq",
            "u1az0-zmnpq",
            "01az0_zmnpq",
            "01az0\u{2010}zmnpq",
            "01az0-zmnp\u{212a}",
            "01az0-zmnpé",
            "٠1az0-zmnpq",
            "01az0\0zmnpq",
            &format!("01az0zmnpq{}", " ".repeat(1_000_000)),
        ] {
            assert!(RecoveryCode::parse(typed).is_none(), "{typed:.40}");
        }
    }

    #[test]
    fn a_digest_depends_on_code_user_and_secret() {
        let secret = CodeSecret::from_bytes([1; 32]);
        let digest = code().digest(&secret, &[7; 16]);
        assert_eq!(code().digest(&secret, &[7; 16]), digest);
        assert_ne!(code().digest(&secret, &[8; 16]), digest);
        assert_ne!(code().digest(&CodeSecret::from_bytes([2; 32]), &[7; 16]), digest);
        let other = RecoveryCode::from_random([0; 10]);
        assert_ne!(other.digest(&secret, &[7; 16]), digest);
    }

    #[test]
    fn a_mailed_code_is_no_recovery_code() {
        assert!(RecoveryCode::parse(OneTimeCode::from_random(123_456).expose()).is_none());
        assert!(OneTimeCode::parse(RecoveryCode::from_random([1; 10]).to_text().expose_secret()).is_none());
    }

    #[test]
    fn a_code_is_not_shown() {
        assert!(!format!("{:?}", code()).contains("zmnpq"));
    }

    proptest! {
        #[test]
        fn every_code_reads_back(random in any::<[u8; 10]>()) {
            let code = RecoveryCode::from_random(random);
            let read = RecoveryCode::parse(code.to_text().expose_secret()).unwrap();
            prop_assert_eq!(read.0.expose_secret(), code.0.expose_secret());
        }

        #[test]
        fn any_text_is_read_or_refused_without_a_panic(text in any::<String>()) {
            let _ = RecoveryCode::parse(&text);
        }
    }
}
