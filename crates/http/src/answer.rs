//! Answers that are more than a body.

use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;
use parlor_services::{LoggedIn, Made};
use serde::Serialize;

use crate::view;

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

/// 201 with tokens for who is logged in; 202 with what is wanted of who is not yet.
pub(crate) fn logged_in(outcome: &LoggedIn) -> HttpResponse {
    match outcome {
        LoggedIn::Done(login) => {
            let path = format!("/v1/sessions/{}", login.session.id);
            created(&path, view::tokens(login))
        }
        LoggedIn::Challenged(challenged) => accepted(view::challenge(challenged)),
    }
}

/// 202, with what is wanted next.
pub(crate) fn accepted(next: impl Serialize) -> HttpResponse {
    HttpResponse::Accepted().json(next)
}

/// 202 for what is answered by mail, if at all.
pub(crate) fn mailed() -> HttpResponse {
    HttpResponse::Accepted().finish()
}

/// 204.
pub(crate) fn done() -> HttpResponse {
    HttpResponse::NoContent().finish()
}
