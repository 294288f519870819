//! Hashing and checking passwords.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bcrypt::HashParts;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::SecretString;
use sha2::Sha256;

use crate::{Error, django};

/// What stands before a bcrypt hash (`$2b$…`) that was made here, so that hashes of other schemes can stand beside it.
const SCHEME: &str = "$parlor";

/// Makes and checks password hashes.
///
/// bcrypt reads 72 bytes of a password and stops at a NUL. So it is given, instead of the password, the base64 of
/// HMAC-SHA-256 of the whole of it, 44 bytes. The HMAC is keyed with the hash's salt, so that digests of passwords
/// that leaked elsewhere are of no use in guessing. The text kept is `$parlor$2b$<cost>$<salt><hash>`.
#[derive(Debug, Clone, Copy)]
pub struct PasswordHasher {
    cost: u32,
}

impl PasswordHasher {
    /// The least cost. Tests use it; people should not go below 10.
    pub const MIN_COST: u32 = 4;
    /// The greatest cost, about ten seconds of work. It also bounds what a stored hash can ask for.
    pub const MAX_COST: u32 = 17;

    /// Hashes with this bcrypt cost from now on; the work doubles with each step. Hashes made with another cost stay
    /// valid, but are not current.
    ///
    /// # Errors
    /// [`Error::CostOutOfRange`]
    pub fn new(cost: u32) -> Result<Self, Error> {
        if (Self::MIN_COST..=Self::MAX_COST).contains(&cost) {
            Ok(Self { cost })
        } else {
            Err(Error::CostOutOfRange {
                min: Self::MIN_COST,
                max: Self::MAX_COST,
            })
        }
    }

    /// The hash of a password, with a salt that must be fresh and random. Takes a good part of a second of CPU.
    pub fn hash(&self, password: &str, salt: [u8; 16]) -> SecretString {
        let digest = digest(password, &salt);
        let parts = bcrypt::non_truncating_hash_with_salt(digest, self.cost, salt)
            .expect("the cost was checked and a digest is shorter than 72 bytes");
        format!("{SCHEME}{parts}").into()
    }

    /// Whether this is the password of that hash, which was made here or by Django. False for a hash that is broken, asks for
    /// too much work, or is of an unknown scheme. Takes as long as hashing, or as Django would.
    pub fn verify(&self, password: &str, stored: &str) -> bool {
        let Some(bcrypt_hash) = stored.strip_prefix(SCHEME) else {
            return django::verify(password, stored);
        };
        let Ok(parts) = bcrypt_hash.parse::<HashParts>() else {
            return false;
        };
        let digest = digest(password, &parts.get_salt_raw());
        parts.get_cost() <= Self::MAX_COST
            && bcrypt::non_truncating_verify(digest, bcrypt_hash).unwrap_or(false)
    }

    /// Whether a text that another server kept is a hash of Django's against which [`verify`](Self::verify) can check. What is none
    /// is no password: nothing is to be compared with it.
    pub fn is_of_django(stored: &str) -> bool {
        django::knows(stored)
    }

    /// Whether a hash is of the scheme and the cost that [`hash`](Self::hash) gives it now. One that is not is to be made
    /// anew when its password is known.
    pub fn is_current(&self, stored: &str) -> bool {
        let bcrypt_hash = stored.strip_prefix(SCHEME);
        let parts = bcrypt_hash.and_then(|hash| hash.parse::<HashParts>().ok());
        parts.is_some_and(|parts| parts.get_cost() == self.cost)
    }

    /// A hash that no password has, to be verified where there is no account, so that the answer takes as long.
    pub fn nobodys_hash(&self) -> SecretString {
        // In bcrypt's base64 a dot stands for six zero bits: a salt and a digest of zeros.
        format!("{SCHEME}$2b${:02}${:.>53}", self.cost, "").into()
    }
}

fn digest(password: &str, salt: &[u8; 16]) -> String {
    let mut hmac = Hmac::<Sha256>::new_from_slice(salt).expect("HMAC takes keys of any length");
    hmac.update(password.as_bytes());
    STANDARD.encode(hmac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use secrecy::ExposeSecret;

    use super::*;

    fn hasher() -> PasswordHasher {
        PasswordHasher::new(PasswordHasher::MIN_COST).unwrap()
    }

    fn hash(password: &str) -> String {
        hasher().hash(password, [7; 16]).expose_secret().to_owned()
    }

    #[test]
    fn only_the_right_password_is_accepted() {
        let stored = hash("correct horse");
        assert!(stored.starts_with("$parlor$2b$04$"), "{stored}");
        assert!(hasher().verify("correct horse", &stored));
        for wrong in ["", "correct hors", "Correct horse", "correct horse "] {
            assert!(!hasher().verify(wrong, &stored), "{wrong:?}");
        }
    }

    #[test]
    fn every_byte_of_a_password_counts() {
        let long = "x".repeat(72);
        assert!(!hasher().verify(&format!("{long}b"), &hash(&format!("{long}a"))));
        assert!(!hasher().verify(&long, &hash(&format!("{long}a"))));
        assert!(!hasher().verify("pw\0b", &hash("pw\0a")));
        assert!(!hasher().verify("pw", &hash("pw\0a")));
        assert!(hasher().verify("pw\0a", &hash("pw\0a")));
    }

    #[test]
    fn the_same_password_with_another_salt_has_another_hash() {
        let other = hasher().hash("correct horse", [8; 16]);
        assert_ne!(hash("correct horse"), other.expose_secret());
    }

    #[test]
    fn a_hash_outlives_a_change_of_the_cost() {
        let stored = hash("correct horse");
        assert!(PasswordHasher::new(5).unwrap().verify("correct horse", &stored));
    }

    #[test]
    fn a_hash_is_current_as_long_as_it_would_be_made_so() {
        let stored = hash("correct horse");
        assert!(hasher().is_current(&stored));
        assert!(!PasswordHasher::new(5).unwrap().is_current(&stored));
        for other in ["", "!", SCHEME, stored.strip_prefix(SCHEME).unwrap()] {
            assert!(!hasher().is_current(other), "{other:?}");
        }
    }

    #[test]
    fn a_hash_that_django_made_is_verified_but_not_current() {
        let stored = "pbkdf2_sha256$1000$seasalt$mQnueSakb748zqBAC1tmWVZsZbi2zPGZarEzTGdfmso=";
        assert!(hasher().verify("correct horse", stored));
        assert!(!hasher().verify("wrong horse", stored));
        assert!(!hasher().verify("correct horse", &[SCHEME, stored].concat()));
        assert!(!hasher().is_current(stored));
    }

    #[test]
    fn nobodys_hash_is_well_formed_and_matches_nothing() {
        let nobody = hasher().nobodys_hash();
        let bcrypt_hash = nobody.expose_secret().strip_prefix(SCHEME).unwrap();
        assert_eq!(bcrypt_hash.parse::<HashParts>().unwrap().get_cost(), 4);
        assert!(!hasher().verify("", nobody.expose_secret()));
        assert!(!hasher().verify("correct horse", nobody.expose_secret()));
    }

    #[test]
    fn hashes_of_other_schemes_and_absurd_costs_are_refused() {
        let bare = hash("pw").replace("$parlor", "");
        let endless = hash("pw").replace("$04$", "$31$");
        for stored in ["", "$parlor", "pw", &bare, &endless, "$argon2id$v=19$m=8"] {
            assert!(!hasher().verify("pw", stored), "{stored:?}");
        }
        assert!(PasswordHasher::new(3).is_err());
        assert!(PasswordHasher::new(18).is_err());
    }

    proptest! {
        #[test]
        fn broken_hashes_are_refused_without_a_panic(text in any::<String>()) {
            prop_assert!(!hasher().verify("pw", &text));
            let tagged = [SCHEME, &text].concat();
            prop_assert!(!hasher().verify("pw", &tagged));
        }

        #[test]
        fn damaged_hashes_are_refused_without_a_panic(at in 0..67usize, put in "[^$]") {
            let mut stored: Vec<String> = hash("pw").chars().map(String::from).collect();
            stored[at] = put;
            prop_assert!(!hasher().verify("other", &stored.concat()));
        }
    }
}
