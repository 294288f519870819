//! Time-based one-time codes (RFC 6238), which authenticator apps show.

use parlor_domain::Timestamp;
use secrecy::{ExposeSecret, SecretBox, SecretString};
use totp_rs::{Builder, Secret, Totp};

use crate::{OneTimeCode, qr};

/// What an authenticator app and the server have in common: 160 bits. Both make codes of six digits from it with
/// SHA-1, another each 30 seconds: what every app takes for granted, whatever it is told.
#[derive(Debug)]
pub struct TotpSecret(SecretBox<[u8; 20]>);

impl TotpSecret {
    const STEP_SECONDS: i64 = 30;
    /// How many steps the clock of a telephone may be off, either way.
    const SKEW: i64 = 1;
    /// The most characters of a name that an app is told.
    const MAX_ISSUER: usize = 32;
    const MAX_ACCOUNT: usize = 64;

    /// From random bytes.
    pub fn from_bytes(random: [u8; 20]) -> Self {
        Self(SecretBox::new(Box::new(random)))
    }

    /// The bytes, to be sealed.
    pub fn expose(&self) -> &[u8; 20] {
        self.0.expose_secret()
    }

    /// The secret as people type it into an app that cannot see: 32 characters of base 32 (RFC 4648).
    pub fn to_text(&self) -> SecretString {
        Secret::new_stack(*self.expose()).to_base32().into()
    }

    /// The secret as apps read it, with the names under which they list it. Names are cut at 32 and 64 characters, and
    /// colons in them become hyphens, because apps part the two names at a colon.
    pub fn uri(&self, issuer: &str, account: &str) -> TotpUri {
        let uri = self
            .settings()
            .with_issuer(Some(label(issuer, Self::MAX_ISSUER)))
            .with_account_name(label(account, Self::MAX_ACCOUNT))
            .build()
            .and_then(|totp| totp.to_url())
            .expect("a label is neither empty nor holds a colon");
        TotpUri(uri.into())
    }

    /// What an app shows at this time.
    pub fn code(&self, now: Timestamp) -> OneTimeCode {
        code(&self.generator(), step(now))
    }

    /// The time step whose code somebody typed: the present one, the one before or the one after, unless that is
    /// `last_step` or earlier. A step must be accepted only once (RFC 6238, section 5.2), so the caller keeps it.
    ///
    /// Takes as long for a wrong code as for a right one.
    pub fn check(&self, typed: &str, now: Timestamp, last_step: Option<i64>) -> Option<i64> {
        let typed = OneTimeCode::parse(typed)?;
        let generator = self.generator();
        let now = step(now);
        // If two steps have the same code by chance, the later one counts: the code could be used again otherwise.
        (now - Self::SKEW..=now + Self::SKEW)
            .filter(|step| code(&generator, *step).is(&typed) & (Some(*step) > last_step))
            .max()
    }

    fn generator(&self) -> Totp {
        self.settings().build().expect("160 bits are enough for a secret")
    }

    fn settings(&self) -> Builder {
        // Six digits, SHA-1 and 30 seconds are the builder's defaults; a test compares them with the RFC.
        Builder::new().with_secret(Secret::new_stack(*self.expose()))
    }
}

/// An `otpauth://` address, which holds the secret.
#[derive(Debug)]
pub struct TotpUri(SecretString);

impl TotpUri {
    /// The address as text, percent-encoded.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// The address as a QR code: a PNG picture in black and white, a few hundred pixels wide, to be scanned by the app.
    pub fn qr_png(&self) -> Vec<u8> {
        qr::png(self.expose()).expect("names are cut, so that an address fits into a QR code")
    }
}

/// The time step of a time. What lies before 1970 counts as the first.
fn step(at: Timestamp) -> i64 {
    (at.seconds() / TotpSecret::STEP_SECONDS).max(0)
}

/// The code of a time step; that of the first for those before it.
fn code(generator: &Totp, step: i64) -> OneTimeCode {
    let seconds = step.max(0) * TotpSecret::STEP_SECONDS;
    let token = generator.generate(seconds.unsigned_abs());
    OneTimeCode::parse(&token.to_string()).expect("a token has six digits")
}

fn label(name: &str, most: usize) -> String {
    let label: String = name.trim().chars().take(most).collect();
    if label.is_empty() {
        "-".into()
    } else {
        label.replace(':', "-")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// RFC 6238, appendix B: the secret of the examples with SHA-1.
    fn secret() -> TotpSecret {
        TotpSecret::from_bytes(*b"12345678901234567890")
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn codes_are_those_of_the_rfc() {
        // The RFC shows eight digits, of which six are the last six.
        for (seconds, eight) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            let six = &eight[2..];
            assert_eq!(secret().code(at(seconds)).expose(), six);
            assert_eq!(secret().check(six, at(seconds), None), Some(seconds / 30));
        }
    }

    #[test]
    fn a_code_is_good_for_one_step_either_way() {
        let (now, step) = (at(3000), 100);
        for (seconds, accepted) in [
            (3000 - 31, None),
            (3000 - 30, Some(step - 1)),
            (3000 - 1, Some(step - 1)),
            (3000, Some(step)),
            (3029, Some(step)),
            (3030, Some(step + 1)),
            (3059, Some(step + 1)),
            (3060, None),
        ] {
            let code = secret().code(at(seconds));
            assert_eq!(secret().check(code.expose(), now, None), accepted, "{seconds}");
        }
    }

    #[test]
    fn a_used_step_and_those_before_it_are_refused() {
        let now = at(3000);
        let [before, present, after] = [2970, 3000, 3030].map(|seconds| secret().code(at(seconds)));
        assert_eq!(secret().check(present.expose(), now, Some(99)), Some(100));
        assert_eq!(secret().check(present.expose(), now, Some(100)), None);
        assert_eq!(secret().check(before.expose(), now, Some(100)), None);
        assert_eq!(secret().check(after.expose(), now, Some(100)), Some(101));
        assert_eq!(secret().check(present.expose(), now, Some(101)), None);
        assert_eq!(secret().check(after.expose(), now, Some(i64::MAX)), None);
    }

    #[test]
    fn guesses_are_refused() {
        let (secret, now) = (secret(), at(3000));
        let right = [2970, 3000, 3030].map(|seconds| secret.code(at(seconds)).expose().to_owned());
        let accepted = (0..1_000_000)
            .step_by(997)
            .map(|guess| format!("{guess:06}"))
            .filter(|guess| !right.contains(guess))
            .filter(|guess| secret.check(guess, now, None).is_some());
        assert_eq!(accepted.count(), 0);
    }

    #[test]
    fn a_code_is_read_as_people_type_it_and_nothing_else_is() {
        let now = at(59);
        assert_eq!(secret().check(" 287 082 ", now, None), Some(1));
        for typed in [
            "",
            "287082a",
            "94287082",
            "87082",
            "+87082",
            "٢٨٧٠٨٢",
            "null",
            "[287082]",
        ] {
            assert_eq!(secret().check(typed, now, None), None, "{typed}");
        }
    }

    #[test]
    fn another_secret_has_other_codes() {
        let other = TotpSecret::from_bytes([7; 20]);
        assert_eq!(other.check("287082", at(59), None), None);
    }

    #[test]
    fn no_time_makes_it_panic() {
        for micros in [i64::MIN, -1, 0, 1, i64::MAX] {
            let now = Timestamp::from_micros(micros);
            let code = secret().code(now);
            assert!(secret().check(code.expose(), now, None).is_some(), "{micros}");
        }
    }

    #[test]
    fn an_address_is_what_apps_expect() {
        let uri = secret().uri("Parlor", "alice@chat.example");
        assert_eq!(
            uri.expose(),
            "otpauth://totp/Parlor:alice%40chat.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Parlor"
        );
        assert!(uri.expose().contains(secret().to_text().expose_secret()));
    }

    #[test]
    fn hostile_names_do_not_break_out_of_the_address() {
        let uri = secret().uri("chat.example:8443", "a&secret=AAAA:b%26#?/\r\n é\"");
        assert_eq!(
            uri.expose(),
            "otpauth://totp/chat.example-8443:a%26secret%3DAAAA-b%2526%23%3F%2F%0D%0A%20%C3%A9%22\
             ?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=chat.example-8443"
        );
        assert!(secret().uri("", " ").expose().starts_with("otpauth://totp/-:-?"));
    }

    #[test]
    fn the_longest_names_fit_into_a_picture() {
        let name = "\u{10ffff}".repeat(10_000);
        let picture = secret().uri(&name, &name).qr_png();
        assert!(picture.len() < 50_000, "{} bytes", picture.len());
    }

    #[test]
    fn secrets_are_not_shown() {
        let secret = secret();
        let shown = format!("{secret:?} {:?}", secret.uri("Parlor", "alice"));
        assert!(!shown.contains("49, 50") && !shown.contains("GEZDG"), "{shown}");
    }

    proptest! {
        #[test]
        fn any_names_make_an_address_with_one_secret(issuer: String, account: String) {
            let uri = secret().uri(&issuer, &account);
            let (label, query) = uri.expose().split_once('?').unwrap();
            let label = label.strip_prefix("otpauth://totp/").unwrap();
            prop_assert_eq!(label.matches(':').count(), 1);
            prop_assert!(!label.contains(['/', '&', '#', ' ']));
            prop_assert_eq!(query.matches('=').count(), 2);
            prop_assert!(query.starts_with("secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer="));
        }

        #[test]
        fn any_text_is_refused_without_a_panic(text: String, micros: i64) {
            let _ = secret().check(&text, Timestamp::from_micros(micros), None);
        }
    }
}
