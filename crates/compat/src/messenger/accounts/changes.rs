//! Changing the password or the address, by what was mailed or by log in and register id.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use parlor_services::{Actor, Error};
use secrecy::SecretString;
use serde_json::json;

use super::registration::{EMAIL_TAKEN, email};
use super::{passwords, recovery};
use crate::compat::Compat;
use crate::drf::{Any, Body, Form, Refusal, Text};
use crate::messenger::NO_FIELD;
use crate::messenger::callers::{caller, not_authorized};

/// By what somebody may change an account.
enum Shown {
    /// What was mailed to its address.
    Token(SecretString),
    /// That he is logged in, and a register id.
    LogIn(Actor, String),
}

/// What was shown. Without a token it takes a log in.
async fn shown(request: &HttpRequest, form: &mut Form) -> Result<Shown, Refusal> {
    let token = form.text_or_none("token", Text::new().optional().nullable());
    if let Some(token) = token {
        return Ok(Shown::Token(token.into()));
    }
    let caller = caller(request).await?;
    let id = form.text("Registerd_id", Text::new());
    Ok(Shown::LogIn(caller.actor, id))
}

/// `POST /api/changepassword/`
pub(super) async fn change_password(
    request: HttpRequest,
    compat: Data<Compat>,
    body: Body<Any>,
) -> Result<HttpResponse, Refusal> {
    compat.count_credentials(&request)?;
    let services = compat.services();
    let mut form = body.form(NO_FIELD)?;
    let shown = shown(&request, &mut form).await?;
    let password = passwords::another(&mut form, "password");
    let again = form.text("password2", Text::new().untrimmed());
    form.finish()?;
    let password = password.ok_or_else(Refusal::overlooked)?;
    if password.expose() != again {
        let body = json!({ "msg": "Both Password Doesnt Match", "status": 400 });
        return Ok(HttpResponse::Ok().json(body));
    }
    match shown {
        Shown::Token(token) => {
            let reset = services.proofs.reset_password(&token, password).await;
            reset.map_err(|error| match error {
                Error::ProofOver => not_authorized(),
                error => error.into(),
            })?;
        }
        Shown::LogIn(actor, id) => {
            if !services.register_ids.is_own(&actor, &id).await? {
                return Err(not_authorized());
            }
            services.accounts.set_own_password(&actor, password).await?;
        }
    }
    Ok(HttpResponse::Ok().json(json!({
        "status": "success",
        "code": 200,
        "message": "Password updated successfully",
    })))
}

/// `PUT /api/UserEmailUpdate/`
pub(super) async fn change_email(
    request: HttpRequest,
    compat: Data<Compat>,
    body: Body<Any>,
) -> Result<HttpResponse, Refusal> {
    compat.count_credentials(&request)?;
    let services = compat.services();
    let mut form = body.form(NO_FIELD)?;
    let shown = shown(&request, &mut form).await?;
    let email = email(&mut form);
    form.finish()?;
    let email = email.ok_or_else(Refusal::overlooked)?;
    let changed = match shown {
        Shown::Token(token) => services.proofs.change_email_by_link(&token, email).await,
        Shown::LogIn(actor, id) => {
            if !services.register_ids.is_own(&actor, &id).await? {
                return Err(recovery::wrong_credentials());
            }
            services.proofs.change_email(&actor, email).await
        }
    };
    changed.map_err(|error| match error {
        Error::ProofOver => recovery::wrong_credentials(),
        Error::EmailTaken => Refusal::field("email", &[EMAIL_TAKEN]),
        error => error.into(),
    })?;
    Ok(HttpResponse::Ok().json(json!({ "msg": "Gmail updated successfully", "status": 200 })))
}
