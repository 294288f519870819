//! One-time codes: six digits that are mailed, and typed in a minute later.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use secrecy::{ExposeSecret, SecretBox, SecretString};

use crate::mac::hmac;

/// Six digits. There are so few of them that a code is worth something only together with a limit on tries.
#[derive(Debug)]
pub struct OneTimeCode(SecretString);

impl OneTimeCode {
    const DIGITS: usize = 6;

    /// The code that follows from a random number. All are as likely, but for one part in ten billion.
    pub fn from_random(random: u64) -> Self {
        Self(format!("{:06}", random % 1_000_000).into())
    }

    /// Reads what somebody typed: six ASCII digits, with white space around them or not, and with a space or a hyphen in
    /// the middle or not. `None` for anything else.
    pub fn parse(typed: &str) -> Option<Self> {
        let typed = typed.trim();
        let (first, last) = typed.split_at_checked(Self::DIGITS / 2)?;
        let last = last.strip_prefix([' ', '-']).unwrap_or(last);
        let digits = SecretString::from([first, last].concat());
        let bytes = digits.expose_secret().as_bytes();
        (bytes.len() == Self::DIGITS && bytes.iter().all(u8::is_ascii_digit)).then_some(Self(digits))
    }

    /// The six digits, to be shown to the one for whom they are, and to nobody else.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// All that the server keeps: the HMAC-SHA-256 of the code under its secret. `context` says what the code is good
    /// for, such as the digest of the challenge; the same code has another digest in another context.
    pub fn digest(&self, secret: &CodeSecret, context: &[u8]) -> [u8; 32] {
        secret.digest(b"one-time code", context, self.expose())
    }

    /// Whether the two are the same. Takes as long if they are not.
    pub(crate) fn is(&self, other: &Self) -> bool {
        verify_slices_are_equal(self.expose().as_bytes(), other.expose().as_bytes()).is_ok()
    }
}

/// The server's secret under which codes are hashed. A code can be found by trying them all, but not by somebody who
/// has the database alone.
#[derive(Debug)]
pub struct CodeSecret(SecretBox<[u8; 32]>);

impl CodeSecret {
    /// From random bytes.
    pub fn from_bytes(random: [u8; 32]) -> Self {
        Self(SecretBox::new(Box::new(random)))
    }

    /// Codes of one kind have one length, and no kind begins like another, so what is hashed has one meaning.
    pub(crate) fn digest(&self, kind: &[u8], context: &[u8], code: &str) -> [u8; 32] {
        hmac(self.0.expose_secret(), &[kind, context, code.as_bytes()])
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn secret() -> CodeSecret {
        CodeSecret::from_bytes([1; 32])
    }

    #[test]
    fn a_code_has_six_digits_whatever_the_number() {
        for (random, code) in [
            (0, "000000"),
            (42, "000042"),
            (999_999, "999999"),
            (1_000_000, "000000"),
            (u64::MAX, "551615"),
        ] {
            assert_eq!(OneTimeCode::from_random(random).expose(), code);
        }
    }

    #[test]
    fn a_code_is_read_as_people_type_it() {
        for typed in [
            "012345",
            " 012345\n",
            "012 345",
            "012-345",
            "\t012-345 ",
            "\u{a0}012345",
        ] {
            assert_eq!(OneTimeCode::parse(typed).unwrap().expose(), "012345", "{typed:?}");
        }
    }

    #[test]
    fn other_texts_are_no_codes() {
        for typed in [
            "",
            "12345",
            "1234567",
            "012  345",
            "012--345",
            "012- 345",
            "01 2345",
            "0-12345",
            "012345-",
            "+12345",
            "-12345",
            "12345e",
            "0x1234",
            "012.345",
            "012\u{a0}345",
            "012\u{2010}345",
            "012\x00345",
            "٠١٢٣٤٥",
            "०१२३४५",
            "\u{ff10}\u{ff11}\u{ff12}\u{ff13}\u{ff14}\u{ff15}",
            "𝟎𝟏𝟐𝟑𝟒𝟓",
            "٠١٢",
            "null",
            "[1,2,3]",
            &"0".repeat(1_000_000),
        ] {
            assert!(OneTimeCode::parse(typed).is_none(), "{typed:.40}");
        }
    }

    #[test]
    fn a_digest_depends_on_code_context_and_secret() {
        let code = OneTimeCode::from_random(12_345);
        let digest = code.digest(&secret(), b"challenge");
        assert_eq!(code.digest(&secret(), b"challenge"), digest);
        assert_ne!(code.digest(&secret(), b"challengf"), digest);
        assert_ne!(
            code.digest(&CodeSecret::from_bytes([2; 32]), b"challenge"),
            digest
        );
        assert_ne!(
            OneTimeCode::from_random(12_346).digest(&secret(), b"challenge"),
            digest
        );
    }

    #[test]
    fn codes_and_secrets_are_not_shown() {
        let code = OneTimeCode::from_random(123_456);
        assert!(!format!("{code:?}").contains("123456"));
        assert!(!format!("{:?}", secret()).contains("1, 1"));
    }

    proptest! {
        #[test]
        fn every_code_reads_back(random in any::<u64>()) {
            let code = OneTimeCode::from_random(random);
            let read = OneTimeCode::parse(code.expose()).unwrap();
            prop_assert_eq!(read.expose(), code.expose());
        }

        #[test]
        fn any_text_is_read_or_refused_without_a_panic(text in any::<String>()) {
            if let Some(code) = OneTimeCode::parse(&text) {
                prop_assert!(code.expose().bytes().all(|byte| byte.is_ascii_digit()));
            }
        }
    }
}
