//! Where access tokens come from.

use std::error::Error;
use std::time::Duration;

use async_trait::async_trait;
use secrecy::SecretString;

/// An access token.
#[derive(Debug, Clone)]
pub struct Token {
    /// What the server is shown.
    pub access: SecretString,
    /// For how long it is good from now on. A duration, since the clocks of client and server may differ.
    pub lifetime: Duration,
}

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The session is over: somebody has to log in again.
    #[error("the session is over")]
    Ended,
    /// There may be one later.
    #[error("no token could be had: {0}")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
}

/// Gives a [`Client`](crate::Client) its access tokens.
#[async_trait]
pub trait TokenSource: Send + Sync {
    /// A token that is good as far as is known.
    async fn current(&self) -> Result<Token, TokenError>;

    /// A newer one of the same session: the server did not like the current one, or it expires soon.
    async fn renew(&self) -> Result<Token, TokenError>;
}

/// One token and no other: the client ends with it.
#[derive(Debug, Clone)]
pub struct FixedToken(pub Token);

#[async_trait]
impl TokenSource for FixedToken {
    async fn current(&self) -> Result<Token, TokenError> {
        Ok(self.0.clone())
    }

    async fn renew(&self) -> Result<Token, TokenError> {
        Err(TokenError::Ended)
    }
}
