//! A host application that signs tokens for its users.

use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use parlor_ports::{KeySource, KeysError};
use serde_json::{Value, json};

/// A key of the host application, or of somebody who would like to be it.
pub(crate) struct HostKey(Ed25519KeyPair);

/// The one that the host publishes.
pub(crate) static HOST: LazyLock<HostKey> = LazyLock::new(|| HostKey::from_seed(40));

impl HostKey {
    pub(crate) const ISSUER: &str = "https://host.example";
    pub(crate) const AUDIENCE: &str = "parlor";

    pub(crate) fn from_seed(seed: u8) -> Self {
        Self(Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap())
    }

    /// What the host publishes.
    pub(crate) fn published() -> impl KeySource {
        let x = URL_SAFE_NO_PAD.encode(HOST.0.public_key());
        let key = json!({"kty": "OKP", "crv": "Ed25519", "kid": "one", "use": "sig", "alg": "EdDSA", "x": x});
        Published(json!({"keys": [key]}).to_string().into())
    }

    /// What the host says of a user, whose token is good for ten minutes from the time at which the clock of tests begins.
    pub(crate) fn user(subject: &str) -> Value {
        let begin = 1_767_225_600;
        json!({
            "iss": Self::ISSUER, "aud": Self::AUDIENCE, "sub": subject, "sid": format!("session of {subject}"),
            "preferred_username": subject, "name": "Somebody", "iat": begin, "nbf": begin, "exp": begin + 600,
        })
    }

    /// A token with these claims.
    pub(crate) fn sign(&self, claims: &Value) -> String {
        self.sign_as(&json!({"typ": "JWT", "alg": "EdDSA", "kid": "one"}), claims)
    }

    pub(crate) fn sign_as(&self, header: &Value, claims: &Value) -> String {
        let part = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let message = format!("{}.{}", part(header), part(claims));
        let signature = self.0.sign(message.as_bytes());
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

struct Published(Arc<str>);

#[async_trait]
impl KeySource for Published {
    async fn keys(&self, _missing: Option<&str>) -> Result<Arc<str>, KeysError> {
        Ok(self.0.clone())
    }
}
