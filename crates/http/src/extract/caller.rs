//! Who asks.

use actix_web::dev::Payload;
use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;
use parlor_services::Actor;

use super::json::is_json;
use crate::form::is_form;
use crate::tus::TUS_RESUMABLE;
use crate::{ApiError, api, is_own_origin};

/// The user whose access token came with the request: `Authorization: Bearer …`, or the cookie of the same name as
/// [`COOKIE`].
///
/// A browser sends the cookie whichever page asks. So with it alone nothing is changed, unless the request says that
/// it comes from a page of ours, and has the content type that no form can send.
pub(crate) struct Caller(pub(crate) Actor);

/// The cookie that may hold an access token.
pub(crate) const COOKIE: &str = "parlor_access";

impl FromRequest for Caller {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { authenticate(&request, is_json).await.map(Self) })
    }
}

/// The same for who uploads: with the cookie alone, also by a form, or with the header of tus, which no form can send.
pub(crate) struct Uploader(pub(crate) Actor);

impl FromRequest for Uploader {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { authenticate(&request, is_upload).await.map(Self) })
    }
}

fn is_upload(headers: &HeaderMap) -> bool {
    is_json(headers) || is_form(headers) || headers.contains_key(TUS_RESUMABLE)
}

/// Whose request it is. With the cookie alone, one that changes something must come from a page of ours and be such a one.
async fn authenticate(request: &HttpRequest, is_ours: fn(&HeaderMap) -> bool) -> Result<Actor, ApiError> {
    let api = api::of(request);
    let headers = request.headers();
    let address = api.client_ip(request.head());
    let actor = match bearer(headers) {
        Some(token) => api.authenticate(token, address).await?,
        None if headers.contains_key(AUTHORIZATION) => return Err(ApiError::unauthenticated()),
        None => {
            let cookie = request.cookie(COOKIE).ok_or_else(ApiError::unauthenticated)?;
            if !request.method().is_safe() {
                if !is_own_origin(headers, api.settings.public_url.as_ref()) {
                    return Err(ApiError::foreign_origin());
                }
                if !is_ours(headers) {
                    return Err(ApiError::unsupported_media_type());
                }
            }
            api.authenticate(cookie.value(), address).await?
        }
    };
    Ok(actor)
}

/// The token of an `Authorization` header (RFC 6750, section 2.1).
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
