//! Making an account.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use parlor_domain::{Account, Audience, Email, Mobile, ProfileChange, Username};
use parlor_services::{Accounts, Actor, Error, GuestName, GuestRegistration, Services, Uploads};
use secrecy::ExposeSecret;
use serde_json::json;

use super::passwords;
use crate::callers::Newcomer;
use crate::compat::Compat;
use crate::drf::{AnyWithFiles, Body, FilePart, Form, InOrder, Integer, Refusal, Text};
use crate::messenger::{NO_FIELD, people};

const NAME_TAKEN: &str = "user with this username already exists.";
pub(super) const EMAIL_TAKEN: &str = "user with this email already exists.";
const NUMBER_TAKEN: &str = "user with this mobile no already exists.";
const NO_EMAIL: &str = "Email address is not valid";
const NO_NUMBER: &str = "Mobile number is not valid";
const NO_PICTURE: &str =
    "Upload a valid image. The file you uploaded was either not an image or a corrupted image.";
const SAVE_IT: &str = " Please copy the ID and save it for future reference, as it may be required for accessing or using \
                       certain features ---> ";

/// Most characters of a username.
const MAX_NAME: usize = 30;
/// Most characters of an address.
const MAX_EMAIL: usize = 50;

/// `POST /api/register/`
pub(in crate::messenger) async fn register(
    InOrder(Newcomer, body): InOrder<Newcomer, Body<AnyWithFiles>>,
    compat: Data<Compat>,
) -> Result<HttpResponse, Refusal> {
    register_as(compat, body).await
}

/// Registers whoever asks.
pub(crate) async fn register_as<P>(compat: Data<Compat>, body: Body<P>) -> Result<HttpResponse, Refusal> {
    let services = compat.services();
    services.accounts.admit_guests()?;
    let mut form = body.form(NO_FIELD)?;
    let username = username(&mut form, &services.accounts).await?;
    let email = address(&mut form, &services.accounts).await?;
    let password = passwords::of_newcomer(&mut form, "password");
    let mobile = mobile(&mut form);
    let photo = picture(&mut form, &services.uploads).await?;
    form.finish_with(StatusCode::UNAUTHORIZED)?;
    let (Some(username), Some(email), Some(password)) = (username, email, password) else {
        return Err(Refusal::overlooked());
    };
    let registration = GuestRegistration {
        name: GuestName::Given(username),
        display_name: None,
        first_name: None,
        last_name: None,
        email: Some(email),
        mobile,
        password,
    };
    let registered = services.accounts.register_guest(registration).await;
    let account = registered.map_err(not_registered)?;
    show_to_contacts(services, &account).await;
    if let Some(photo) = photo {
        show(services, &account, photo).await;
    }
    let id = services.register_ids.give(&account).await?;
    Ok(HttpResponse::Ok().json(json!({
        "status": "success",
        "code": 200,
        "message": "successfully Registerd",
        "Your_Register_id": format!("{SAVE_IT}{}", id.expose_secret()),
    })))
}

fn not_registered(error: Error) -> Refusal {
    match error {
        Error::UsernameTaken => refused("username", NAME_TAKEN),
        Error::EmailTaken => refused("email", EMAIL_TAKEN),
        Error::MobileTaken => refused("mobile_no", NUMBER_TAKEN),
        error => error.into(),
    }
}

fn refused(field: &str, text: &str) -> Refusal {
    Refusal::new(StatusCode::UNAUTHORIZED, json!({ field: [text] }))
}

/// A name that nobody has; `None` if something is wrong with it, which the form knows then.
async fn username(form: &mut Form, accounts: &Accounts) -> Result<Option<Username>, Refusal> {
    let text = form.text("username", Text::new().max(MAX_NAME));
    if form.is_refused("username") {
        return Ok(None);
    }
    let username = match text.parse::<Username>() {
        Ok(username) => username,
        Err(error) => {
            form.refuse("username", &format!("Username {error}"));
            return Ok(None);
        }
    };
    match accounts.find_by_username(&username).await {
        Ok(_) => form.refuse("username", NAME_TAKEN),
        Err(Error::NoSuchUser(_)) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(Some(username))
}

/// An address that nobody has; `None` if something is wrong with it, which the form knows then.
async fn address(form: &mut Form, accounts: &Accounts) -> Result<Option<Email>, Refusal> {
    let email = email(form);
    if let Some(email) = &email
        && accounts.is_claimed(email).await?
    {
        form.refuse("email", EMAIL_TAKEN);
    }
    Ok(email)
}

/// An address, whoever has it; `None` if something is wrong with it, which the form knows then.
pub(super) fn email(form: &mut Form) -> Option<Email> {
    let text = form.text("email", Text::new().max(MAX_EMAIL));
    let email = text.parse().ok();
    if email.is_none() && !form.is_refused("email") {
        form.refuse("email", NO_EMAIL);
    }
    email
}

/// A mobile number, if one was sent; what is wrong with it the form knows then.
fn mobile(form: &mut Form) -> Option<Mobile> {
    let number = form.integer_or_none("mobile_no", Integer::new().optional().nullable())?;
    let mobile = people::mobile(number);
    if mobile.is_none() {
        form.refuse("mobile_no", NO_NUMBER);
    }
    mobile
}

/// A picture, if one was sent. It is looked at only if nothing else is wrong; whether it is none the form knows then.
async fn picture(form: &mut Form, uploads: &Uploads) -> Result<Option<FilePart>, Refusal> {
    let Some(photo) = form.file_or_none("profile_photo") else {
        return Ok(None);
    };
    if form.errors().is_some() {
        return Ok(None);
    }
    match photo.check_picture(uploads).await {
        Ok(photo) => Ok(Some(photo)),
        Err(Error::Media(_)) => {
            form.refuse("profile_photo", NO_PICTURE);
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// Shows somebody's address and number to his contacts, as people expect here. If that fails now, nobody sees them.
async fn show_to_contacts(services: &Services, account: &Account) {
    let change = ProfileChange {
        show_email: Some(Audience::Contacts),
        show_mobile: Some(Audience::Contacts),
        ..ProfileChange::default()
    };
    let actor = Actor::newcomer(account);
    if let Err(error) = services.accounts.change_profile(&actor, change).await {
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "the address of somebody new is shown to nobody"
        );
    }
}

/// Makes a picture that was looked at somebody's own. If that fails now, he is registered all the same.
async fn show(services: &Services, account: &Account, photo: FilePart) {
    let actor = Actor::newcomer(account);
    let shown = async {
        let media = photo.untyped().upload(&services.uploads, &actor).await?;
        services.library.set_avatar(&actor, Some(media.id)).await
    };
    if let Err(error) = shown.await {
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "the picture of somebody new was not kept"
        );
    }
}
