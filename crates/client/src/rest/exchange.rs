//! One request and its answer.

use std::error::Error;
use std::io;

use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::http::request::Builder;
use hyper::http::response::Parts;
use hyper::{Method, Request, Response, StatusCode};
use parlor_wire::Problem;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{Rest, RestError};

/// An answer larger than this is none of Parlor's. Files are not answers: they are read as they come.
const MAX_ANSWER: usize = 64 * 1024 * 1024;

/// What is sent with a request.
pub(super) type Body = UnsyncBoxBody<Bytes, io::Error>;

impl Rest {
    /// Any request: a path below the server's own, and what its answer is. An empty answer reads as `null`.
    pub async fn request<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<T, RestError> {
        let (status, answer) = self.ask(method, path, body).await?;
        read(status, &answer)
    }

    /// Asks in JSON, and gives all of the answer.
    pub(super) async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<(StatusCode, Bytes), RestError> {
        let mut request = self.begin(method, path);
        let body = match body {
            None => Bytes::new(),
            Some(body) => {
                request = request.header("content-type", "application/json");
                Bytes::from(body.to_string())
            }
        };
        let response = self.exchange(request, whole(body)).await?;
        Ok((response.status(), collect(response.into_body()).await?))
    }

    /// The beginning of a request.
    pub(super) fn begin(&self, method: Method, path: &str) -> Builder {
        let request = Request::builder().method(method).uri(self.server.resource(path));
        match &self.token {
            Some(token) => request.header("authorization", format!("Bearer {token}")),
            None => request,
        }
    }

    /// Sends a request, and gives the answer as far as its head.
    pub(super) async fn exchange(
        &self,
        request: Builder,
        body: Body,
    ) -> Result<Response<Incoming>, RestError> {
        let request = request.body(body).map_err(network)?;
        self.http.request(request).await.map_err(network)
    }

    /// Sends a request whose answer is in its head.
    pub(super) async fn head(&self, request: Builder, body: Bytes) -> Result<Parts, RestError> {
        let (head, rest) = self.exchange(request, whole(body)).await?.into_parts();
        let rest = collect(rest).await?;
        if head.status.is_success() {
            Ok(head)
        } else {
            Err(refused(head.status, &rest))
        }
    }
}

/// A body that is there.
pub(super) fn whole(body: Bytes) -> Body {
    Full::new(body).map_err(|never| match never {}).boxed_unsync()
}

/// All of an answer.
pub(super) async fn collect(body: Incoming) -> Result<Bytes, RestError> {
    let body = Limited::new(body, MAX_ANSWER).collect().await;
    Ok(body.map_err(RestError::Network)?.to_bytes())
}

/// What an answer says.
pub(super) fn read<T: DeserializeOwned>(status: StatusCode, body: &[u8]) -> Result<T, RestError> {
    if status.is_success() {
        let json = if body.is_empty() { &b"null"[..] } else { body };
        return serde_json::from_slice(json).map_err(|_| unexpected(status, body));
    }
    Err(refused(status, body))
}

/// What an answer means that is no success, or none to what was asked.
pub(super) fn refused(status: StatusCode, body: &[u8]) -> RestError {
    match serde_json::from_slice::<Problem>(body) {
        Ok(problem) => RestError::Refused(Box::new(problem)),
        Err(_) => unexpected(status, body),
    }
}

pub(super) fn network(error: impl Error + Send + Sync + 'static) -> RestError {
    RestError::Network(error.into())
}

pub(super) fn unexpected(status: StatusCode, body: &[u8]) -> RestError {
    // What was meant to be an answer may hold a token, and errors are logged.
    let shown = if status.is_success() { 0 } else { 300 };
    let beginning = &body[..body.len().min(shown)];
    RestError::Unexpected {
        status: status.as_u16(),
        body: String::from_utf8_lossy(beginning).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use parlor_wire::Tokens;

    use super::*;

    #[test]
    fn nothing_is_shown_of_a_success_that_cannot_be_read() {
        let body = br#"{"access_token": "hush"}"#;
        let error = read::<Tokens>(StatusCode::OK, body).expect_err("it lacks the rest");
        assert!(!format!("{error} {error:?}").contains("hush"), "{error}");
        let error = read::<Tokens>(StatusCode::BAD_GATEWAY, b"the proxy says no").expect_err("it is refused");
        assert!(error.to_string().contains("the proxy says no"), "{error}");
    }
}
