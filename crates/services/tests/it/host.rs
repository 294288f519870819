//! A host application: its key, and the tokens that it signs.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use parlor_auth::{AccessTokens, ForeignSettings, KeyRing, SigningKey};
use parlor_ports::{KeySource, KeysError};
use parlor_services::Settings;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

pub(crate) const ISSUER: &str = "https://app.example";
const AUDIENCE: &str = "parlor";
/// The second at which the tests begin.
pub(crate) const START: i64 = 1_767_225_600;

/// The keys of the host application.
pub(crate) fn keys() -> Keys {
    Keys::new(&[key()])
}

pub(crate) fn key() -> SigningKey {
    SigningKey::from_seed(&[7; 32])
}

/// A server for people of the host application.
pub(crate) fn settings() -> Settings {
    Settings {
        host: Some(ForeignSettings::new(ISSUER, AUDIENCE)),
        ..Settings::default()
    }
}

/// What the host says of somebody, for ten minutes.
pub(crate) fn claims(subject: &str) -> Value {
    json!({"iss": ISSUER, "aud": AUDIENCE, "sub": subject, "iat": START, "exp": START + 600})
}

/// The claims, with some of them changed, added, or (`null`) taken out.
pub(crate) fn claims_but(subject: &str, changes: Value) -> Value {
    let mut claims = claims(subject);
    let all = claims.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => all.remove(name),
            value => all.insert(name.clone(), value.clone()),
        };
    }
    claims
}

/// A token as the host signs it.
pub(crate) fn token(claims: &Value) -> String {
    signed_by(&key(), claims)
}

pub(crate) fn signed_by(key: &SigningKey, claims: &Value) -> String {
    let header = Header {
        kid: Some(key.id().into()),
        ..Header::new(Algorithm::EdDSA)
    };
    let private = EncodingKey::from_ed_pem(key.to_pem().expose_secret().as_bytes()).unwrap();
    jsonwebtoken::encode(&header, claims, &private).unwrap()
}

/// A token that is signed with what everybody knows, as if that were a shared secret.
pub(crate) fn signed_with_public_key(claims: &Value) -> String {
    let header = Header {
        kid: Some(key().id().into()),
        ..Header::new(Algorithm::HS256)
    };
    let public: Value = serde_json::from_str(&jwks(&[key()])).unwrap();
    let public = public["keys"][0]["x"].as_str().unwrap();
    let secret = EncodingKey::from_secret(&URL_SAFE_NO_PAD.decode(public).unwrap());
    jsonwebtoken::encode(&header, claims, &secret).unwrap()
}

/// A token that says that it needs no signature, with this one.
pub(crate) fn unsigned(claims: &Value, signature: &str) -> String {
    let encode = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let header = json!({"alg": "none", "typ": "JWT", "kid": key().id()});
    format!("{}.{}.{signature}", encode(&header), encode(claims))
}

fn jwks(keys: &[SigningKey]) -> String {
    let (newest, older) = keys.split_first().unwrap();
    let ring = KeyRing::new(newest.clone(), older.to_vec());
    AccessTokens::new(ring, ISSUER, AUDIENCE).jwks()
}

/// Keys that can be changed, and count how often they are fetched.
pub(crate) struct Keys {
    published: Mutex<String>,
    had: Mutex<Arc<str>>,
    fetched: AtomicUsize,
    may_fetch: AtomicUsize,
}

impl Keys {
    pub(crate) fn new(keys: &[SigningKey]) -> Self {
        let published = jwks(keys);
        Self {
            had: Mutex::new(published.as_str().into()),
            published: Mutex::new(published),
            fetched: AtomicUsize::new(0),
            may_fetch: AtomicUsize::new(1),
        }
    }

    /// Publishes other keys.
    pub(crate) fn rotate(&self, keys: &[SigningKey]) {
        *self.published.lock().unwrap() = jwks(keys);
    }

    /// How often they were fetched since the beginning.
    pub(crate) fn fetched(&self) -> usize {
        self.fetched.load(Ordering::SeqCst)
    }

    /// Lets them be fetched once more, as when some time has passed.
    pub(crate) fn may_be_fetched(&self) {
        self.may_fetch.store(1, Ordering::SeqCst);
    }
}

#[async_trait]
impl KeySource for Keys {
    async fn keys(&self, missing: Option<&str>) -> Result<Arc<str>, KeysError> {
        let mut had = self.had.lock().unwrap();
        if missing.is_some() && self.may_fetch.swap(0, Ordering::SeqCst) > 0 {
            self.fetched.fetch_add(1, Ordering::SeqCst);
            let published = self.published.lock().unwrap();
            if **had != **published {
                *had = published.as_str().into();
            }
        }
        Ok(had.clone())
    }
}
