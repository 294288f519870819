//! Logging in, and going on.

use std::time::Duration;

use actix_web::cookie::{self, Cookie, SameSite};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use parlor_domain::Dialect;
use parlor_services::{DialectUser, LoginName};
use secrecy::ExposeSecret;
use serde_json::json;

use super::COOKIE;
use crate::compat::{Compat, api};
use crate::drf::{Any, Body, Refusal, Text};
use crate::log_ins::{Tokens, not_logged_in, not_refreshed};
use crate::mount::Mount;

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
        compat.device(&request, Dialect::Greeter),
        compat.lives(),
        |account| DialectUser::Greeter(account.user.number),
    );
    let pair = opened.await.map_err(not_logged_in)?;
    let access = pair.access.expose_secret();
    Ok(HttpResponse::Ok()
        .cookie(access_cookie(&request, access, compat.lives().access))
        .json(Tokens::of(&pair)))
}

/// `POST /api/token/refresh/`: the cookie is renewed as well, which no page could do.
pub(super) async fn refresh(
    request: HttpRequest,
    compat: Data<Compat>,
    body: Body<Any>,
) -> Result<HttpResponse, Refusal> {
    compat.count_credentials(&request)?;
    let mut form = body.form("non_field_errors")?;
    let token = form.text("refresh", Text::new());
    form.finish()?;
    let life = compat.lives().access;
    let dialects = &compat.services().dialects;
    let refreshed = dialects.refresh(Dialect::Greeter, &token, life).await?;
    let access = refreshed.map_err(not_refreshed)?;
    let access = access.expose_secret();
    Ok(HttpResponse::Ok()
        .cookie(access_cookie(&request, access, life))
        .json(json!({ "access": access })))
}

/// The cookie for the socket, which no script of a page can read.
pub(crate) fn access_cookie<'a>(request: &HttpRequest, token: &'a str, life: Duration) -> Cookie<'a> {
    let base = api(request).base_of(request.head());
    let path = match Mount::of(request) {
        Mount::Root => "/".to_owned(),
        mount => mount.prefix(),
    };
    let seconds = i64::try_from(life.as_secs()).unwrap_or(i64::MAX);
    Cookie::build(COOKIE, token)
        .path(path)
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(base.starts_with("https://"))
        .max_age(cookie::time::Duration::seconds(seconds))
        .finish()
}
