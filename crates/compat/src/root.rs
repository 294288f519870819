//! Paths that several dialects have, where all are served at the root.

use actix_web::http::Method;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use parlor_domain::Dialect;
use parlor_services::{DialectUser, LoginName};
use secrecy::ExposeSecret;
use serde_json::json;

use crate::compat::Compat;
use crate::drf::{Any, Body, Refusal, Text, View};
use crate::{conversations, greeter, rooms};

/// The paths that these dialects share. What only one of them has is as it has it.
pub(crate) fn views(dialects: &[Dialect]) -> Vec<View> {
    let has = |dialect| dialects.contains(&dialect);
    let mut views = Vec::new();
    match (has(Dialect::Greeter), has(Dialect::Conversations)) {
        (true, true) => views.push(View::at("/api/register/").on(Method::POST, register)),
        (true, false) => views.push(greeter::register()),
        (false, true) => views.push(conversations::register()),
        (false, false) => {}
    }
    match (has(Dialect::Greeter), has(Dialect::Rooms)) {
        (true, true) => views.push(View::at("/api/token/").on(Method::POST, log_in)),
        (true, false) => views.push(greeter::log_in()),
        (false, true) => views.push(rooms::log_in()),
        (false, false) => {}
    }
    if has(Dialect::Greeter) {
        views.push(greeter::refresh());
    }
    views
}

/// `POST /api/register/`: whose registration it is, its keys tell.
async fn register(
    request: HttpRequest,
    compat: Data<Compat>,
    body: Body<Any>,
) -> Result<HttpResponse, Refusal> {
    let of_conversations = ["confirm_password", "first_name", "last_name", "email"];
    if of_conversations.iter().any(|key| body.has(key)) {
        conversations::register_as(request, compat, body).await
    } else {
        greeter::register_as(request, compat, body).await
    }
}

/// `POST /api/token/`: what any of them would answer, together.
async fn log_in(
    request: HttpRequest,
    compat: Data<Compat>,
    body: Body<Any>,
) -> Result<HttpResponse, Refusal> {
    compat.count_credentials(&request)?;
    let mut form = body.form("non_field_errors")?;
    let username = form.text("username", Text::new());
    let password = form.text("password", Text::new());
    form.finish()?;
    let login = username.parse().ok().map(LoginName::Username);
    let dialects = &compat.services().dialects;
    let opened = dialects.log_in(
        (&username, login),
        password.into(),
        compat.device(&request, Dialect::Greeter),
        compat.lives(),
        |account| DialectUser::RelayAndGreeter(account.user.number),
    );
    let pair = opened.await.map_err(greeter::not_logged_in)?;
    let device = compat.device(&request, Dialect::Rooms);
    let key = dialects.key_of(Dialect::Rooms, &pair, device).await?;
    let access = pair.access.expose_secret();
    Ok(HttpResponse::Ok()
        .cookie(greeter::access_cookie(&request, access, compat.lives().access))
        .json(json!({
            "token": key,
            "refresh": pair.refresh.expose_secret(),
            "access": access,
        })))
}
