//! What HTTP itself refuses, before a service is asked.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, HeaderValue, WWW_AUTHENTICATE};
use parlor_wire::FieldError;

use super::{ApiError, retry_after};

impl ApiError {
    /// A field whose value is not what it must be.
    pub(crate) fn invalid(field: &str, message: &str) -> Self {
        let (field, message) = (field.to_owned(), message.to_owned());
        FieldError { field, message }.into()
    }

    /// A body that is no JSON.
    pub(crate) fn malformed() -> Self {
        let detail = "the body must be one valid JSON value in UTF-8, nested at most 100 deep";
        Self::new(StatusCode::BAD_REQUEST, "malformed", detail)
    }

    /// A request without credentials.
    pub(crate) fn unauthenticated() -> Self {
        let detail = "send an access token: Authorization: Bearer …";
        let mut refusal = Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", detail);
        refusal.0.header = Some((WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")));
        refusal
    }

    /// A change that a page of another origin asks for with a browser's cookie.
    pub(crate) fn foreign_origin() -> Self {
        let detail = "with the cookie, only a page of this server's own origin may change anything";
        Self::new(StatusCode::FORBIDDEN, "foreign_origin", detail)
    }

    /// A path that leads nowhere.
    pub(crate) fn no_such_path() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "no_such_path",
            "there is nothing here; see /openapi.json",
        )
    }

    /// A method that this path does not have, and those that it has.
    pub(crate) fn method_not_allowed(path: &str, allowed: &str) -> Self {
        let detail = format!("{path} answers {allowed}");
        let mut refusal = Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail);
        refusal.0.header = HeaderValue::from_str(allowed)
            .ok()
            .map(|methods| (ALLOW, methods));
        refusal
    }

    /// A request for a socket that is not one (RFC 6455, section 4.1).
    pub(crate) fn no_handshake() -> Self {
        let detail = "this is a WebSocket: connect with a WebSocket client, version 13";
        Self::new(StatusCode::BAD_REQUEST, "no_handshake", detail)
    }

    /// Somebody who has as many sockets as one may have.
    pub(crate) fn too_many_sockets() -> Self {
        let detail = "there are too many sockets from your network address; close one first";
        let mut refusal = Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_sockets", detail);
        refusal.0.header = Some(retry_after(Duration::from_secs(10)));
        refusal
    }

    /// A body that does not come to an end.
    pub(crate) fn timeout() -> Self {
        let detail = "the body took too long to arrive";
        Self::new(StatusCode::REQUEST_TIMEOUT, "timeout", detail)
    }

    /// A body of more than so many bytes.
    pub(crate) fn too_large(limit: usize) -> Self {
        let detail = format!("the body must be at most {limit} bytes");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail)
    }

    /// A body that is not said to be JSON.
    pub(crate) fn unsupported_media_type() -> Self {
        let detail = "send Content-Type: application/json, not compressed";
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            detail,
        )
    }

    /// More than one network address may ask; it may ask again after this time.
    pub fn rate_limited(wait: Duration) -> Self {
        let detail = "too many requests from your network address; wait before the next";
        let mut refusal = Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", detail);
        refusal.0.header = Some(retry_after(wait));
        refusal
    }

    /// The server does not take requests now, for this reason.
    pub(crate) fn not_ready(reason: &'static str) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "not_ready", reason)
    }

    /// What could not be said better by whoever answered with this status.
    pub(crate) fn other(status: StatusCode) -> Self {
        let reason = status.canonical_reason().unwrap_or("refused");
        let code = if status.is_server_error() {
            "internal"
        } else {
            "refused"
        };
        Self::new(status, code, reason)
    }
}
