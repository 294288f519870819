//! What can be wrong with what these mechanisms are given.

/// Why a token, a key or a setting was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Not a token that this server accepts. Why is deliberately not said: whoever forges tokens would like to know.
    #[error("the token is not valid")]
    InvalidToken,
    /// A genuine token whose time is over.
    #[error("the token has expired")]
    ExpiredToken,
    /// The token names a key that is not among those of the host application. It may be a new one.
    #[error("the token was signed with an unknown key")]
    UnknownKey,
    /// The keys of a host application cannot be used.
    #[error("the public keys of the host application are refused: {0}")]
    InvalidKeys(&'static str),
    /// Not sealed by us, or not for this purpose, or not with a key that we still have.
    #[error("the seal is broken, or of another key or purpose")]
    BrokenSeal,
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
