//! What every view refuses in the same words.

use std::time::Duration;

use actix_web::http::header::{ALLOW, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::http::{Method, StatusCode};
use serde_json::json;

use super::Refusal;
use crate::drf::Scheme;

/// What Django shows where there is no path, without its debugging.
const NO_PAGE: &str = "\n<!doctype html>\n<html lang=\"en\">\n<head>\n  <title>Not Found</title>\n</head>\n<body>\n  \
    <h1>Not Found</h1><p>The requested resource was not found on this server.</p>\n</body>\n</html>\n";

impl Refusal {
    /// 401, for credentials that are not good, or not there.
    pub(crate) fn unauthenticated(scheme: Scheme, text: &str) -> Self {
        Self::detail(StatusCode::UNAUTHORIZED, text).with_header(WWW_AUTHENTICATE, scheme.challenge())
    }

    /// 401, for a request without credentials.
    pub(crate) fn not_authenticated(scheme: Scheme) -> Self {
        Self::unauthenticated(scheme, "Authentication credentials were not provided.")
    }

    /// 401, for a bearer token that is not good, with the reason.
    pub(crate) fn bad_token(message: &str) -> Self {
        let tried = json!({ "token_class": "AccessToken", "token_type": "access", "message": message });
        let body = json!({
            "detail": "Given token not valid for any token type",
            "code": "token_not_valid",
            "messages": [tried],
        });
        Self::new(StatusCode::UNAUTHORIZED, body).with_header(WWW_AUTHENTICATE, Scheme::Bearer.challenge())
    }

    /// 401, for a header that begins as one with a bearer token and is none.
    pub(crate) fn bad_header() -> Self {
        let body = json!({
            "detail": "Authorization header must contain two space-delimited values",
            "code": "bad_authorization_header",
        });
        Self::new(StatusCode::UNAUTHORIZED, body).with_header(WWW_AUTHENTICATE, Scheme::Bearer.challenge())
    }

    /// 404, for a thing that is not there.
    pub(crate) fn not_found() -> Self {
        Self::detail(StatusCode::NOT_FOUND, "Not found.")
    }

    /// 404, for a path that is not there: a page.
    pub(crate) fn no_page() -> Self {
        Self::of_type(
            "text/html; charset=utf-8",
            StatusCode::NOT_FOUND,
            NO_PAGE.to_owned(),
        )
    }

    /// 405, with the methods that there are.
    pub(crate) fn method_not_allowed(method: &Method, allow: &str) -> Self {
        let allow = HeaderValue::from_str(allow).expect("names of methods can stand in a header");
        let text = format!("Method \"{method}\" not allowed.");
        Self::detail(StatusCode::METHOD_NOT_ALLOWED, &text).with_header(ALLOW, allow)
    }

    /// 415, with what was said to be the type of the body.
    pub(crate) fn unsupported_media(content_type: &str) -> Self {
        let text = format!("Unsupported media type \"{content_type}\" in request.");
        Self::detail(StatusCode::UNSUPPORTED_MEDIA_TYPE, &text)
    }

    /// 400, for a body that cannot be read, with the whole text.
    pub(crate) fn parse_error(text: &str) -> Self {
        Self::detail(StatusCode::BAD_REQUEST, text)
    }

    /// 400, for a body of this type of Python (`list`, `str`, …) where an object is due. The key is `non_field_errors`, or what the
    /// dialect has in its place.
    pub(crate) fn not_an_object(key: &str, what: &str) -> Self {
        let text = format!("Invalid data. Expected a dictionary, but got {what}.");
        Self::field(key, &[&text])
    }

    /// 408, for a body that does not come to an end.
    pub(crate) fn timeout() -> Self {
        Self::detail(
            StatusCode::REQUEST_TIMEOUT,
            "The request body took too long to arrive.",
        )
    }

    /// 413, for a body of more than so many bytes.
    pub(crate) fn too_large(most: u64) -> Self {
        let text = format!("Request body exceeded {most} bytes.");
        Self::detail(StatusCode::PAYLOAD_TOO_LARGE, &text)
    }

    /// 429, for who has to wait.
    pub(crate) fn throttled(wait: Duration) -> Self {
        let more = u64::from(wait.subsec_nanos() > 0);
        let seconds = wait.as_secs().saturating_add(more).max(1);
        let unit = if seconds == 1 { "second" } else { "seconds" };
        let text = format!("Request was throttled. Expected available in {seconds} {unit}.");
        Self::detail(StatusCode::TOO_MANY_REQUESTS, &text)
            .with_header(RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// 500
    pub(crate) fn server_error() -> Self {
        Self::of(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// 500, where a form has let pass what it should have refused: the log tells of it.
    pub(crate) fn overlooked() -> Self {
        tracing::error!("a form lacks a value that it has not refused");
        Self::server_error()
    }

    /// 503, for what may work soon.
    pub(crate) fn unavailable() -> Self {
        Self::of(StatusCode::SERVICE_UNAVAILABLE).with_header(RETRY_AFTER, HeaderValue::from_static("5"))
    }

    /// What is said where nothing is known but the status.
    pub(in crate::drf) fn of(status: StatusCode) -> Self {
        let text = match status {
            StatusCode::BAD_REQUEST => "Malformed request.",
            StatusCode::UNAUTHORIZED => "Incorrect authentication credentials.",
            StatusCode::FORBIDDEN => "You do not have permission to perform this action.",
            StatusCode::NOT_FOUND => "Not found.",
            StatusCode::TOO_MANY_REQUESTS => "Request was throttled.",
            StatusCode::SERVICE_UNAVAILABLE => "Service temporarily unavailable, try again later.",
            status if status.is_server_error() => "A server error occurred.",
            status => status.canonical_reason().unwrap_or("Malformed request."),
        };
        Self::detail(status, text)
    }
}

#[cfg(test)]
mod tests {
    use actix_web::ResponseError;
    use actix_web::http::header::HeaderName;

    use super::*;

    fn header(refusal: &Refusal, name: HeaderName) -> String {
        let response = refusal.response();
        response.headers().get(name).unwrap().to_str().unwrap().to_owned()
    }

    #[test]
    fn who_has_no_credentials_is_told_how_to_bring_them() {
        for (scheme, challenge) in [(Scheme::Bearer, "Bearer realm=\"api\""), (Scheme::Token, "Token")] {
            let refusal = Refusal::not_authenticated(scheme);
            assert_eq!(refusal.status_code(), StatusCode::UNAUTHORIZED);
            assert_eq!(header(&refusal, WWW_AUTHENTICATE), challenge);
            assert_eq!(
                refusal.to_string(),
                r#"{"detail":"Authentication credentials were not provided."}"#
            );
        }
    }

    #[test]
    fn a_bad_token_is_told_why() {
        let refusal = Refusal::bad_token("Token has wrong type");
        let body: serde_json::Value = serde_json::from_str(&refusal.to_string()).unwrap();
        let expected = json!({
            "detail": "Given token not valid for any token type",
            "code": "token_not_valid",
            "messages": [{
                "token_class": "AccessToken",
                "token_type": "access",
                "message": "Token has wrong type",
            }],
        });
        assert_eq!(body, expected);
    }

    #[test]
    fn a_wrong_method_is_told_the_right_ones() {
        let refusal = Refusal::method_not_allowed(&Method::PUT, "GET, HEAD, OPTIONS");
        assert_eq!(refusal.to_string(), r#"{"detail":"Method \"PUT\" not allowed."}"#);
        assert_eq!(header(&refusal, ALLOW), "GET, HEAD, OPTIONS");
    }

    #[test]
    fn who_must_wait_is_told_how_long() {
        for (millis, seconds, text) in [
            (1, "1", "1 second."),
            (1_000, "1", "1 second."),
            (1_001, "2", "2 seconds."),
        ] {
            let refusal = Refusal::throttled(Duration::from_millis(millis));
            assert_eq!(header(&refusal, RETRY_AFTER), seconds);
            let body = format!(r#"{{"detail":"Request was throttled. Expected available in {text}"}}"#);
            assert_eq!(refusal.to_string(), body);
        }
    }

    #[test]
    fn a_list_is_no_object() {
        assert_eq!(
            Refusal::not_an_object("error", "list").to_string(),
            r#"{"error":["Invalid data. Expected a dictionary, but got list."]}"#
        );
    }
}
