//! Having a link mailed by which a password or an address can be changed.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use parlor_domain::Email;
use parlor_services::Error;
use serde_json::json;

use crate::compat::Compat;
use crate::drf::{Any, Body, InOrder, Refusal, Text};
use crate::messenger::NO_FIELD;
use crate::messenger::callers::Caller;

/// `GET /api/SendMail/`
pub(super) async fn mail_email_page(
    Caller(caller): Caller,
    request: HttpRequest,
    compat: Data<Compat>,
) -> Result<HttpResponse, Refusal> {
    compat.count_credentials(&request)?;
    let proofs = &compat.services().proofs;
    let to = proofs.mail_email_page(&caller.actor).await?;
    Ok(mailed(to.as_str()))
}

/// `POST /api/forgottpassword/`: what is answered does not tell whether anybody has the address.
pub(super) async fn mail_password_page(
    request: HttpRequest,
    compat: Data<Compat>,
    body: Body<Any>,
) -> Result<HttpResponse, Refusal> {
    compat.count_credentials(&request)?;
    let mut form = body.form(NO_FIELD)?;
    let email = form.email("email", Text::new());
    form.finish()?;
    if let Ok(address) = email.parse::<Email>() {
        compat.services().proofs.mail_password_page(&address).await?;
    }
    Ok(mailed(&email))
}

/// `POST /api/resetpassword/`
pub(super) async fn mail_own_password_page(
    InOrder(Caller(caller), body): InOrder<Caller, Body<Any>>,
    request: HttpRequest,
    compat: Data<Compat>,
) -> Result<HttpResponse, Refusal> {
    compat.count_credentials(&request)?;
    let mut form = body.form(NO_FIELD)?;
    let password = form.text("password", Text::new().untrimmed());
    form.finish()?;
    let proofs = &compat.services().proofs;
    match proofs
        .mail_own_password_page(&caller.actor, password.into())
        .await
    {
        Ok(to) => Ok(mailed(to.as_str())),
        Err(Error::WrongPassword) => Ok(HttpResponse::Ok().json(json!({ "msg": "INVALID PASSWORD" }))),
        Err(error) => Err(error.into()),
    }
}

fn mailed(to: &str) -> HttpResponse {
    let msg = format!("Link is sended to your {to} please check it");
    HttpResponse::Ok().json(json!({ "msg": msg }))
}
