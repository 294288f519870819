//! Accounts: making one, finding people, and what administrators do with those of others.

use actix_web::HttpResponse;
use actix_web::web::Data;
use parlor_domain::{Password, UserId, Username};
use parlor_services::{Error, Registration, UserSearch};
use parlor_wire::{AccountView, ChangeUser, FieldError, MessagesFate, Register, UserView, UsersFound, parse};
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::extract::{Caller, Json, Path, Query, Strict};
use crate::{Api, ApiError, answer, view};

/// Most characters by which somebody is searched: no name has more.
const LONGEST: usize = 80;

/// Register
///
/// Makes an account. Log in with it at `POST /v1/sessions`. Where an address is given, a link is mailed there that
/// verifies it; whether somebody else has it is not told.
#[utoipa::path(post, path = "/v1/users", operation_id = "register", tag = "accounts", request_body = Register,
    responses(
        (status = 201, description = "Made", body = AccountView),
        (status = 403, description = "`sign_up_closed`, `invite_needed`, `invite_over`"),
        (status = 409, description = "`username_taken`"),
    ), security(()))]
pub(crate) async fn register(
    _: Strict,
    api: Data<Api>,
    Json(wish): Json<Register>,
) -> Result<HttpResponse, ApiError> {
    let registration = Registration {
        username: parse("username", &wish.username)?,
        password: password("password", wish.password)?,
        display_name: wish
            .display_name
            .map(|name| parse("display_name", &name))
            .transpose()?,
        email: wish.email.map(|email| parse("email", &email)).transpose()?,
        invite: wish.invite,
    };
    let account = api.services.accounts.register(registration).await?;
    let path = format!("/v1/users/{}", account.user.id);
    Ok(answer::created(&path, AccountView::from(&account)))
}

/// Look somebody up
///
/// Address, number and when somebody was last there are among what is answered if that person shows them to whoever
/// asks.
#[utoipa::path(get, path = "/v1/users/{user}", operation_id = "getUser", tag = "accounts",
    responses(
        (status = 200, description = "Found", body = UserView),
        (status = 404, description = "`no_such_user`"),
    ))]
pub(crate) async fn user(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(user): Path<UserId>,
) -> Result<Json<UserView>, ApiError> {
    let account = api.services.accounts.find(user).await?;
    let shown = api
        .services
        .accounts
        .shown(&actor, std::slice::from_ref(&account))
        .await?;
    Ok(Json(view::user(
        &account,
        shown.into_iter().next().unwrap_or_default(),
    )))
}

/// How people are searched: by exactly one of these.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Search {
    /// The beginning of a username, of a display name or of a last name, in any case: 1 to 80 characters.
    #[param(example = "an")]
    q: Option<String>,
    /// The whole username, in any case.
    #[param(example = "ann")]
    username: Option<String>,
    /// The whole verified address, of somebody who shows it to whoever asks.
    #[param(example = "ann@example.org")]
    email: Option<String>,
    /// The whole mobile number, of somebody who shows it to whoever asks.
    #[param(example = "+41791234567")]
    mobile: Option<String>,
}

/// Who is looked for.
enum Wanted {
    Named(Username),
    Any(UserSearch),
}

impl Search {
    fn wanted(self) -> Result<Wanted, FieldError> {
        match (self.q, self.username, self.email, self.mobile) {
            (Some(q), None, None, None) => beginning(&q).map(UserSearch::Beginning).map(Wanted::Any),
            (None, Some(username), None, None) => parse("username", &username).map(Wanted::Named),
            (None, None, Some(email), None) => Ok(Wanted::Any(UserSearch::Email(parse("email", &email)?))),
            (None, None, None, Some(mobile)) => {
                Ok(Wanted::Any(UserSearch::Mobile(parse("mobile", &mobile)?)))
            }
            _ => Err(wrong(
                "q",
                "must be given, or one of username, email and mobile instead",
            )),
        }
    }
}

/// Find people
///
/// By what their names begin with, or by all of a username, an address or a number. Who does not show his address or
/// number is not found by it.
#[utoipa::path(get, path = "/v1/users", operation_id = "findUsers", tag = "accounts", params(Search),
    responses((status = 200, description = "Nobody, or up to 20 people", body = UsersFound)))]
pub(crate) async fn users(
    Caller(actor): Caller,
    api: Data<Api>,
    Query(search): Query<Search>,
) -> Result<Json<UsersFound>, ApiError> {
    let accounts = &api.services.accounts;
    let found = match search.wanted()? {
        Wanted::Any(wanted) => accounts.search(&actor, wanted).await?,
        Wanted::Named(username) => match accounts.find_by_username(&username).await {
            Ok(account) => vec![account],
            Err(Error::NoSuchUser(_)) => Vec::new(),
            Err(error) => return Err(error.into()),
        },
    };
    let shown = accounts.shown(&actor, &found).await?;
    let users = found.iter().zip(shown);
    Ok(Json(UsersFound {
        users: users.map(|(account, shown)| view::user(account, shown)).collect(),
    }))
}

/// Lock or unlock somebody's account
///
/// For administrators, and not for their own. Locking ends all sessions of the account.
#[utoipa::path(patch, path = "/v1/users/{user}", operation_id = "changeUser", tag = "administration",
    request_body = ChangeUser,
    responses(
        (status = 204, description = "Locked or unlocked, now or before"),
        (status = 403, description = "`forbidden`"),
        (status = 404, description = "`no_such_user`"),
    ))]
pub(crate) async fn change_user(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(user): Path<UserId>,
    Json(change): Json<ChangeUser>,
) -> Result<HttpResponse, ApiError> {
    api.services
        .accounts
        .set_disabled(&actor, user, change.disabled)
        .await?;
    Ok(answer::done())
}

/// What becomes of what somebody wrote.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Deletion {
    /// Whether it stays.
    messages: MessagesFate,
}

/// Delete somebody's account
///
/// For administrators, and not for their own. It ends all sessions, and forgets all that is personal.
#[utoipa::path(delete, path = "/v1/users/{user}", operation_id = "deleteUser", tag = "administration",
    params(Deletion),
    responses(
        (status = 204, description = "Deleted"),
        (status = 403, description = "`forbidden`"),
        (status = 404, description = "`no_such_user`"),
    ))]
pub(crate) async fn delete_user(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(user): Path<UserId>,
    Query(deletion): Query<Deletion>,
) -> Result<HttpResponse, ApiError> {
    let messages = deletion.messages == MessagesFate::Delete;
    api.services
        .accounts
        .delete_another(&actor, user, messages)
        .await?;
    Ok(answer::done())
}

/// A new password in this field.
pub(super) fn password(field: &str, text: SecretString) -> Result<Password, FieldError> {
    Password::parse(text).map_err(|error| wrong(field, &error.to_string()))
}

fn beginning(text: &str) -> Result<Box<str>, FieldError> {
    let text = text.trim();
    if (1..=LONGEST).contains(&text.chars().count()) {
        Ok(text.into())
    } else {
        Err(wrong("q", "must be 1 to 80 characters"))
    }
}

fn wrong(field: &str, message: &str) -> FieldError {
    FieldError {
        field: field.to_owned(),
        message: message.to_owned(),
    }
}
