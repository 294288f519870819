//! Logging in and out.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use parlor_domain::{Dialect, Email};
use parlor_services::DialectUser;
use parlor_services::{Error, LoginName, TokenRefusal};
use secrecy::ExposeSecret;
use serde_json::json;

use super::LIVES;
use crate::compat::Compat;
use crate::drf::{Any, Body, Refusal, Text};

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
    let pair = opened.await.map_err(|error| match error {
        Error::WrongCredentials | Error::AccountDisabled => Refusal::detail(
            StatusCode::UNAUTHORIZED,
            "No active account found with the given credentials",
        ),
        error => error.into(),
    })?;
    Ok(HttpResponse::Ok().json(json!({
        "refresh": pair.refresh.expose_secret(),
        "access": pair.access.expose_secret(),
    })))
}

/// `POST /api/logout/`
pub(super) async fn log_out(compat: Data<Compat>, body: Body<Any>) -> Result<HttpResponse, Refusal> {
    let mut form = body.form("non_field_errors")?;
    let token = form.text("refresh", Text::new());
    form.finish()?;
    let ended = compat.services().dialects.log_out(Dialect::Conversations, &token);
    let refused = match ended.await? {
        Ok(()) => return Ok(HttpResponse::Ok().json(json!({}))),
        Err(TokenRefusal::Invalid | TokenRefusal::Expired) => "Token is invalid or expired",
        Err(TokenRefusal::WrongType) => "Token has wrong type",
        Err(TokenRefusal::Over) => "Token is blacklisted",
    };
    let body = json!({ "detail": refused, "code": "token_not_valid" });
    Err(Refusal::new(StatusCode::UNAUTHORIZED, body))
}
