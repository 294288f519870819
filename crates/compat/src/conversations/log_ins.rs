//! Logging in and out.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use parlor_domain::{Dialect, Email};
use parlor_services::{DialectUser, LoginName, TokenRefusal};
use serde_json::json;

use super::LIVES;
use crate::compat::Compat;
use crate::drf::{Any, Body, Refusal, Text};
use crate::log_ins::{Tokens, not_logged_in, not_refreshed, not_valid};

/// `POST /api/login/`
pub(super) async fn log_in(
    request: HttpRequest,
    compat: Data<Compat>,
    body: Body<Any>,
) -> Result<HttpResponse, Refusal> {
    compat.count_credentials(&request)?;
    let mut form = body.form("non_field_errors")?;
    let email = form.text("email", Text::new());
    let password = form.text("password", Text::new().untrimmed());
    form.finish()?;
    let login = email.parse::<Email>().ok().map(LoginName::Claimed);
    let opened = compat.services().dialects.log_in(
        (&email, login),
        password.into(),
        compat.device(&request, Dialect::Conversations),
        LIVES,
        |account| DialectUser::Conversations(account.user.id),
    );
    let pair = opened.await.map_err(not_logged_in)?;
    Ok(HttpResponse::Ok().json(Tokens::of(&pair)))
}

/// `POST /api/logout/`
pub(super) async fn log_out(compat: Data<Compat>, body: Body<Any>) -> Result<HttpResponse, Refusal> {
    let mut form = body.form("non_field_errors")?;
    let token = form.text("refresh", Text::new());
    form.finish()?;
    let ended = compat.services().dialects.log_out(Dialect::Conversations, &token);
    match ended.await? {
        Ok(()) => Ok(HttpResponse::Ok().json(json!({}))),
        Err(TokenRefusal::Over) => Err(not_valid("Token is blacklisted")),
        Err(why) => Err(not_refreshed(why)),
    }
}
