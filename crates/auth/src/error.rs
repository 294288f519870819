//! What can be wrong with what these mechanisms are given.

/// Why a token, a key or a setting was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Not an access token that this server accepts. Why is deliberately not said: whoever forges tokens would like
    /// to know.
    #[error("the token is not valid")]
    InvalidToken,
    /// A genuine access token whose time is over.
    #[error("the token has expired")]
    ExpiredToken,
    /// Not an Ed25519 private key.
    #[error("not an Ed25519 private key in PKCS#8 PEM form (-----BEGIN PRIVATE KEY-----)")]
    InvalidKey,
    /// A bcrypt cost that would be no protection, or would keep the server busy for minutes.
    #[error("the bcrypt cost must be {min} to {max}")]
    CostOutOfRange {
        /// The least.
        min: u32,
        /// The most.
        max: u32,
    },
}
