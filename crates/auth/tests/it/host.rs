//! A host application: its keys, and the tokens that it signs.

use std::sync::LazyLock;

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RsaKeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey};
use parlor_auth::{Error, ForeignClaims, ForeignKeys, ForeignSettings, ForeignTokens};
use serde_json::{Value, json};

use crate::mint::{EXPIRES, ISSUED, at, sign_as};

pub(crate) const HOST: &str = "https://host.example";
pub(crate) const AUDIENCE: &str = "parlor";

pub(crate) static RSA: LazyLock<HostKey> = LazyLock::new(|| {
    let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let private = pem("PRIVATE KEY", pair.as_der().unwrap().as_ref());
    let private = EncodingKey::from_rsa_pem(private.as_bytes()).unwrap();
    let public = pair.public_key().as_der().unwrap();
    HostKey::new("rsa", Algorithm::RS256, private, public.as_ref())
});

pub(crate) static EC: LazyLock<HostKey> = LazyLock::new(|| {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let private = EncodingKey::from_ec_der(pair.to_pkcs8v1().unwrap().as_ref());
    let public = pair.public_key().as_der().unwrap();
    HostKey::new("ec", Algorithm::ES256, private, public.as_ref())
});

pub(crate) static ED: LazyLock<HostKey> = LazyLock::new(|| ed("ed", 40));

/// A key pair of the host.
pub(crate) struct HostKey {
    pub(crate) algorithm: Algorithm,
    pub(crate) private: EncodingKey,
    /// The public key as JSON.
    pub(crate) jwk: Value,
    /// The public key as SubjectPublicKeyInfo.
    pub(crate) der: Vec<u8>,
}

impl HostKey {
    fn new(id: &str, algorithm: Algorithm, private: EncodingKey, public: &[u8]) -> Self {
        let mut jwk = serde_json::to_value(Jwk::from_encoding_key(&private, algorithm).unwrap()).unwrap();
        jwk["kid"] = json!(id);
        jwk["use"] = json!("sig");
        Self {
            algorithm,
            private,
            jwk,
            der: public.into(),
        }
    }

    /// The header that the host gives its tokens.
    pub(crate) fn header(&self) -> Value {
        json!({"typ": "JWT", "alg": self.algorithm, "kid": self.jwk["kid"]})
    }

    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        sign_as(&self.private, self.algorithm, header, claims)
    }

    /// A token as the host signs it.
    pub(crate) fn token(&self, claims: &Value) -> String {
        self.sign(&self.header(), claims)
    }

    pub(crate) fn public_pem(&self) -> String {
        pem("PUBLIC KEY", &self.der)
    }
}

/// An Ed25519 key of the host.
pub(crate) fn ed(id: &str, seed: u8) -> HostKey {
    let pair = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap();
    let private = EncodingKey::from_ed_der(pair.to_pkcs8v1().unwrap().as_ref());
    let public = pair.public_key().as_der().unwrap();
    HostKey::new(id, Algorithm::EdDSA, private, public.as_ref())
}

pub(crate) fn pem(tag: &str, der: &[u8]) -> String {
    format!(
        "-----BEGIN {tag}-----\n{}\n-----END {tag}-----\n",
        STANDARD.encode(der)
    )
}

pub(crate) fn jwks(keys: &[&HostKey]) -> String {
    let keys: Vec<&Value> = keys.iter().map(|key| &key.jwk).collect();
    json!({ "keys": keys }).to_string()
}

/// All that the host publishes.
pub(crate) fn keys() -> ForeignKeys {
    ForeignKeys::from_jwks(&jwks(&[&RSA, &EC, &ED])).unwrap()
}

pub(crate) fn foreign() -> ForeignTokens {
    ForeignTokens::new(ForeignSettings::new(HOST, AUDIENCE))
}

/// What the host says of a user.
pub(crate) fn user() -> Value {
    json!({
        "iss": HOST,
        "aud": AUDIENCE,
        "sub": "user-7",
        "sid": "session-9",
        "preferred_username": "alice",
        "name": "Alice Liddell",
        "email": "alice@host.example",
        "email_verified": true,
        "iat": ISSUED,
        "nbf": ISSUED,
        "exp": EXPIRES,
    })
}

/// What becomes of a token, in the second in which [`user`] is valid from.
pub(crate) fn verify(token: &str) -> Result<ForeignClaims, Error> {
    foreign().verify(token, &keys(), at(ISSUED))
}
