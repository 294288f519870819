//! Access tokens: signed texts by which a request names its user without a look into the database.

use jsonwebtoken::{Algorithm, Header, Validation};
use parlor_domain::{SessionId, Timestamp, UserRef};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::{Error, KeyRing, jwt};

/// Explicit typing (RFC 8725, section 3.11; RFC 9068): no JWT made for another purpose is taken for an access token.
const TYPE: &str = "at+jwt";

/// What an access token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccessClaims {
    /// Whose it is.
    pub user: UserRef,
    /// The session that it belongs to.
    pub session: SessionId,
    /// Whether the user administered the server when it was issued.
    pub admin: bool,
    /// From when it is valid, in whole seconds.
    pub issued_at: Timestamp,
    /// From when it is valid no more, in whole seconds.
    pub expires_at: Timestamp,
}

/// Issues and verifies access tokens: JWTs (RFC 7519) signed with EdDSA (RFC 8037).
#[derive(Debug)]
pub struct AccessTokens {
    keys: KeyRing,
    issuer: Box<str>,
    audience: Box<str>,
    validation: Validation,
}

impl AccessTokens {
    /// Longer texts are refused unread. What is issued here has about 500 bytes.
    pub const MAX_BYTES: usize = 4096;
    /// How far ahead the clock of another node may be.
    const SKEW_SECONDS: i64 = 30;

    /// Issues tokens in the name of `issuer` for `audience`, and accepts those of the same two.
    pub fn new(keys: KeyRing, issuer: &str, audience: &str) -> Self {
        jwt::choose_provider();
        let mut validation = Validation::new(Algorithm::EdDSA);
        // It would read the machine's clock.
        validation.validate_exp = false;
        validation.set_required_spec_claims(&["iss", "aud"]);
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[audience]);
        Self {
            keys,
            issuer: issuer.into(),
            audience: audience.into(),
            validation,
        }
    }

    /// Signs with the newest key. The claims' times are cut to whole seconds.
    pub fn issue(&self, claims: &AccessClaims) -> SecretString {
        let key = self.keys.newest();
        let header = Header {
            typ: Some(TYPE.into()),
            kid: Some(key.id().into()),
            ..Header::new(Algorithm::EdDSA)
        };
        let claims = Claims {
            iss: self.issuer.to_string(),
            aud: self.audience.to_string(),
            sub: claims.user.id.to_string(),
            sid: claims.session.to_string(),
            num: claims.user.number,
            adm: claims.admin,
            iat: claims.issued_at.seconds(),
            nbf: claims.issued_at.seconds(),
            exp: claims.expires_at.seconds(),
        };
        jsonwebtoken::encode(&header, &claims, key.private())
            .expect("an Ed25519 key signs any text")
            .into()
    }

    /// Reads a token that somebody presents. The key is looked up by name among our own; nothing else that the
    /// token's header says is followed.
    ///
    /// # Errors
    /// [`Error::ExpiredToken`] if it is genuine but too old, [`Error::InvalidToken`] for everything else.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<AccessClaims, Error> {
        let claims = self.signed(token).ok_or(Error::InvalidToken)?;
        let verified = claims.read().ok_or(Error::InvalidToken)?;
        if claims.nbf > now.seconds().saturating_add(Self::SKEW_SECONDS) {
            return Err(Error::InvalidToken);
        }
        if claims.exp <= now.seconds() {
            return Err(Error::ExpiredToken);
        }
        Ok(verified)
    }

    /// The public keys with which others can verify our tokens, as a JWK Set (RFC 7517).
    pub fn jwks(&self) -> String {
        self.keys.jwks()
    }

    /// The claims, if one of our keys signed them for us as an access token.
    fn signed(&self, token: &str) -> Option<Claims> {
        let header = jwt::header(token, Self::MAX_BYTES)?;
        if header.typ.as_deref() != Some(TYPE) {
            return None;
        }
        let key = self.keys.find(&header.kid?)?;
        let decoded = jsonwebtoken::decode(token, key.public(), &self.validation).ok()?;
        Some(decoded.claims)
    }
}

/// The JSON of a token.
#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    sid: String,
    num: i64,
    adm: bool,
    iat: i64,
    nbf: i64,
    exp: i64,
}

impl Claims {
    fn read(&self) -> Option<AccessClaims> {
        Some(AccessClaims {
            user: UserRef {
                id: self.sub.parse().ok()?,
                number: self.num,
            },
            session: self.sid.parse().ok()?,
            admin: self.adm,
            issued_at: from_seconds(self.iat)?,
            expires_at: from_seconds(self.exp)?,
        })
    }
}

fn from_seconds(seconds: i64) -> Option<Timestamp> {
    seconds.checked_mul(1_000_000).map(Timestamp::from_micros)
}
