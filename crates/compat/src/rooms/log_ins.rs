//! Logging in.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use parlor_domain::Dialect;
use parlor_services::{Error, LoginName};
use serde_json::json;

use super::{NO_FIELD, Visitor};
use crate::compat::Compat;
use crate::drf::{Body, InOrder, OnlyJson, Refusal, Text};

/// `POST /api/v1/auth/login/`, `POST /api/token/`: the key, which is the same at every log in.
pub(super) async fn log_in(
    InOrder(_, body): InOrder<Visitor, Body<OnlyJson>>,
    request: HttpRequest,
    compat: Data<Compat>,
) -> Result<HttpResponse, Refusal> {
    compat.count_credentials(&request)?;
    let mut form = body.form(NO_FIELD)?;
    let username = form.text("username", Text::new());
    let password = form.text("password", Text::new().untrimmed());
    form.finish()?;
    let login = username.parse().ok().map(LoginName::Username);
    let device = compat.device(&request, Dialect::Rooms);
    let dialects = &compat.services().dialects;
    let shown = dialects.key(Dialect::Rooms, (&username, login), password.into(), device);
    let (key, _) = shown.await.map_err(|error| match error {
        Error::WrongCredentials | Error::AccountDisabled => {
            Refusal::field(NO_FIELD, &["Unable to log in with provided credentials."])
        }
        error => error.into(),
    })?;
    Ok(HttpResponse::Ok().json(json!({ "token": key })))
}
