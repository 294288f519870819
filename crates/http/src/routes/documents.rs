//! What people read about the API: its description, and pages that show it.

use std::sync::Arc;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, ContentType, LOCATION};
use actix_web::{HttpRequest, HttpResponse, Responder};
use utoipa_swagger_ui::Config;

use crate::ApiError;

/// The pages load nothing from elsewhere and run no inline scripts.
const PAGES: &str =
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";

/// The description of the REST interface.
pub(crate) async fn openapi() -> impl Responder {
    let document = crate::openapi().to_json().expect("a description is JSON");
    json(document)
}

/// The description of the socket.
pub(crate) async fn asyncapi() -> impl Responder {
    json(parlor_wire::asyncapi().to_string())
}

/// Where the pages begin: what they load stands beside them.
pub(crate) async fn to_pages() -> impl Responder {
    HttpResponse::PermanentRedirect()
        .insert_header((LOCATION, "/docs/"))
        .finish()
}

/// A file of the pages.
pub(crate) async fn page(request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let config = Config::new(["/openapi.json"])
        .try_it_out_enabled(true)
        .validator_url("none");
    let file = utoipa_swagger_ui::serve(request.match_info().query("file"), Arc::new(config));
    let file = file.ok().flatten().ok_or_else(ApiError::no_such_path)?;
    Ok(HttpResponse::Ok()
        .content_type(file.content_type)
        .insert_header((CONTENT_SECURITY_POLICY, PAGES))
        .insert_header((CACHE_CONTROL, "public, max-age=3600"))
        .body(file.bytes.into_owned()))
}

fn json(document: String) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(ContentType::json())
        .insert_header((CACHE_CONTROL, "public, max-age=300"))
        .body(document)
}
