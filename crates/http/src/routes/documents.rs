//! What people read about the API: its description, and pages that show it.

use actix_web::http::header::{CACHE_CONTROL, ContentType, LOCATION};
use actix_web::{HttpRequest, HttpResponse, Responder};

use crate::{ApiError, viewer};

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
    viewer(request.match_info().query("file"), "/openapi.json").ok_or_else(ApiError::no_such_path)
}

fn json(document: String) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(ContentType::json())
        .insert_header((CACHE_CONTROL, "public, max-age=300"))
        .body(document)
}
