//! Which backend asks.

use actix_web::dev::Payload;
use actix_web::http::header::HeaderMap;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;
use parlor_domain::ClientId;
use parlor_services::{Error, KeyHolder};
use serde::de::DeserializeOwned;

use super::caller::bearer;
use super::json::Json;
use crate::{ApiError, api};

/// The holder of the API key that came with the request: `Authorization: Bearer parlor_…`. Nothing that browsers send by
/// themselves counts.
pub(crate) struct Holder(pub(crate) KeyHolder);

impl FromRequest for Holder {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { authenticate(&request).await.map(Self) })
    }
}

/// A request of a backend that is to be done once. What else is wrong with it is told only to who holds a key.
pub(crate) struct Asked<T> {
    /// Whose it is.
    pub(crate) holder: KeyHolder,
    /// What it is called, in the header [`IDEMPOTENCY_KEY`].
    pub(crate) idempotency_key: ClientId,
    /// Its body.
    pub(crate) body: T,
}

impl<T: DeserializeOwned + 'static> FromRequest for Asked<T> {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let holder = authenticate(&request).await?;
            let idempotency_key = idempotency_key(request.headers())?;
            let limit = api::of(&request).settings.json_bytes;
            let Json(body) = Json::read(request.headers(), payload, limit).await?;
            Ok(Self {
                holder,
                idempotency_key,
                body,
            })
        })
    }
}

async fn authenticate(request: &HttpRequest) -> Result<KeyHolder, ApiError> {
    let key = bearer(request.headers()).ok_or(Error::InvalidApiKey)?;
    Ok(api::of(request).services.api_keys.authenticate(key).await?)
}

/// The header that names a request. It may stand in quotation marks, as its standard has it
/// (draft-ietf-httpapi-idempotency-key-header).
const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

fn idempotency_key(headers: &HeaderMap) -> Result<ClientId, ApiError> {
    let text = headers.get(IDEMPOTENCY_KEY);
    let text = text.and_then(|text| text.to_str().ok()).unwrap_or_default();
    let bare = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    let key = bare.unwrap_or(text).parse();
    key.map_err(|why| ApiError::invalid(IDEMPOTENCY_KEY, &format!("{why}, in this header")))
}
