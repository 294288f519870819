//! The vault: secrets that must be kept so that they can be read again.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use parlor_domain::Timestamp;
use secrecy::{ExposeSecret, ExposeSecretMut, SecretBox, SecretSlice};

use crate::mac::hmac;
use crate::{CodeSecret, DialectTokens, Error, LinkSecret, MediaNames, RegisterIdSecret, Signed, StableKeys};

/// The first byte of what is sealed, so that it can be told from what another version of the server seals.
const FORMAT: u8 = 1;

/// Seals secrets with AES-256-GCM, so that the database holds nothing that it could give away.
///
/// It has one master key, from which the keys for each use follow, and may have older ones, which only open. To rotate:
/// put a new key in front, and take the oldest out when nothing is left that was sealed or hashed with it.
#[derive(Debug)]
pub struct Vault {
    newest: Keys,
    older: Vec<Keys>,
}

impl Vault {
    /// A vault with this master key, and those which were the master key before. All must be random.
    pub fn new(key: [u8; 32], older: Vec<[u8; 32]>) -> Self {
        Self {
            newest: Keys::derive(key),
            older: older.into_iter().map(Keys::derive).collect(),
        }
    }

    /// Seals a secret. It opens only for the same `purpose`, which should name the thing and its owner: then nobody who
    /// can write to the database can exchange the secrets of two people.
    ///
    /// `nonce` must be random and fresh. The result is 29 bytes longer than `plain`: the format, the nonce, the
    /// ciphertext, the tag.
    pub fn seal(&self, purpose: &[u8], nonce: [u8; NONCE_LEN], plain: &[u8]) -> Vec<u8> {
        let body = 1 + NONCE_LEN;
        let mut sealed = Vec::with_capacity(body + plain.len() + AES_256_GCM.tag_len());
        sealed.push(FORMAT);
        sealed.extend(nonce);
        sealed.extend(plain);
        let nonce = Nonce::assume_unique_for_key(nonce);
        let tag = self
            .newest
            .seal
            .seal_in_place_separate_tag(nonce, Aad::from(purpose), &mut sealed[body..])
            .expect("AES-GCM seals 64 GiB at once");
        sealed.extend(tag.as_ref());
        sealed
    }

    /// Opens what was sealed for this purpose with the master key or an older one.
    ///
    /// # Errors
    /// [`Error::BrokenSeal`]
    pub fn open(&self, purpose: &[u8], sealed: &[u8]) -> Result<SecretSlice<u8>, Error> {
        let (format, rest) = sealed.split_first().ok_or(Error::BrokenSeal)?;
        if *format != FORMAT {
            return Err(Error::BrokenSeal);
        }
        let (nonce, rest) = rest.split_first_chunk().ok_or(Error::BrokenSeal)?;
        std::iter::once(&self.newest)
            .chain(&self.older)
            .find_map(|keys| keys.open(purpose, *nonce, rest))
            .ok_or(Error::BrokenSeal)
    }

    /// The secret under which codes are hashed from now on.
    pub fn code_secret(&self) -> &CodeSecret {
        &self.newest.codes
    }

    /// The secret under which links are signed from now on.
    pub fn link_secret(&self) -> &LinkSecret {
        &self.newest.links
    }

    /// What the dialects' tokens, keys and names follow from now on.
    pub fn dialects(&self) -> &DialectSecrets {
        &self.newest.dialects
    }

    /// What they follow, and have followed: the newest first.
    pub fn all_dialects(&self) -> impl Iterator<Item = &DialectSecrets> {
        std::iter::once(&self.newest)
            .chain(&self.older)
            .map(|keys| &keys.dialects)
    }

    /// Who has made a link that was signed with the master key or an older one, and until when it is good.
    pub fn check_link(&self, thing: &[u8], signature: &str, now: Timestamp) -> Option<Signed> {
        let mut keys = std::iter::once(&self.newest).chain(&self.older);
        keys.find_map(|keys| keys.links.check(thing, signature, now))
    }

    /// The secrets of the older master keys. What was hashed under them, and is not over yet, must be compared under them.
    pub fn older_code_secrets(&self) -> impl Iterator<Item = &CodeSecret> {
        self.older.iter().map(|keys| &keys.codes)
    }
}

/// What dialects need of one master key.
#[derive(Debug)]
pub struct DialectSecrets {
    /// Makes and checks JWTs.
    pub tokens: DialectTokens,
    /// Makes and checks keys that stay the same.
    pub keys: StableKeys,
    /// Names media.
    pub names: MediaNames,
    /// Hashes register ids.
    pub register_ids: RegisterIdSecret,
}

/// What follows from one master key.
#[derive(Debug)]
struct Keys {
    seal: LessSafeKey,
    codes: CodeSecret,
    links: LinkSecret,
    dialects: DialectSecrets,
}

impl Keys {
    fn derive(master: [u8; 32]) -> Self {
        let master = SecretBox::new(Box::new(master));
        let derive = |label: &[u8]| SecretBox::new(Box::new(hmac(master.expose_secret(), &[label])));
        let seal = derive(b"parlor vault: seals, AES-256-GCM");
        let seal =
            UnboundKey::new(&AES_256_GCM, seal.expose_secret()).expect("a key of AES-256 has 32 bytes");
        let codes = derive(b"parlor vault: codes, HMAC-SHA-256");
        let links = derive(b"parlor vault: links, HMAC-SHA-256");
        let dialects = derive(b"parlor vault: dialects");
        Self {
            seal: LessSafeKey::new(seal),
            codes: CodeSecret::from_bytes(*codes.expose_secret()),
            links: LinkSecret::from_bytes(*links.expose_secret()),
            dialects: DialectSecrets {
                tokens: DialectTokens::new(dialects.expose_secret()),
                keys: StableKeys::new(dialects.expose_secret()),
                names: MediaNames::new(dialects.expose_secret()),
                register_ids: RegisterIdSecret::new(dialects.expose_secret()),
            },
        }
    }

    fn open(&self, purpose: &[u8], nonce: [u8; NONCE_LEN], body: &[u8]) -> Option<SecretSlice<u8>> {
        let length = body.len().checked_sub(AES_256_GCM.tag_len())?;
        let (ciphertext, tag) = body.split_at(length);
        let mut plain = SecretSlice::from(vec![0; length]);
        let nonce = Nonce::assume_unique_for_key(nonce);
        self.seal
            .open_separate_gather(
                nonce,
                Aad::from(purpose),
                ciphertext,
                tag,
                plain.expose_secret_mut(),
            )
            .ok()?;
        Some(plain)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::OneTimeCode;

    const PURPOSE: &[u8] = b"totp of somebody";

    fn vault() -> Vault {
        Vault::new([1; 32], Vec::new())
    }

    fn sealed() -> Vec<u8> {
        vault().seal(PURPOSE, [5; 12], b"the secret")
    }

    fn opened(vault: &Vault, sealed: &[u8]) -> Option<Vec<u8>> {
        let plain = vault.open(PURPOSE, sealed).ok()?;
        Some(plain.expose_secret().to_vec())
    }

    #[test]
    fn what_is_sealed_opens_again() {
        assert_eq!(opened(&vault(), &sealed()).unwrap(), b"the secret");
        let empty = vault().seal(PURPOSE, [5; 12], b"");
        assert_eq!(opened(&vault(), &empty).unwrap(), b"");
    }

    #[test]
    fn a_seal_has_a_format_a_nonce_and_a_tag_and_hides_the_secret() {
        let sealed = sealed();
        assert_eq!(sealed.len(), 29 + b"the secret".len());
        assert_eq!(sealed[..13], [1, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5]);
        assert!(!sealed.windows(6).any(|window| window == b"secret"));
    }

    #[test]
    fn what_is_sealed_for_one_opens_for_nobody_else() {
        for purpose in [b"totp of somebodx".as_slice(), b"", b"mail of somebody"] {
            let refused = vault().open(purpose, &sealed());
            assert_eq!(refused.unwrap_err(), Error::BrokenSeal);
        }
    }

    #[test]
    fn another_key_opens_nothing() {
        assert!(opened(&Vault::new([2; 32], Vec::new()), &sealed()).is_none());
    }

    #[test]
    fn an_older_key_opens_and_does_not_seal() {
        let rotated = Vault::new([3; 32], vec![[2; 32], [1; 32]]);
        assert_eq!(opened(&rotated, &sealed()).unwrap(), b"the secret");
        let fresh = rotated.seal(PURPOSE, [6; 12], b"new");
        assert!(opened(&vault(), &fresh).is_none());
        let finished = Vault::new([3; 32], Vec::new());
        assert_eq!(opened(&finished, &fresh).unwrap(), b"new");
        assert!(opened(&finished, &sealed()).is_none());
    }

    #[test]
    fn cut_seals_are_refused() {
        let sealed = sealed();
        for length in 0..sealed.len() {
            assert!(opened(&vault(), &sealed[..length]).is_none(), "{length} bytes");
        }
    }

    #[test]
    fn codes_can_be_compared_under_the_older_secret() {
        let code = OneTimeCode::from_random(1);
        let kept = code.digest(vault().code_secret(), b"");
        let rotated = Vault::new([2; 32], vec![[1; 32]]);
        assert_ne!(code.digest(rotated.code_secret(), b""), kept);
        let older = rotated.older_code_secrets().next().unwrap();
        assert_eq!(code.digest(older, b""), kept);
    }

    #[test]
    fn the_keys_differ_from_each_other_and_from_the_master_key() {
        let code = OneTimeCode::from_random(1);
        let kept = code.digest(vault().code_secret(), b"");
        assert_ne!(code.digest(&CodeSecret::from_bytes([1; 32]), b""), kept);
        let master = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &[1; 32]).unwrap());
        let nonce = Nonce::assume_unique_for_key([5; 12]);
        let mut sealed = sealed();
        let opened = master.open_in_place(nonce, Aad::from(PURPOSE), &mut sealed[13..]);
        assert!(opened.is_err());
    }

    #[test]
    fn keys_are_not_shown() {
        let shown = format!("{:?}", Vault::new([77; 32], vec![[78; 32]]));
        assert!(!shown.contains("77") && !shown.contains("78"), "{shown}");
    }

    proptest! {
        #[test]
        fn a_seal_with_any_bit_changed_is_refused(at in 0..sealed().len(), bit in 0..8u8) {
            let mut broken = sealed();
            broken[at] ^= 1 << bit;
            prop_assert!(opened(&vault(), &broken).is_none());
        }

        #[test]
        fn any_bytes_are_refused_without_a_panic(mut bytes: Vec<u8>) {
            prop_assert!(opened(&vault(), &bytes).is_none());
            bytes.insert(0, FORMAT);
            prop_assert!(opened(&vault(), &bytes).is_none());
        }
    }
}
