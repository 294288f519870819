//! The limit of requests from one network address.

use actix_web::Error;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::Data;

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
            let refused = request.error_response(ApiError::rate_limited(wait));
            return Ok(refused.map_into_right_body());
        }
    }
    Ok(next.call(request).await?.map_into_left_body())
}
