//! What HTTP itself refuses, before a service is asked.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CONTENT_RANGE, HeaderValue, WWW_AUTHENTICATE};
use parlor_wire::FieldError;

use super::{ApiError, retry_after};
use crate::tus::{TUS_VERSION, VERSION};

impl ApiError {
    /// A field whose value is not what it must be.
    pub(crate) fn invalid(field: &str, message: &str) -> Self {
        let (field, message) = (field.to_owned(), message.to_owned());
        FieldError { field, message }.into()
    }

    /// A field of a form that is not known, and those that are.
    pub(crate) fn unknown_field(field: &str, known: &[&str]) -> Self {
        let field: String = field.chars().take(64).collect();
        let known = known.join(", ");
        Self::invalid(&field, &format!("is not known; known here: {known}"))
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

    /// A body that ends too early, or is not what it is said to be.
    pub(crate) fn broken_off() -> Self {
        let detail = "the body broke off, or is not what its Content-Type says";
        Self::new(StatusCode::BAD_REQUEST, "malformed", detail)
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

    /// A body that is no file in any of the forms in which one can be sent.
    pub(crate) fn no_upload() -> Self {
        let detail = "send the file as multipart/form-data, or as base64 in application/json";
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        Self::new(status, "unsupported_media_type", detail)
    }

    /// A body that is no part of an upload.
    pub(crate) fn no_part() -> Self {
        let detail = "send Content-Type: application/offset+octet-stream";
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        Self::new(status, "unsupported_media_type", detail)
    }

    /// A client that speaks no version of tus, or one that is not known.
    pub(crate) fn no_such_tus() -> Self {
        let detail = "this is the tus protocol: send Tus-Resumable: 1.0.0";
        let mut refusal = Self::new(StatusCode::PRECONDITION_FAILED, "no_such_tus", detail);
        refusal.0.header = Some((TUS_VERSION, VERSION));
        refusal
    }

    /// The file is none of those that `If-Match` names (RFC 9110, section 13.1.1).
    pub(crate) fn another_version() -> Self {
        let detail = "the file has none of the tags that If-Match names";
        Self::new(StatusCode::PRECONDITION_FAILED, "another_version", detail)
    }

    /// A range of which a file of this length has nothing (RFC 9110, section 15.5.17).
    pub(crate) fn range_not_satisfiable(length: u64) -> Self {
        let detail = format!("the file has {length} bytes");
        let mut refusal = Self::new(StatusCode::RANGE_NOT_SATISFIABLE, "range_not_satisfiable", detail);
        let content = HeaderValue::from_str(&format!("bytes */{length}"));
        refusal.0.header = content.ok().map(|content| (CONTENT_RANGE, content));
        refusal
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
