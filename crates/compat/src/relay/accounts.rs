//! Accounts: making one, and what administrators see and do of them.

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, HeaderValue};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use parlor_domain::{Account, AccountStatus, Username};
use parlor_services::{Error, GuestName, GuestRegistration};
use serde_json::{Value, json};

use super::{Staff, come_in, given};
use crate::compat::Compat;
use crate::drf::{Body, Refusal, Untyped};
use crate::{passwords, people};

/// `POST /accounts/create_user/`
pub(super) async fn create(
    request: HttpRequest,
    compat: Data<Compat>,
    body: Body<Untyped>,
) -> Result<HttpResponse, Refusal> {
    compat.count_credentials(&request)?;
    let accounts = &compat.services().accounts;
    accounts.admit_guests().map_err(not_registered)?;
    let form = body.form("error").map_err(|_| refused("Invalid JSON format"))?;
    let (Some(username), Some(password)) = (given(&form, "username"), given(&form, "password")) else {
        return Err(refused("Username and password are required"));
    };
    let username = username
        .parse::<Username>()
        .map_err(|error| refused(&format!("username {error}")))?;
    let registration = GuestRegistration {
        name: GuestName::Given(username),
        display_name: None,
        first_name: None,
        last_name: None,
        email: None,
        mobile: None,
        password: passwords::parse(password).map_err(|why| refused(&why))?,
    };
    let registered = accounts.register_guest(registration).await;
    let account = registered.map_err(not_registered)?;
    come_in(&compat, &account).await;
    Ok(HttpResponse::Ok().json(json!({
        "message": "User created successfully",
        "user_id": account.user.number,
    })))
}

fn not_registered(error: Error) -> Refusal {
    match error {
        Error::UsernameTaken => refused("A user with that username already exists."),
        Error::SignUpClosed => Refusal::error(StatusCode::FORBIDDEN, "Registration is closed."),
        error => error.into(),
    }
}

/// `GET /accounts/get_users/`
pub(super) async fn list(_: Staff, compat: Data<Compat>) -> Result<HttpResponse, Refusal> {
    people::list(compat, None, person).await
}

/// Somebody, whose password nobody knows.
fn person(account: &Account) -> Value {
    json!({
        "id": account.user.number,
        "username": account.username.as_str(),
        "password": "",
    })
}

/// `DELETE /accounts/delete_user/<number>/`: the account is locked, which an administrator can undo.
pub(super) async fn deactivate(
    Staff(staff): Staff,
    compat: Data<Compat>,
    number: Path<String>,
) -> Result<HttpResponse, Refusal> {
    let number: i64 = number.parse().map_err(|_| Refusal::no_page())?;
    let accounts = &compat.services().accounts;
    let account = match accounts.find_by_number(number).await {
        Ok(account) if account.status == AccountStatus::Active && !account.bot => account,
        Ok(_) | Err(Error::NoSuchUser(_)) => return Err(Refusal::no_page()),
        Err(error) => return Err(error.into()),
    };
    accounts.set_disabled(&staff.actor, account.user.id, true).await?;
    Ok(HttpResponse::Ok().json(json!({ "message": "User deleted successfully" })))
}

/// `GET /accounts/admin/protected/`
pub(super) async fn protected(_: Staff) -> HttpResponse {
    HttpResponse::Ok().json(json!({ "message": "admin" }))
}

/// Any method but `POST`, for anybody.
pub(super) async fn only_post() -> Result<HttpResponse, Refusal> {
    Err(wrong_method("POST"))
}

/// Any method but `DELETE`, for administrators.
pub(super) async fn only_delete(_: Staff) -> Result<HttpResponse, Refusal> {
    Err(wrong_method("DELETE"))
}

fn wrong_method(allowed: &'static str) -> Refusal {
    Refusal::error(StatusCode::METHOD_NOT_ALLOWED, "Invalid request method")
        .with_header(ALLOW, HeaderValue::from_static(allowed))
}

fn refused(text: &str) -> Refusal {
    Refusal::error(StatusCode::BAD_REQUEST, text)
}
