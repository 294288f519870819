//! The public keys of a host application.

use jsonwebtoken::DecodingKey;

use super::jwk::JwkSet;
use super::{ForeignAlgorithm, public};
use crate::Error;

/// The public keys with which a host application's tokens are verified.
#[derive(Debug, Clone)]
pub struct ForeignKeys(Vec<ForeignKey>);

/// A key of the host, and the one algorithm that it is for.
#[derive(Debug, Clone)]
pub(super) struct ForeignKey {
    pub(super) id: Option<String>,
    pub(super) algorithm: ForeignAlgorithm,
    pub(super) public: DecodingKey,
}

impl ForeignKeys {
    /// More keys are refused.
    pub const MAX: usize = 100;
    /// Longer documents are refused unread.
    pub const MAX_BYTES: usize = 1024 * 1024;

    /// Reads a JWK Set or PEM, whichever it is.
    ///
    /// # Errors
    /// [`Error::InvalidKeys`]
    pub fn parse(document: &str) -> Result<Self, Error> {
        if document.trim_start().starts_with('{') {
            Self::from_jwks(document)
        } else {
            Self::from_pem(document)
        }
    }

    /// Reads a JWK Set (RFC 7517). Keys that are not for signatures, or of a kind that is not supported, are left out.
    ///
    /// # Errors
    /// [`Error::InvalidKeys`] if no key is left, or if the document holds a private key or a shared secret: then it has
    /// given away what it should protect, and nothing signed with it can be trusted.
    pub fn from_jwks(json: &str) -> Result<Self, Error> {
        check_size(json)?;
        let set: JwkSet =
            serde_json::from_str(json).map_err(|_| Error::InvalidKeys("they are no JWK Set"))?;
        Self::new(set.read()?)
    }

    /// Reads one or more public keys as PEM (RFC 7468): `-----BEGIN PUBLIC KEY-----`, as `openssl pkey -pubout` writes.
    /// They have no ids, so there can be one for each algorithm.
    ///
    /// # Errors
    /// [`Error::InvalidKeys`]
    pub fn from_pem(pem: &str) -> Result<Self, Error> {
        check_size(pem)?;
        let blocks = pem::parse_many(pem).map_err(|_| Error::InvalidKeys("they are no PEM"))?;
        if blocks.iter().any(|block| block.tag().contains("PRIVATE")) {
            return Err(Error::InvalidKeys("one of them is private"));
        }
        let keys: Option<_> = blocks
            .iter()
            .map(|block| match block.tag() {
                "PUBLIC KEY" => public::read(block.contents()),
                _ => None,
            })
            .map(|read| {
                let (algorithm, public) = read?;
                Some(ForeignKey {
                    id: None,
                    algorithm,
                    public,
                })
            })
            .collect();
        Self::new(keys.ok_or(Error::InvalidKeys(
            "in PEM they must be PUBLIC KEYs: RSA of 2048 bits or more, P-256 or Ed25519",
        ))?)
    }

    /// The key for a token that says this of itself. If it names a key, no other is tried. If it names none, or if
    /// none of ours has a name, there must be just one for the algorithm.
    pub(super) fn select(&self, id: Option<&str>, algorithm: ForeignAlgorithm) -> Result<&ForeignKey, Error> {
        let mut fitting = self.0.iter().filter(|key| key.algorithm == algorithm);
        let named = self.0.iter().any(|key| key.id.is_some());
        match id.filter(|_| named) {
            Some(_) if !self.0.iter().any(|key| key.id.as_deref() == id) => Err(Error::UnknownKey),
            Some(_) => fitting
                .find(|key| key.id.as_deref() == id)
                .ok_or(Error::InvalidToken),
            None => match (fitting.next(), fitting.next()) {
                (Some(only), None) => Ok(only),
                _ => Err(Error::InvalidToken),
            },
        }
    }

    fn new(keys: Vec<ForeignKey>) -> Result<Self, Error> {
        match keys.len() {
            0 => Err(Error::InvalidKeys(
                "there is none for RS256, ES256 or EdDSA signatures",
            )),
            1..=Self::MAX => Ok(Self(keys)),
            _ => Err(Error::InvalidKeys("there are more than 100")),
        }
    }
}

fn check_size(document: &str) -> Result<(), Error> {
    if document.len() > ForeignKeys::MAX_BYTES {
        return Err(Error::InvalidKeys("they are longer than 1 MiB"));
    }
    Ok(())
}
