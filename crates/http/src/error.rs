//! Why a request was refused, and with which status: the one place where errors become HTTP.

mod own;

use std::borrow::Cow;
use std::error::Error as _;
use std::fmt;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use parlor_domain::UserId;
use parlor_services::{Error, ErrorKind};
use parlor_wire::{FieldError, Problem};

use crate::tus::UPLOAD_OFFSET;
use crate::view;

/// A refusal, on its way to become an answer of `application/problem+json` (RFC 9457).
#[derive(Debug)]
pub struct ApiError(Box<Refusal>);

#[derive(Debug)]
struct Refusal {
    status: StatusCode,
    code: &'static str,
    detail: Cow<'static, str>,
    field: Option<Cow<'static, str>>,
    user: Option<UserId>,
    /// The header that belongs to the status.
    header: Option<(HeaderName, HeaderValue)>,
    /// What the log should know and the client should not.
    source: Option<Error>,
}

/// The media type of refusals.
pub(crate) const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        let (status, header) = match error.kind() {
            ErrorKind::Invalid => (StatusCode::UNPROCESSABLE_ENTITY, None),
            ErrorKind::Unauthenticated => (StatusCode::UNAUTHORIZED, Some(challenge(&error))),
            ErrorKind::Forbidden => (StatusCode::FORBIDDEN, None),
            ErrorKind::NotFound => (StatusCode::NOT_FOUND, None),
            ErrorKind::Conflict => (StatusCode::CONFLICT, place(&error)),
            ErrorKind::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, None),
            ErrorKind::Unsupported => (StatusCode::UNSUPPORTED_MEDIA_TYPE, None),
            ErrorKind::Full => (StatusCode::INSUFFICIENT_STORAGE, None),
            ErrorKind::Limited => (
                StatusCode::TOO_MANY_REQUESTS,
                Some(retry_after(error.wait().unwrap_or_default())),
            ),
            ErrorKind::Busy => (
                StatusCode::SERVICE_UNAVAILABLE,
                Some(retry_after(Duration::from_secs(1))),
            ),
            ErrorKind::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                Some(retry_after(Duration::from_secs(5))),
            ),
            ErrorKind::Internal => (StatusCode::INTERNAL_SERVER_ERROR, None),
        };
        let detail = match &error {
            Error::Invalid { field, message } => format!("{field}: {message}"),
            other => other.to_string(),
        };
        let mut refusal = Self::new(status, error.code(), detail);
        refusal.0.field = error.field().map(Cow::from);
        refusal.0.user = error.user();
        refusal.0.header = header;
        refusal.0.source = Some(error);
        refusal
    }
}

impl From<FieldError> for ApiError {
    fn from(error: FieldError) -> Self {
        let FieldError { field, message } = error;
        if field.is_empty() {
            return Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "invalid",
                format!("the request {message}"),
            );
        }
        let mut refusal = Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid",
            format!("{field}: {message}"),
        );
        refusal.0.field = Some(field.into());
        refusal
    }
}

impl ApiError {
    fn new(status: StatusCode, code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Refusal {
            status,
            code,
            detail: detail.into(),
            field: None,
            user: None,
            header: None,
            source: None,
        }))
    }

    /// What the client is told.
    pub fn problem(&self, request_id: Option<&str>) -> Problem {
        let Refusal {
            status,
            code,
            detail,
            field,
            user,
            ..
        } = &*self.0;
        Problem {
            kind: "about:blank".to_owned(),
            title: status.canonical_reason().unwrap_or_default().to_owned(),
            status: status.as_u16(),
            code: (*code).to_owned(),
            detail: detail.clone().into_owned(),
            field: field.clone().map(Cow::into_owned),
            user: user.map(UserId::uuid),
            request_id: request_id.map(str::to_owned),
        }
    }

    /// Logs what the client is not told: the cause, if the server is at fault.
    pub(crate) fn report(&self) {
        let fault = self.0.source.as_ref().filter(|_| self.0.status.is_server_error());
        if let Some(fault) = fault {
            let cause = fault.source().map(tracing::field::display);
            tracing::error!(code = fault.code(), cause, "the request failed");
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.detail)
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.0.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.0.status);
        if let Some(header) = self.0.header.clone() {
            response.insert_header(header);
        }
        response
            .content_type(PROBLEM_JSON)
            .body(body(&self.problem(None)))
    }
}

/// A problem as JSON.
pub(crate) fn body(problem: &Problem) -> Vec<u8> {
    serde_json::to_vec(problem).expect("a problem is JSON")
}

/// Says how to authenticate (RFC 6750, section 3).
fn challenge(error: &Error) -> (HeaderName, HeaderValue) {
    let value = match error {
        Error::InvalidToken | Error::TokenExpired => "Bearer error=\"invalid_token\"",
        _ => "Bearer",
    };
    (WWW_AUTHENTICATE, HeaderValue::from_static(value))
}

/// Where an upload goes on.
fn place(error: &Error) -> Option<(HeaderName, HeaderValue)> {
    match error {
        Error::WrongOffset(offset) => Some((UPLOAD_OFFSET, HeaderValue::from(*offset))),
        _ => None,
    }
}

/// Whole seconds, not less than the time to wait.
fn retry_after(wait: Duration) -> (HeaderName, HeaderValue) {
    (RETRY_AFTER, HeaderValue::from(view::seconds(wait).max(1)))
}
