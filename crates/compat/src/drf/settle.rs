//! What goes around a dialect, so that its refusals stay as they are.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Response, ServiceRequest, ServiceResponse};
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse};

use super::Refusal;

/// Makes each answer that knows of an error one that does not: else the middleware further out would make a problem of Parlor's own
/// API of it. A [`Refusal`] stays as it is; of anything else the status stays, and its headers.
///
/// # Errors
/// A [`Refusal`], where what is within made no answer at all.
pub(crate) async fn settle(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let answer = match next.call(request).await {
        Ok(answer) => answer.map_into_boxed_body(),
        Err(error) => {
            let refusal = instead_of(&error);
            return Err(refusal.map_or(error, Error::from));
        }
    };
    let refusal = match answer.response().error() {
        Some(error) => instead_of(error),
        None => return Ok(answer),
    };
    let (request, response) = answer.into_parts();
    let response = match refusal {
        Some(refusal) => with_headers(&refusal, response.headers()),
        // The way over this type leaves the error behind.
        None => HttpResponse::from(Response::<BoxBody>::from(response)),
    };
    Ok(ServiceResponse::new(request, response))
}

/// What is said in place of an error that is no refusal.
fn instead_of(error: &Error) -> Option<Refusal> {
    if error.as_error::<Refusal>().is_some() {
        return None;
    }
    let status = error.as_response_error().status_code();
    if status.is_server_error() {
        tracing::error!(%error, "a request failed");
    }
    Some(Refusal::of(status))
}

/// The answer of a refusal, with the headers of another that are not about its body.
fn with_headers(refusal: &Refusal, headers: &HeaderMap) -> HttpResponse {
    let mut response = refusal.response();
    for (name, value) in headers {
        if name != CONTENT_TYPE && name != CONTENT_LENGTH {
            response.headers_mut().append(name.clone(), value.clone());
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use actix_web::http::StatusCode;
    use actix_web::http::header::{HeaderValue, RETRY_AFTER};
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, call_service, init_service, read_body};
    use actix_web::{App, error, web};

    use super::*;

    async fn refused() -> Result<HttpResponse, Refusal> {
        let refusal = Refusal::error(StatusCode::IM_A_TEAPOT, "short and stout");
        Err(refusal.with_header(RETRY_AFTER, HeaderValue::from_static("7")))
    }

    async fn failed() -> Result<HttpResponse, Error> {
        Err(error::ErrorInternalServerError("the database is away"))
    }

    /// What is answered here: the status, whether it waits, whether there is an error, and the body.
    async fn answered(path: &str) -> (StatusCode, bool, bool, String) {
        let scope = web::scope("/within")
            .wrap(from_fn(settle))
            .route("/refused", web::get().to(refused))
            .route("/failed", web::get().to(failed))
            .route("/done", web::get().to(|| async { "done" }));
        let app = init_service(App::new().service(scope)).await;
        let answer = call_service(&app, TestRequest::with_uri(path).to_request()).await;
        let (status, error) = (answer.status(), answer.response().error().is_some());
        let waits = answer.headers().contains_key(RETRY_AFTER);
        let body = read_body(answer).await;
        (status, waits, error, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_refusal_stays_without_its_error() {
        let body = r#"{"error":"short and stout"}"#.to_owned();
        let expected = (StatusCode::IM_A_TEAPOT, true, false, body);
        assert_eq!(answered("/within/refused").await, expected);
    }

    #[tokio::test]
    async fn what_failed_is_told_by_its_status_alone() {
        let body = r#"{"detail":"A server error occurred."}"#.to_owned();
        let expected = (StatusCode::INTERNAL_SERVER_ERROR, false, false, body);
        assert_eq!(answered("/within/failed").await, expected);
    }

    #[tokio::test]
    async fn what_went_well_is_left_alone() {
        let expected = (StatusCode::OK, false, false, "done".to_owned());
        assert_eq!(answered("/within/done").await, expected);
    }
}
