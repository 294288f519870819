//! The public keys of an application whose users are ours.

use std::sync::Arc;

use async_trait::async_trait;

/// Where the public keys come from with which a host application's tokens are verified.
#[async_trait]
pub trait KeySource: Send + Sync {
    /// The keys: a JWK Set (RFC 7517) or a public key in PEM form. Of two answers with the same content the second is
    /// the same `Arc`.
    ///
    /// With `missing`, the id of a key that is not among those of the last answer, they are fetched anew, unless that
    /// happened just before: strangers must not make us ask again and again.
    async fn keys(&self, missing: Option<&str>) -> Result<Arc<str>, KeysError>;
}

/// The keys cannot be had now.
#[derive(Debug, thiserror::Error)]
#[error("the keys of the host application cannot be had: {0}")]
pub struct KeysError(pub Box<dyn std::error::Error + Send + Sync>);
