//! What operators and other programs ask of the server itself.

use actix_web::http::header::{CACHE_CONTROL, ContentType};
use actix_web::web::Data;
use actix_web::{HttpResponse, Responder};
use serde::Serialize;
use utoipa::ToSchema;

use crate::extract::Json;
use crate::{Api, ApiError};

/// That the server lives, or can work.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok`.
    #[schema(example = "ok")]
    status: &'static str,
}

/// What runs.
#[derive(Serialize, ToSchema)]
pub(crate) struct Version {
    /// `parlor`.
    #[schema(example = "parlor")]
    name: &'static str,
    /// Its version.
    #[schema(example = "0.1.0")]
    version: &'static str,
}

/// Whether the process lives
#[utoipa::path(get, path = "/healthz", operation_id = "live", tag = "server",
    responses((status = 200, description = "It does", body = Health)), security(()))]
pub(crate) async fn live() -> Json<Health> {
    Json(Health { status: "ok" })
}

/// Whether the server can work
#[utoipa::path(get, path = "/readyz", operation_id = "ready", tag = "server",
    responses(
        (status = 200, description = "It can", body = Health),
        (status = 503, description = "`not_ready`: it is stopping, or its data are away"),
    ), security(()))]
pub(crate) async fn ready(api: Data<Api>) -> Result<Json<Health>, ApiError> {
    api.readiness.ready().await.map_err(ApiError::not_ready)?;
    Ok(Json(Health { status: "ok" }))
}

/// What runs here
#[utoipa::path(get, path = "/version", operation_id = "version", tag = "server",
    responses((status = 200, description = "Name and version", body = Version)), security(()))]
pub(crate) async fn version() -> Json<Version> {
    Json(Version {
        name: "parlor",
        version: env!("CARGO_PKG_VERSION"),
    })
}

/// The public keys of access tokens
///
/// A JWK Set (RFC 7517), with which other programs can verify who somebody is.
#[utoipa::path(get, path = "/.well-known/jwks.json", operation_id = "keys", tag = "server",
    responses((status = 200, description = "The keys", body = utoipa::openapi::Object)), security(()))]
pub(crate) async fn keys(api: Data<Api>) -> impl Responder {
    HttpResponse::Ok()
        .content_type(ContentType::json())
        .insert_header((CACHE_CONTROL, "public, max-age=300"))
        .body(api.services.sessions.jwks())
}
