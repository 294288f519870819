//! Answers that are more than a body.

use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;
use parlor_services::Made;
use serde::Serialize;

/// 201 for what was made now, with the path under which it is found; 200 for what was there.
pub(crate) fn made<T, V: Serialize>(
    made: Made<T>,
    view: impl FnOnce(&T) -> V,
    path: impl FnOnce(&V) -> String,
) -> HttpResponse {
    match made {
        Made::New(thing) => {
            let view = view(&thing);
            created(&path(&view), view)
        }
        Made::Known(thing) => HttpResponse::Ok().json(view(&thing)),
    }
}

/// 201, with the path under which the thing is found.
pub(crate) fn created(path: &str, thing: impl Serialize) -> HttpResponse {
    HttpResponse::Created()
        .insert_header((LOCATION, path))
        .json(thing)
}

/// 204.
pub(crate) fn done() -> HttpResponse {
    HttpResponse::NoContent().finish()
}
