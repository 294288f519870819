//! A server's tokens, and a workshop for tokens that only look like them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey};
use parlor_auth::{AccessClaims, AccessTokens, KeyRing, SigningKey};
use parlor_domain::{SessionId, Timestamp, UserId, UserRef};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

pub(crate) const ISSUER: &str = "https://chat.example";
pub(crate) const AUDIENCE: &str = "parlor";

/// The seconds at which the tokens here are issued and expire.
pub(crate) const ISSUED: i64 = 1_767_225_600;
pub(crate) const EXPIRES: i64 = ISSUED + 600;

pub(crate) fn key() -> SigningKey {
    SigningKey::from_seed(&[1; 32])
}

pub(crate) fn tokens() -> AccessTokens {
    AccessTokens::new(KeyRing::new(key(), Vec::new()), ISSUER, AUDIENCE)
}

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

pub(crate) fn claims() -> AccessClaims {
    AccessClaims {
        user: UserRef {
            id: UserId::new("01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap()),
            number: 7,
        },
        session: SessionId::new("01890a5d-ac96-774b-bcce-b302099a8058".parse().unwrap()),
        admin: false,
        issued_at: at(ISSUED),
        expires_at: at(EXPIRES),
    }
}

pub(crate) fn issued() -> String {
    tokens().issue(&claims()).expose_secret().to_owned()
}

/// The header and the claims of [`issued`] as JSON, to be changed.
pub(crate) fn parts() -> (Value, Value) {
    let header = json!({"typ": "at+jwt", "alg": "EdDSA", "kid": key().id()});
    let claims = json!({
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "01890a5d-ac96-774b-bcce-b302099a8057",
        "sid": "01890a5d-ac96-774b-bcce-b302099a8058",
        "num": 7,
        "adm": false,
        "iat": ISSUED,
        "nbf": ISSUED,
        "exp": EXPIRES,
    });
    (header, claims)
}

/// A token as the server's key would sign it.
pub(crate) fn sign(header: &Value, claims: &Value) -> String {
    sign_with(&key(), header, claims)
}

/// A token signed by another key.
pub(crate) fn sign_with(key: &SigningKey, header: &Value, claims: &Value) -> String {
    let private = EncodingKey::from_ed_pem(key.to_pem().expose_secret().as_bytes()).unwrap();
    sign_as(&private, Algorithm::EdDSA, header, claims)
}

/// A token signed in another way.
pub(crate) fn sign_as(key: &EncodingKey, algorithm: Algorithm, header: &Value, claims: &Value) -> String {
    let message = format!("{}.{}", encode(header), encode(claims));
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), key, algorithm).unwrap();
    format!("{message}.{signature}")
}

pub(crate) fn encode(part: &Value) -> String {
    URL_SAFE_NO_PAD.encode(part.to_string())
}

/// A copy with another value in it.
pub(crate) fn with(part: &Value, name: &str, value: Value) -> Value {
    let mut changed = part.clone();
    changed[name] = value;
    changed
}

/// A copy with one value less.
pub(crate) fn without(part: &Value, name: &str) -> Value {
    let mut changed = part.clone();
    changed.as_object_mut().unwrap().remove(name).unwrap();
    changed
}

/// Texts that are no tokens, some of them nearly this one.
pub(crate) fn broken(token: &str) -> Vec<String> {
    vec![
        String::new(),
        ".".into(),
        "..".into(),
        ".".repeat(6000),
        "a".repeat(2_000_000),
        format!("{}.{}", "A".repeat(1_000_000), "A".repeat(1_000_000)),
        format!("{token}."),
        format!(".{token}"),
        format!("{token}="),
        format!(" {token}"),
        format!("{token}\n"),
        format!("Bearer {token}"),
        token.replace('.', ".."),
        token.replace('.', ""),
    ]
}
