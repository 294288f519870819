//! The keys that sign access tokens, and how others learn the public ones.

use std::fmt;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{DecodingKey, EncodingKey};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::Error;

/// An Ed25519 key pair.
#[derive(Clone)]
pub struct SigningKey {
    private: EncodingKey,
    public: DecodingKey,
    /// The public key as a JWK spells it.
    x: Box<str>,
    id: Box<str>,
}

impl SigningKey {
    /// The key that follows from 32 bytes, which must be random and stay secret.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).expect("any 32 bytes are a seed");
        let pkcs8 = pair.to_pkcs8v1().expect("a key pair has a PKCS#8 form");
        Self::new(EncodingKey::from_ed_der(pkcs8.as_ref()), &pair)
    }

    /// Reads PKCS#8 PEM (RFC 7468, RFC 8410), as `openssl genpkey -algorithm ed25519` writes it.
    ///
    /// # Errors
    /// [`Error::InvalidKey`]
    pub fn from_pem(pem: &SecretString) -> Result<Self, Error> {
        let private =
            EncodingKey::from_ed_pem(pem.expose_secret().as_bytes()).map_err(|_| Error::InvalidKey)?;
        let pair = Ed25519KeyPair::from_pkcs8(private.as_bytes()).map_err(|_| Error::InvalidKey)?;
        Ok(Self::new(private, &pair))
    }

    /// The key as PKCS#8 PEM, to be kept in a file that nobody else can read.
    pub fn to_pem(&self) -> SecretString {
        // PEM lines hold 64 characters, just what the 48 bytes of such a key take.
        let body = STANDARD.encode(self.private.as_bytes());
        let lines: Vec<&str> = (0..body.len())
            .step_by(64)
            .map(|at| &body[at..body.len().min(at + 64)])
            .collect();
        let lines = lines.join("\n");
        format!("-----BEGIN PRIVATE KEY-----\n{lines}\n-----END PRIVATE KEY-----\n").into()
    }

    /// The key's name: the SHA-256 thumbprint of the public key (RFC 7638) in base64url.
    pub fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn private(&self) -> &EncodingKey {
        &self.private
    }

    pub(crate) fn public(&self) -> &DecodingKey {
        &self.public
    }

    fn new(private: EncodingKey, pair: &Ed25519KeyPair) -> Self {
        let public = pair.public_key().as_ref();
        let x = URL_SAFE_NO_PAD.encode(public);
        // RFC 7638 and RFC 8037 prescribe these members in this order, without white space.
        let canonical = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
        Self {
            private,
            public: DecodingKey::from_ed_der(public),
            x: x.into(),
            id: URL_SAFE_NO_PAD.encode(Sha256::digest(canonical)).into(),
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.id)
    }
}

/// All keys whose tokens are accepted. The newest signs.
///
/// To rotate: put a new key in front, and take the oldest out once the tokens that it signed have expired.
#[derive(Debug, Clone)]
pub struct KeyRing {
    newest: SigningKey,
    older: Vec<SigningKey>,
}

impl KeyRing {
    /// A ring of one key that signs and others that only verify.
    pub fn new(newest: SigningKey, older: Vec<SigningKey>) -> Self {
        Self { newest, older }
    }

    /// The public keys as a JWK Set (RFC 7517, RFC 8037), which is a JSON document.
    pub fn jwks(&self) -> String {
        let keys: Vec<_> = self
            .keys()
            .map(|key| {
                json!({"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": key.id, "x": key.x})
            })
            .collect();
        json!({ "keys": keys }).to_string()
    }

    pub(crate) fn newest(&self) -> &SigningKey {
        &self.newest
    }

    pub(crate) fn find(&self, id: &str) -> Option<&SigningKey> {
        self.keys().find(|key| &*key.id == id)
    }

    fn keys(&self) -> impl Iterator<Item = &SigningKey> {
        std::iter::once(&self.newest).chain(&self.older)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8037, appendix A: the key of every example.
    const SEED: [u8; 32] = [
        0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44,
        0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
    ];

    #[test]
    fn a_key_is_named_by_its_thumbprint() {
        let key = SigningKey::from_seed(&SEED);
        assert_eq!(&*key.x, "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
        assert_eq!(key.id(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        assert_eq!(format!("{key:?}"), format!("SigningKey({})", key.id()));
    }

    #[test]
    fn a_key_reads_back_from_its_pem() {
        let key = SigningKey::from_seed(&SEED);
        let pem = key.to_pem();
        assert_eq!(
            pem.expose_secret(),
            "-----BEGIN PRIVATE KEY-----\n\
             MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n\
             -----END PRIVATE KEY-----\n"
        );
        assert_eq!(SigningKey::from_pem(&pem).unwrap().id(), key.id());
    }

    #[test]
    fn what_is_no_ed25519_key_is_refused() {
        let wrong = [
            "",
            "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g",
            "-----BEGIN PRIVATE KEY-----\nMC4C\n-----END PRIVATE KEY-----\n",
            "-----BEGIN PUBLIC KEY-----\n\
             MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n\
             -----END PUBLIC KEY-----\n",
        ];
        for pem in wrong {
            let refused = SigningKey::from_pem(&pem.into());
            assert_eq!(refused.unwrap_err(), Error::InvalidKey, "{pem}");
        }
    }

    #[test]
    fn the_public_document_names_all_keys_and_no_secret() {
        let ring = KeyRing::new(
            SigningKey::from_seed(&[1; 32]),
            vec![SigningKey::from_seed(&SEED)],
        );
        let document: serde_json::Value = serde_json::from_str(&ring.jwks()).unwrap();
        assert_eq!(document["keys"].as_array().unwrap().len(), 2);
        assert_eq!(
            document["keys"][1],
            json!({
                "kty": "OKP",
                "crv": "Ed25519",
                "use": "sig",
                "alg": "EdDSA",
                "kid": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
                "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
            })
        );
    }
}
