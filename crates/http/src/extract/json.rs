//! JSON bodies.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap};
use actix_web::{FromRequest, HttpRequest, HttpResponse, Responder};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use parlor_wire::FieldError;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::{ApiError, api};

/// A body of `application/json`, of a request or of an answer with status 200.
pub(crate) struct Json<T>(pub(crate) T);

/// How long a body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(30);

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let limit = api::of(request).settings.json_bytes;
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move { Self::read(request.headers(), payload, limit).await })
    }
}

impl<T: DeserializeOwned> Json<T> {
    /// Reads a body of at most so many bytes.
    ///
    /// # Errors
    /// If it is too large, takes too long, or is none that can be read as `T`.
    pub(crate) async fn read(headers: &HeaderMap, payload: Payload, limit: usize) -> Result<Self, ApiError> {
        let size = announced(headers, limit)?;
        let body = tokio::time::timeout(PATIENCE, read(payload, size, limit)).await;
        parse(&body.map_err(|_| ApiError::timeout())??)
    }
}

impl<T: Serialize> Responder for Json<T> {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Ok().json(self.0)
    }
}

/// Whether the body is said to be plain JSON. A charset is passed over: JSON is UTF-8 (RFC 8259, section 8.1).
pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let essence = kind.and_then(|kind| kind.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}

/// The size that the headers promise, refusing early what would be refused later.
fn announced(headers: &HeaderMap, limit: usize) -> Result<usize, ApiError> {
    // Nothing is decompressed, so a small body cannot become a large one.
    if !is_json(headers) || headers.contains_key(CONTENT_ENCODING) {
        return Err(ApiError::unsupported_media_type());
    }
    let length = headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok());
    let length = length.and_then(|length| length.parse().ok()).unwrap_or(0);
    if length > limit {
        Err(ApiError::too_large(limit))
    } else {
        Ok(length)
    }
}

async fn read(mut payload: Payload, size: usize, limit: usize) -> Result<Vec<u8>, ApiError> {
    let mut body = Vec::with_capacity(size);
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| ApiError::malformed())?;
        if body.len() + chunk.len() > limit {
            return Err(ApiError::too_large(limit));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<Json<T>, ApiError> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let Object(value) = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        if error.inner().is_data() {
            FieldError::explain(&error.path().to_string(), &error.inner().to_string()).into()
        } else {
            ApiError::malformed()
        }
    })?;
    json.end().map_err(|_| ApiError::malformed())?;
    Ok(Json(value))
}

/// A JSON object that is read as `T`. Without this a list would be taken for an object whose fields have no names.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(fields)).map(Object)
    }
}
