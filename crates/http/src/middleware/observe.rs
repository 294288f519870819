//! The name of each request, and its line in the log.

use std::borrow::Cow;
use std::time::Instant;

use actix_web::Error;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::CONTENT_TYPE;
use actix_web::middleware::Next;
use actix_web::web::Data;
use tracing::Instrument;

use crate::error::{PROBLEM_JSON, body};
use crate::request_id::{X_REQUEST_ID, header};
use crate::{Api, ApiError};

/// Names the request, puts the name into the answer and into everything that is logged meanwhile, and logs the end.
///
/// What is logged is the path without the query and without the code of a room's link, and no header: there are tokens in them.
pub(crate) async fn observe(
    api: Data<Api>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let began = Instant::now();
    let id = api.name(request.head());
    let client = api.client_ip(request.head());
    let span = tracing::info_span!("request", %id, method = %request.method(), path = %shown(request.path()), %client);
    let response = next.call(request).instrument(span.clone()).await?;
    let _entered = span.entered();
    let response = finish(response, &id);
    let status = response.status().as_u16();
    let micros = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
    tracing::info!(status, micros, "answered");
    Ok(response)
}

/// A path as it may be logged.
fn shown(path: &str) -> Cow<'_, str> {
    match path.split_once("/links/") {
        Some((before, _)) => format!("{before}/links/…").into(),
        None => path.into(),
    }
}

/// Puts the name into the answer; every refusal, whoever made it, becomes a problem that holds it too.
fn finish(response: ServiceResponse<impl MessageBody + 'static>, id: &str) -> ServiceResponse<BoxBody> {
    let refusal = response
        .response()
        .error()
        .map(|error| match error.as_error::<ApiError>() {
            Some(refusal) => {
                refusal.report();
                refusal.problem(Some(id))
            }
            None => ApiError::other(response.status()).problem(Some(id)),
        });
    let mut response = match refusal {
        Some(problem) => response.map_body(|head, _| {
            head.headers_mut().insert(CONTENT_TYPE, PROBLEM_JSON);
            BoxBody::new(body(&problem))
        }),
        None => response.map_into_boxed_body(),
    };
    response.headers_mut().insert(X_REQUEST_ID, header(id));
    response
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn codes_of_links_are_not_logged() {
        assert_eq!(shown("/v1/links/abcdefghijklmnopqrstuv/join"), "/v1/links/…");
        assert_eq!(
            shown("/v1/rooms/1/links/abcdefghijklmnopqrstuv"),
            "/v1/rooms/1/links/…"
        );
        assert_eq!(shown("/v1/rooms/1/links"), "/v1/rooms/1/links");
    }
}
