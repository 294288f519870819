//! Logging in, and going on.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use parlor_domain::Dialect;
use parlor_services::{DialectUser, Error, LoginName};
use secrecy::ExposeSecret;
use serde_json::json;

use super::{Anybody, LIVES, come_in, given};
use crate::compat::Compat;
use crate::drf::{Any, Body, InOrder, Refusal, Text};
use crate::log_ins::{Tokens, not_logged_in, not_refreshed};

/// `POST /api/token/`
pub(super) async fn log_in(
    request: HttpRequest,
    compat: Data<Compat>,
    body: Body<Any>,
) -> Result<HttpResponse, Refusal> {
    compat.count_credentials(&request)?;
    let mut form = body.form("non_field_errors")?;
    let username = form.text("username", Text::new());
    let password = form.text("password", Text::new().untrimmed());
    form.finish()?;
    let login = username.parse().ok().map(LoginName::Username);
    let opened = compat.services().dialects.log_in(
        (&username, login),
        password.into(),
        compat.device(&request, Dialect::Relay),
        LIVES,
        |account| DialectUser::Relay(account.user.number),
    );
    let pair = opened.await.map_err(not_logged_in)?;
    come_in(&compat, &pair.account).await;
    Ok(HttpResponse::Ok().json(Tokens::of(&pair)))
}

/// `POST /api/token/refresh/`
pub(super) async fn refresh(
    request: HttpRequest,
    compat: Data<Compat>,
    body: Body<Any>,
) -> Result<HttpResponse, Refusal> {
    compat.count_credentials(&request)?;
    let mut form = body.form("non_field_errors")?;
    let token = form.text("refresh", Text::new());
    form.finish()?;
    let dialects = &compat.services().dialects;
    let refreshed = dialects.refresh(Dialect::Relay, &token, LIVES.access).await?;
    let access = refreshed.map_err(not_refreshed)?;
    Ok(HttpResponse::Ok().json(json!({ "access": access.expose_secret() })))
}

/// `POST /accounts/login/`: the key, which is the same at every log in. Whoever has an account gets one, whatever the refusal says.
pub(super) async fn show_key(
    InOrder(_, body): InOrder<Anybody, Body<Any>>,
    request: HttpRequest,
    compat: Data<Compat>,
) -> Result<HttpResponse, Refusal> {
    compat.count_credentials(&request)?;
    let form = body.form("non_field_errors")?;
    let username = given(&form, "username").ok_or_else(no_key)?;
    let password = given(&form, "password").ok_or_else(no_key)?;
    let login = username.parse().ok().map(LoginName::Username);
    let device = compat.device(&request, Dialect::Relay);
    let dialects = &compat.services().dialects;
    let shown = dialects.key(Dialect::Relay, (&username, login), password.into(), device);
    let (key, account) = shown.await.map_err(|error| match error {
        Error::WrongCredentials | Error::AccountDisabled => no_key(),
        error => error.into(),
    })?;
    come_in(&compat, &account).await;
    Ok(HttpResponse::Ok().json(json!({ "token": key })))
}

fn no_key() -> Refusal {
    let text = "Invalid credentials or user is not an admin.";
    Refusal::detail(StatusCode::UNAUTHORIZED, text)
}
