//! Why there are no keys.

use std::error::Error;

use url::Url;

/// Keys cannot be fetched from this address, ever.
#[derive(Debug, thiserror::Error)]
pub enum UrlError {
    /// Whoever is on the way could put keys of his own in their place.
    #[error("{0} must begin with https:// (http:// is for this machine only: localhost, 127.0.0.1, ::1)")]
    Insecure(Url),
    /// It would show up in logs.
    #[error("the address of the keys must not contain a user or password")]
    Login,
    /// TLS cannot be set up.
    #[error("no request can be made: {0}")]
    Client(String),
}

/// Why the keys could not be fetched this time, in a sentence that says what to check.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{place}: {why}")]
pub(crate) struct FetchError {
    place: String,
    why: String,
}

impl FetchError {
    pub(crate) fn new(place: impl ToString, why: impl Into<String>) -> Self {
        Self {
            place: place.to_string(),
            why: why.into(),
        }
    }
}

/// What an error says, and what those behind it say.
pub(crate) fn told(error: &dyn Error) -> String {
    let mut told = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        told = format!("{told}: {error}");
        source = error.source();
    }
    told
}
