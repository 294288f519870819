//! Which pages of other origins may call the API from a browser.

use actix_cors::Cors;
use actix_web::http::Method;
use actix_web::http::header::{
    ACCEPT_RANGES, AUTHORIZATION, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG,
    IF_MATCH, IF_NONE_MATCH, IF_RANGE, LOCATION, RANGE, RETRY_AFTER,
};
use actix_web::middleware::Condition;

use crate::Settings;
use crate::request_id::X_REQUEST_ID;
use crate::tus::{
    PARLOR_MEDIA, TUS_EXTENSION, TUS_MAX_SIZE, TUS_RESUMABLE, TUS_VERSION, UPLOAD_EXPIRES, UPLOAD_LENGTH,
    UPLOAD_METADATA, UPLOAD_OFFSET, X_HTTP_METHOD_OVERRIDE,
};

/// Lets pages of the configured origins in, with a token that they hold themselves: never with the cookie.
pub(crate) fn cors(settings: &Settings) -> Condition<Cors> {
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
    Condition::new(!settings.cors_origins.is_empty(), cors)
}
