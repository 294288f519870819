//! Why somebody was not let in, in the words of djangorestframework-simplejwt.

use actix_web::http::StatusCode;
use actix_web::http::header::WWW_AUTHENTICATE;
use parlor_services::{Error, TokenPair, TokenRefusal};
use secrecy::ExposeSecret;
use serde::Serialize;
use serde_json::json;

use crate::drf::{Refusal, Scheme};

/// What a log in gives, in the order of the originals.
#[derive(Serialize)]
pub(crate) struct Tokens<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    refresh: &'a str,
    access: &'a str,
}

impl<'a> Tokens<'a> {
    pub(crate) fn of(pair: &'a TokenPair) -> Self {
        Self {
            token: None,
            refresh: pair.refresh.expose_secret(),
            access: pair.access.expose_secret(),
        }
    }

    /// With the key of `rooms`.
    pub(crate) fn with_key(mut self, key: String) -> Self {
        self.token = Some(key);
        self
    }
}

/// Why a name and a password did not let somebody in.
pub(crate) fn not_logged_in(error: Error) -> Refusal {
    match error {
        Error::WrongCredentials | Error::AccountDisabled => {
            let text = "No active account found with the given credentials";
            Refusal::unauthenticated(Scheme::Bearer, text)
        }
        error => error.into(),
    }
}

/// Why a refresh token did not get another access token.
pub(crate) fn not_refreshed(why: TokenRefusal) -> Refusal {
    not_valid(match why {
        TokenRefusal::Invalid | TokenRefusal::Expired | TokenRefusal::Over => "Token is invalid or expired",
        TokenRefusal::WrongType => "Token has wrong type",
    })
}

/// 401, for a refresh token that is not good, with the reason.
pub(crate) fn not_valid(text: &str) -> Refusal {
    let body = json!({ "detail": text, "code": "token_not_valid" });
    Refusal::new(StatusCode::UNAUTHORIZED, body).with_header(WWW_AUTHENTICATE, Scheme::Bearer.challenge())
}
