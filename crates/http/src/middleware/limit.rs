//! The limit of requests from one network address.

use actix_web::Error;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::Data;

use crate::{Api, ApiError, Class};

/// Refuses what is too much. A load balancer's questions are not counted: it asks for all.
pub(crate) async fn limit<B: MessageBody>(
    api: Data<Api>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let health = matches!(request.path(), "/healthz" | "/readyz");
    let address = api.client_ip(request.head());
    match api.limits.check(address, Class::Request) {
        Err(wait) if !health => {
            let refused = request.error_response(ApiError::rate_limited(wait));
            Ok(refused.map_into_right_body())
        }
        _ => Ok(next.call(request).await?.map_into_left_body()),
    }
}
