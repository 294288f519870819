//! The limit of requests from one network address.

use std::time::Duration;

use actix_web::Error;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::Data;

use crate::server::Besides;
use crate::{Api, ApiError, Class};

/// Refuses what is too much. Questions after the server's health are not counted: a load balancer asks them for all.
pub(crate) async fn limit<B: MessageBody>(
    api: Data<Api>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    if !matches!(request.path(), "/healthz" | "/readyz") {
        let address = api.client_ip(request.head());
        if let Err(wait) = api.limits.check(address, Class::Request) {
            return Ok(refuse(request, wait).map_into_right_body());
        }
    }
    Ok(next.call(request).await?.map_into_left_body())
}

/// Answers in the words of whose path it is.
fn refuse(request: ServiceRequest, wait: Duration) -> ServiceResponse {
    let besides = request.app_data::<Besides>();
    let throttles = besides
        .filter(|besides| besides.has(request.path()))
        .and_then(|besides| besides.throttles.as_ref());
    let answer = throttles.map(|throttles| throttles(request.path(), wait));
    match answer {
        Some(answer) => request.into_response(answer),
        None => request.error_response(ApiError::rate_limited(wait)),
    }
}
