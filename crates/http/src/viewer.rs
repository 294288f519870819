//! Pages that show the description of an API, to read and to try it.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use utoipa_swagger_ui::Config;

/// The pages load nothing from elsewhere and run no inline scripts.
const PAGES: &str =
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";

/// A file of the pages that show the OpenAPI document at this URL: the first page if it has no name. `None` if there is none of this
/// name. The page looks for the others beside it, so its URL ends in a slash.
pub fn viewer(file: &str, document: &str) -> Option<HttpResponse> {
    let config = Config::new([document])
        .try_it_out_enabled(true)
        .validator_url("none");
    let file = utoipa_swagger_ui::serve(file, Arc::new(config)).ok().flatten()?;
    Some(
        HttpResponse::Ok()
            .content_type(file.content_type)
            .insert_header((CONTENT_SECURITY_POLICY, PAGES))
            .insert_header((CACHE_CONTROL, "public, max-age=3600"))
            .body(file.bytes.into_owned()),
    )
}
