//! For who has forgotten the address or the register id.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use parlor_domain::Email;
use serde_json::json;

use crate::compat::Compat;
use crate::drf::{Any, Body, Refusal, Text};
use crate::messenger::NO_FIELD;

/// `POST /api/MailRecovery/`: by a register id. A mobile number is known to others, and so tells nothing.
pub(super) async fn tell_email(
    request: HttpRequest,
    compat: Data<Compat>,
    body: Body<Any>,
) -> Result<HttpResponse, Refusal> {
    compat.count_credentials(&request)?;
    let mut form = body.form(NO_FIELD)?;
    let rule = Text::new().blank().nullable();
    let id = form.text_or_none("Registerd_id", rule);
    let number = form.text_or_none("mobile_Number", rule);
    form.finish()?;
    let given = |text: &String| !text.is_empty();
    let Some(id) = id.filter(given) else {
        if number.filter(given).is_some() {
            return Err(wrong_credentials());
        }
        let body = json!({ "msg": "Fill any one field", "status": 400 });
        return Ok(HttpResponse::Ok().json(body));
    };
    let owner = compat.services().register_ids.owner(&id).await?;
    let email = owner
        .and_then(|owner| owner.email)
        .ok_or_else(wrong_credentials)?;
    let msg = format!("Your Gmail is {}", email.as_str());
    Ok(HttpResponse::Ok().json(json!({ "msg": msg, "status": 200 })))
}

/// `PUT /api/newRegisterid/`: what is answered does not tell whether anybody has the address.
pub(super) async fn mail_register_id(
    request: HttpRequest,
    compat: Data<Compat>,
    body: Body<Any>,
) -> Result<HttpResponse, Refusal> {
    compat.count_credentials(&request)?;
    let mut form = body.form(NO_FIELD)?;
    let email = form.text_or_none("email", Text::new());
    let email = email.ok_or_else(wrong_credentials)?;
    if let Ok(address) = email.parse::<Email>() {
        compat.services().register_ids.mail(&address).await?;
    }
    let msg = "Successfully Generated Your new Register Id Please Check Your Mail ";
    Ok(HttpResponse::Ok().json(json!({ "msg": msg, "status": 200 })))
}

pub(super) fn wrong_credentials() -> Refusal {
    Refusal::detail(StatusCode::FORBIDDEN, "invalid credentials...!")
}
