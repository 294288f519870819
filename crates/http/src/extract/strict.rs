//! The stricter limit of requests that try credentials.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use crate::{ApiError, Class, api};

/// Taken as its first argument by a handler that checks or makes credentials: refuses who has tried too often.
pub(crate) struct Strict;

impl FromRequest for Strict {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let api = api::of(request);
        let checked = api
            .limits
            .check(api.client_ip(request.head()), Class::Credentials);
        ready(checked.map(|()| Self).map_err(ApiError::rate_limited))
    }
}
