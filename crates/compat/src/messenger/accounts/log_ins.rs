//! Logging in, and going on.

use actix_web::http::StatusCode;
use actix_web::http::header::AUTHORIZATION;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use parlor_domain::{Dialect, Email};
use parlor_services::{CodeEntered, CodeSent, DialectUser, Error, LoginName};
use secrecy::ExposeSecret;
use serde_json::json;

use crate::compat::Compat;
use crate::drf::{Any, Body, Integer, Refusal, Text};
use crate::messenger::callers::{not_authorized, token};
use crate::messenger::{LIVES, NO_FIELD};

/// `POST /api/Userlogin/`: mails a code to whoever shows register id, address and password. Whether there is such an id comes first.
pub(super) async fn log_in(
    request: HttpRequest,
    compat: Data<Compat>,
    body: Body<Any>,
) -> Result<HttpResponse, Refusal> {
    compat.count_credentials(&request)?;
    let register_ids = &compat.services().register_ids;
    let mut form = body.form(NO_FIELD)?;
    let id = form.text("Registerd_id", Text::new());
    let owner = if form.is_refused("Registerd_id") {
        None
    } else {
        let owner = register_ids.owner(&id).await?;
        Some(owner.ok_or_else(not_authorized)?)
    };
    let email = form.text("email", Text::new());
    let password = form.text("password", Text::new().untrimmed());
    form.finish()?;
    let owner = owner.ok_or_else(not_authorized)?;
    let login = email.parse::<Email>().ok().map(LoginName::Claimed);
    let device = compat.device(&request, Dialect::Messenger);
    let sent = register_ids.log_in(&owner, (&email, login), password.into(), &device);
    let sent = sent.await.map_err(|error| match error {
        Error::WrongCredentials | Error::AccountDisabled => wrong_credentials(),
        error => error.into(),
    })?;
    match sent {
        CodeSent::Done { left } => {
            let message = format!(
                "OTP is sent to Your mail Please Check it and please not this your have check otp in {left} times"
            );
            Ok(HttpResponse::Ok().json(json!({ "message": message, "status": 200 })))
        }
        CodeSent::TooMany => Ok(too_many()),
        CodeSent::NoLogIn => Err(wrong_credentials()),
    }
}

/// `POST /api/otpchecking/`: the tokens of whoever enters the code; without one, another is mailed.
pub(super) async fn enter_code(
    request: HttpRequest,
    compat: Data<Compat>,
    body: Body<Any>,
) -> Result<HttpResponse, Refusal> {
    compat.count_credentials(&request)?;
    let mut form = body.form(NO_FIELD)?;
    let id = form.text("Registerd_id", Text::new());
    let code = form.integer_or_none("user_entered_otp", Integer::new().optional().nullable());
    form.finish()?;
    let Some(code) = code else {
        return send_again(&request, &compat, &id).await;
    };
    // As a number it has lost the zeros that it began with.
    let code = format!("{code:06}");
    let device = compat.device(&request, Dialect::Messenger);
    let dialects = &compat.services().dialects;
    let entered = dialects.log_in_by_code((&id, &code), device, LIVES, |account| {
        DialectUser::Messenger(account.user.number)
    });
    let answer = match entered.await? {
        CodeEntered::Done(pair) => json!({
            "refresh_token": pair.refresh.expose_secret(),
            "asscess_token": pair.access.expose_secret(),
            "status": 200,
            "message": "OTP VALIDATED SUCCESSFULLY",
        }),
        CodeEntered::Used => json!({ "message": "OTP Already Verified", "status": 400 }),
        CodeEntered::Wrong => return Err(wrong_code()),
    };
    Ok(HttpResponse::Ok().json(answer))
}

async fn send_again(request: &HttpRequest, compat: &Compat, id: &str) -> Result<HttpResponse, Refusal> {
    let device = compat.device(request, Dialect::Messenger);
    match compat.services().register_ids.send_again(id, &device).await? {
        CodeSent::Done { left } => {
            let message = format!(
                "Resent OTP sented to your mail and please not you have limited 4 times to resend otp ---> {left} "
            );
            Ok(HttpResponse::Ok().json(json!({ "message": message, "status": 201 })))
        }
        CodeSent::TooMany => Ok(too_many()),
        CodeSent::NoLogIn => Err(wrong_code()),
    }
}

/// `GET /api/Newtoken/`
pub(super) async fn refresh(request: HttpRequest, compat: Data<Compat>) -> Result<HttpResponse, Refusal> {
    compat.count_credentials(&request)?;
    if !request.headers().contains_key(AUTHORIZATION) {
        return Ok(HttpResponse::Ok().json(json!({ "msg": "Token not provided", "status": 204 })));
    }
    let refused = || Refusal::detail(StatusCode::FORBIDDEN, "invalid credentils...!");
    let token = token(request.headers()).ok_or_else(refused)?;
    let dialects = &compat.services().dialects;
    let refreshed = dialects.refresh(Dialect::Messenger, token, LIVES.access).await?;
    let access = refreshed.map_err(|_| refused())?;
    Ok(HttpResponse::Ok().json(json!({ "token": access.expose_secret() })))
}

fn too_many() -> HttpResponse {
    let message = "Your otp generating Limit Exceueed you can try it after 1 hour";
    HttpResponse::Ok().json(json!({ "message": message, "status": 400 }))
}

fn wrong_credentials() -> Refusal {
    Refusal::detail(StatusCode::FORBIDDEN, "invalid credentails..!")
}

fn wrong_code() -> Refusal {
    let body = json!({ "message": "INVALID OTP OR OTP TIME OUT", "status": 408 });
    Refusal::new(StatusCode::REQUEST_TIMEOUT, body)
}
