//! What a view refuses.

mod ready;

use std::error::Error;
use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use serde_json::{Value, json};

/// What a view raises, on its way to become an answer.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    content_type: &'static str,
    body: String,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Refusal {
    /// With a body of JSON.
    pub(crate) fn new(status: StatusCode, body: Value) -> Self {
        Self::json(status, body.to_string())
    }

    /// With a body that is JSON already.
    pub(super) fn json(status: StatusCode, body: String) -> Self {
        Self::of_type("application/json", status, body)
    }

    /// `{"detail": text}`
    pub(crate) fn detail(status: StatusCode, text: &str) -> Self {
        Self::new(status, json!({ "detail": text }))
    }

    /// `{"error": text}`
    pub(crate) fn error(status: StatusCode, text: &str) -> Self {
        Self::new(status, json!({ "error": text }))
    }

    /// 400 `{"field": [text, …]}`, for what is found out after the form was finished.
    pub(crate) fn field(field: &str, texts: &[&str]) -> Self {
        Self::new(StatusCode::BAD_REQUEST, json!({ field: texts }))
    }

    fn of_type(content_type: &'static str, status: StatusCode, body: String) -> Self {
        Self {
            status,
            content_type,
            body,
            headers: Vec::new(),
        }
    }

    /// Adds a header.
    pub(crate) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The same, with `error` in place of `detail`, as some dialects have it.
    pub(crate) fn into_error(mut self) -> Self {
        let said: Option<Value> = serde_json::from_str(&self.body).ok();
        if let Some(detail) = said.as_ref().and_then(|said| said.get("detail")) {
            self.body = json!({ "error": detail }).to_string();
        }
        self
    }

    /// An answer like any other: it does not know that it refuses.
    pub(crate) fn response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        for header in &self.headers {
            response.append_header(header.clone());
        }
        response.content_type(self.content_type).body(self.body.clone())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.body)
    }
}

impl Error for Refusal {}

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        self.response()
    }
}

#[cfg(test)]
mod tests {
    use actix_web::body::to_bytes;
    use actix_web::http::header::{CONTENT_TYPE, LOCATION};

    use super::*;

    #[tokio::test]
    async fn an_answer_is_compact_json_and_knows_no_error() {
        let refusal = Refusal::detail(StatusCode::CONFLICT, "Prüfe \"das\".")
            .with_header(LOCATION, HeaderValue::from_static("/there"));
        let response = refusal.response();
        assert_eq!(response.status(), StatusCode::CONFLICT);
        assert_eq!(response.headers().get(CONTENT_TYPE).unwrap(), "application/json");
        assert_eq!(response.headers().get(LOCATION).unwrap(), "/there");
        assert!(response.error().is_none());
        let body = to_bytes(response.into_body()).await.unwrap();
        assert_eq!(body, r#"{"detail":"Prüfe \"das\"."}"#.as_bytes());
    }

    #[test]
    fn each_form_has_its_key() {
        let status = StatusCode::BAD_REQUEST;
        for (refusal, body) in [
            (Refusal::error(status, "no"), r#"{"error":"no"}"#),
            (
                Refusal::field("password", &["a", "b"]),
                r#"{"password":["a","b"]}"#,
            ),
            (Refusal::new(status, json!(["full"])), r#"["full"]"#),
            (Refusal::detail(status, "no").into_error(), r#"{"error":"no"}"#),
            (Refusal::field("name", &["no"]).into_error(), r#"{"name":["no"]}"#),
        ] {
            assert_eq!(refusal.to_string(), body);
            assert_eq!(refusal.status_code(), status);
        }
    }
}
