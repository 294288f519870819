//! Making an account.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use parlor_domain::{DisplayName, Email, PersonName};
use parlor_services::{Error, GuestName, GuestRegistration};
use serde_json::json;

use super::Anybody;
use crate::compat::Compat;
use crate::drf::{Any, Body, Form, InOrder, Refusal, Text};
use crate::passwords;

const TAKEN: &str = "user account with this email already exists.";
const DIFFER: &str = "Password fields didn't match.";

/// `POST /api/register/`
pub(super) async fn register(
    request: HttpRequest,
    compat: Data<Compat>,
    InOrder(Anybody, body): InOrder<Anybody, Body<Any>>,
) -> Result<HttpResponse, Refusal> {
    compat.count_credentials(&request)?;
    register_as(compat, body).await
}

/// Registers whoever asks.
pub(crate) async fn register_as<P>(compat: Data<Compat>, body: Body<P>) -> Result<HttpResponse, Refusal> {
    compat.services().accounts.admit_guests()?;
    let mut form = body.form("non_field_errors")?;
    let first_name = name(&mut form, "first_name");
    let last_name = name(&mut form, "last_name");
    let email = form.email("email", Text::new().max(200)).to_lowercase();
    let password = form.text("password", Text::new().untrimmed());
    let repeated = form.text("confirm_password", Text::new().untrimmed());
    let address = email.parse::<Email>();
    if address.is_err() && !form.is_refused("email") {
        form.refuse("email", "Enter a valid email address.");
    }
    if let Ok(address) = &address
        && compat.services().accounts.is_claimed(address).await?
    {
        form.refuse("email", TAKEN);
    }
    form.finish()?;
    if password != repeated {
        return Err(Refusal::field("password", &[DIFFER]));
    }
    let weak = passwords::weak(&password);
    if !weak.is_empty() {
        return Err(Refusal::field("password", &weak));
    }
    let (Some(first_name), Some(last_name), Ok(address)) = (first_name, last_name, address) else {
        return Err(Refusal::overlooked());
    };
    let password = passwords::parse(password).map_err(|why| Refusal::field("password", &[&why]))?;
    let registration = GuestRegistration {
        name: GuestName::Like(format!("{first_name} {last_name}")),
        display_name: displayed(&first_name, &last_name),
        first_name: Some(first_name.clone()),
        last_name: Some(last_name.clone()),
        email: Some(address),
        mobile: None,
        password,
    };
    match compat.services().accounts.register_guest(registration).await {
        Ok(_) => {}
        Err(Error::EmailTaken) => return Err(Refusal::field("email", &[TAKEN])),
        Err(error) => return Err(error.into()),
    }
    Ok(HttpResponse::Created().json(json!({
        "success": true,
        "msg": "User account created successfully.",
        "data": {
            "first_name": first_name.as_str(),
            "last_name": last_name.as_str(),
            "email": email,
        },
        "status": 201,
    })))
}

/// A first or last name; `None` if something is wrong with it, which the form knows then.
fn name(form: &mut Form, field: &'static str) -> Option<PersonName> {
    let text = form.text(field, Text::new().max(PersonName::MAX));
    let parsed = text.parse().ok();
    if parsed.is_none() && !form.is_refused(field) {
        form.refuse(field, "Enter a valid value.");
    }
    parsed
}

/// Both names together, as far as they fit.
fn displayed(first: &PersonName, last: &PersonName) -> Option<DisplayName> {
    let whole = format!("{first} {last}");
    let cut: String = whole.chars().take(DisplayName::MAX).collect();
    cut.parse().ok()
}
