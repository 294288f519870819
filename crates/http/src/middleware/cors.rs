//! Which pages of other origins may call the server from a browser.

use actix_cors::Cors;
use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{
    ACCEPT, ACCEPT_ENCODING, ACCEPT_RANGES, ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN,
    AUTHORIZATION, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, DNT,
    ETAG, HeaderName, HeaderValue, IF_MATCH, IF_NONE_MATCH, IF_RANGE, LOCATION, ORIGIN, PRAGMA, RANGE,
    RETRY_AFTER, USER_AGENT,
};
use actix_web::middleware::{Condition, Next};

use crate::Settings;
use crate::origin::is_local_origin;
use crate::request_id::X_REQUEST_ID;
use crate::server::{Besides, Serves};
use crate::tus::{
    PARLOR_MEDIA, TUS_EXTENSION, TUS_MAX_SIZE, TUS_RESUMABLE, TUS_VERSION, UPLOAD_EXPIRES, UPLOAD_LENGTH,
    UPLOAD_METADATA, UPLOAD_OFFSET, X_HTTP_METHOD_OVERRIDE,
};

/// What front ends of Django servers send besides: all that django-cors-headers allows unless it is told otherwise, or once did, and
/// what asks for a fresh answer.
const USUAL: [HeaderName; 9] = [
    ACCEPT,
    ACCEPT_ENCODING,
    CACHE_CONTROL,
    DNT,
    ORIGIN,
    PRAGMA,
    USER_AGENT,
    HeaderName::from_static("x-csrftoken"),
    HeaderName::from_static("x-requested-with"),
];

/// Lets pages of the configured origins in, with a token that they hold themselves: never with the cookie. What is served besides the
/// API may be called as well by pages of the machine on which the browser runs, as its sockets may.
pub(crate) fn cors(settings: &Settings, besides: Option<Serves>) -> Condition<Cors> {
    let is_called = !settings.cors_origins.is_empty() || besides.is_some();
    let methods = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
    ];
    let open = Cors::default()
        .allowed_methods(methods)
        .allowed_headers([
            AUTHORIZATION,
            CONTENT_TYPE,
            IF_MATCH,
            IF_NONE_MATCH,
            IF_RANGE,
            RANGE,
        ])
        .allowed_headers([
            X_HTTP_METHOD_OVERRIDE,
            TUS_RESUMABLE,
            UPLOAD_LENGTH,
            UPLOAD_METADATA,
            UPLOAD_OFFSET,
        ])
        .allowed_headers(USUAL)
        .expose_headers([ETAG, LOCATION, RETRY_AFTER, X_REQUEST_ID])
        .expose_headers([ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE])
        .expose_headers([
            TUS_EXTENSION,
            TUS_MAX_SIZE,
            TUS_RESUMABLE,
            TUS_VERSION,
            PARLOR_MEDIA,
        ])
        .expose_headers([UPLOAD_EXPIRES, UPLOAD_LENGTH, UPLOAD_METADATA, UPLOAD_OFFSET])
        .max_age(3600);
    let cors = settings
        .cors_origins
        .iter()
        .fold(open, |cors, origin| cors.allowed_origin(origin));
    let cors = match besides {
        Some(serves) => {
            cors.allowed_origin_fn(move |_, head| serves(head.uri.path()) && is_local_origin(head.headers()))
        }
        None => cors,
    };
    Condition::new(is_called, cors)
}

/// Lets the pages that may call what is served besides the API do so with the cookies that they got there. The API's own cookie means
/// nothing there.
pub(crate) async fn with_cookies(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let besides = request.app_data::<Besides>();
    let is_besides = besides.is_some_and(|besides| besides.has(request.path()));
    let mut response = next.call(request).await?;
    let headers = response.headers_mut();
    if is_besides && headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN) {
        headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    }
    Ok(response)
}
