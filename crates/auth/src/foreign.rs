//! Tokens of a host application, by which its users come in without a second login.

mod claims;
mod jwk;
mod keys;
mod public;
mod settings;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Header, Validation, decode};
use parlor_domain::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

pub use claims::ForeignClaims;
pub use keys::ForeignKeys;
pub use settings::{ClaimNames, ForeignAlgorithm, ForeignSettings};

use crate::{Error, jwt};

/// Verifies JWTs (RFC 7519, RFC 8725) of one trusted issuer.
#[derive(Debug)]
pub struct ForeignTokens {
    settings: ForeignSettings,
}

impl ForeignTokens {
    /// Longer texts are refused unread.
    pub const MAX_BYTES: usize = 16 * 1024;

    /// Accepts the tokens that the settings say.
    pub fn new(settings: ForeignSettings) -> Self {
        jwt::choose_provider();
        Self { settings }
    }

    /// Whether a token says that it is the host's. Nothing is verified: good only for choosing who is to verify it.
    pub fn issued_by_host(&self, token: &str) -> bool {
        #[derive(Deserialize)]
        struct Issuer {
            iss: String,
        }
        token.len() <= Self::MAX_BYTES
            && token
                .split('.')
                .nth(1)
                .and_then(|claims| URL_SAFE_NO_PAD.decode(claims).ok())
                .and_then(|claims| serde_json::from_slice::<Issuer>(&claims).ok())
                .is_some_and(|claims| claims.iss == self.settings.issuer)
    }

    /// The name of the key with which a token says that it is signed. Nothing is verified.
    ///
    /// # Errors
    /// [`Error::InvalidToken`]
    pub fn key_id(&self, token: &str) -> Result<Option<String>, Error> {
        Ok(self.header(token)?.kid)
    }

    /// Reads a token that somebody presents. Of its header, only the name of a key among `keys` is followed: the
    /// algorithm is that of the key.
    ///
    /// # Errors
    /// - [`Error::UnknownKey`] if it names a key that is not among `keys`, or was not signed with the one that has no name:
    ///   they may be older than the token.
    /// - [`Error::ExpiredToken`] if it is genuine but too old.
    /// - [`Error::InvalidToken`] for everything else.
    pub fn verify(&self, token: &str, keys: &ForeignKeys, now: Timestamp) -> Result<ForeignClaims, Error> {
        let header = self.header(token)?;
        let algorithm = ForeignAlgorithm::of(header.alg)
            .filter(|algorithm| self.settings.algorithms.contains(algorithm))
            .ok_or(Error::InvalidToken)?;
        let key = keys.select(header.kid.as_deref(), algorithm)?;
        let signed: Map<String, Value> = decode(token, &key.public, &only_signature(key.algorithm))
            .map_err(|error| match error.kind() {
                // A key without a name is replaced without a sign of it.
                ErrorKind::InvalidSignature if key.id.is_none() => Error::UnknownKey,
                _ => Error::InvalidToken,
            })?
            .claims;
        ForeignClaims::read(&signed, &self.settings, now)
    }

    fn header(&self, token: &str) -> Result<Header, Error> {
        jwt::header(token, Self::MAX_BYTES)
            .filter(|header| header.typ.as_deref().is_none_or(names_a_user))
            .ok_or(Error::InvalidToken)
    }
}

/// Whether a token of this type tells who somebody is. Hosts sign others with the same keys for the same audience, such
/// as `logout+jwt`.
fn names_a_user(kind: &str) -> bool {
    let kind = kind.to_ascii_lowercase();
    matches!(
        kind.strip_prefix("application/").unwrap_or(&kind),
        "jwt" | "at+jwt"
    )
}

/// The library checks the signature. It would read the machine's clock, and take a list of issuers for one.
fn only_signature(algorithm: ForeignAlgorithm) -> Validation {
    let mut validation = Validation::new(algorithm.algorithm());
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation
}
