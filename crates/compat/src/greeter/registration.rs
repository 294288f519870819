//! Making an account.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use parlor_domain::{DisplayName, Username};
use parlor_services::{Accounts, Error, GuestName, GuestRegistration};
use serde_json::json;

use super::Anybody;
use crate::compat::Compat;
use crate::drf::{Any, Body, Form, InOrder, Refusal, Text};
use crate::passwords;

const TAKEN: &str = "Username already used";

/// `POST /api/register/`: what is wrong first is told alone.
pub(super) async fn register(
    InOrder(_, body): InOrder<Anybody, Body<Any>>,
    request: HttpRequest,
    compat: Data<Compat>,
) -> Result<HttpResponse, Refusal> {
    compat.count_credentials(&request).map_err(Refusal::into_error)?;
    register_as(compat, body).await
}

/// Registers whoever asks. Whatever is wrong is told as an `error`.
pub(crate) async fn register_as<P>(compat: Data<Compat>, body: Body<P>) -> Result<HttpResponse, Refusal> {
    let registered = make(&compat, body).await;
    registered.map_err(Refusal::into_error)
}

async fn make<P>(compat: &Compat, body: Body<P>) -> Result<HttpResponse, Refusal> {
    let accounts = &compat.services().accounts;
    accounts.admit_guests()?;
    let mut form = body.form("non_field_errors")?;
    let name = given(&mut form, "name", Text::new())?;
    let username = given(&mut form, "username", Text::new())?;
    let password = given(&mut form, "password", Text::new().untrimmed())?;
    let display_name = displayed(&name)?;
    let username = username
        .parse::<Username>()
        .map_err(|error| refused(&format!("username {error}")))?;
    if is_taken(accounts, &username).await? {
        return Err(refused(TAKEN));
    }
    let password = passwords::parse(password).map_err(|why| refused(&why))?;
    let registration = GuestRegistration {
        name: GuestName::Given(username),
        display_name: Some(display_name),
        first_name: None,
        last_name: None,
        email: None,
        mobile: None,
        password,
    };
    let registered = accounts.register_guest(registration).await;
    let account = registered.map_err(|error| match error {
        Error::UsernameTaken => refused(TAKEN),
        Error::Invalid { .. } => refused(&error.to_string()),
        error => error.into(),
    })?;
    Ok(HttpResponse::Created().json(json!({
        "id": account.user.number,
        "name": account.display_name.as_str(),
        "username": account.username.as_str(),
    })))
}

/// A text that must be there; white space, and anything that is no text, are as good as missing.
fn given(form: &mut Form, field: &'static str, rule: Text) -> Result<String, Refusal> {
    let text = form.text_or_none(field, rule);
    let text = text.filter(|text| !text.trim().is_empty());
    text.ok_or_else(|| refused(&format!("{field} is missing")))
}

/// A name as far as it fits.
fn displayed(name: &str) -> Result<DisplayName, Refusal> {
    let cut: String = name.chars().take(DisplayName::MAX).collect();
    cut.parse::<DisplayName>()
        .map_err(|error| refused(&format!("name {error}")))
}

/// Whether somebody is called so. Who only looks like somebody is found out when the account is made.
async fn is_taken(accounts: &Accounts, username: &Username) -> Result<bool, Error> {
    match accounts.find_by_username(username).await {
        Ok(_) => Ok(true),
        Err(Error::NoSuchUser(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

fn refused(text: &str) -> Refusal {
    Refusal::error(StatusCode::BAD_REQUEST, text)
}
