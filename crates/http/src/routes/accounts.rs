//! Accounts: making one, finding people, changing one's own.

use actix_web::HttpResponse;
use actix_web::web::Data;
use parlor_domain::{Password, UserId};
use parlor_services::Registration;
use parlor_wire::{
    AccountView, ChangeDisplayName, ChangePassword, FieldError, Register, UserView, UsersFound, parse,
};
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::etag::Tagged;
use crate::extract::{Caller, Json, Path, Query, Strict};
use crate::{Api, ApiError, answer};

/// Register
///
/// Makes an account. Log in with it at `POST /v1/sessions`.
#[utoipa::path(post, path = "/v1/users", operation_id = "register", tag = "accounts", request_body = Register,
    responses(
        (status = 201, description = "Made", body = AccountView),
        (status = 403, description = "`sign_up_closed`"),
        (status = 409, description = "`username_taken`, `email_taken`"),
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
    };
    let account = api.services.accounts.register(registration).await?;
    let path = format!("/v1/users/{}", account.user.id);
    Ok(answer::created(&path, AccountView::from(&account)))
}

/// Look somebody up
#[utoipa::path(get, path = "/v1/users/{user}", operation_id = "getUser", tag = "accounts",
    responses(
        (status = 200, description = "Found", body = UserView),
        (status = 404, description = "`no_such_user`"),
    ))]
pub(crate) async fn user(
    _: Caller,
    api: Data<Api>,
    Path(user): Path<UserId>,
) -> Result<Json<UserView>, ApiError> {
    let account = api.services.accounts.find(user).await?;
    Ok(Json(UserView::from(&account)))
}

/// How people are searched.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Search {
    /// The whole username, in any case.
    #[param(example = "ann")]
    username: String,
}

/// Find somebody by name
#[utoipa::path(get, path = "/v1/users", operation_id = "findUsers", tag = "accounts", params(Search),
    responses((status = 200, description = "Nobody, or the one who has this name", body = UsersFound)))]
pub(crate) async fn users(
    _: Caller,
    api: Data<Api>,
    Query(search): Query<Search>,
) -> Result<Json<UsersFound>, ApiError> {
    let username = parse("username", &search.username)?;
    let found = api.services.accounts.search(&username).await?;
    let users = found.iter().map(UserView::from).collect();
    Ok(Json(UsersFound { users }))
}

/// One's own account
#[utoipa::path(get, path = "/v1/me", operation_id = "getMe", tag = "accounts",
    responses(
        (status = 200, description = "The account", body = AccountView),
        (status = 304, description = "Still as `If-None-Match` says"),
    ))]
pub(crate) async fn me(Caller(actor): Caller, api: Data<Api>) -> Result<Tagged<AccountView>, ApiError> {
    let account = api.services.accounts.find(actor.user.id).await?;
    Ok(Tagged(AccountView::from(&account)))
}

/// Change one's name
#[utoipa::path(patch, path = "/v1/me", operation_id = "changeMe", tag = "accounts", request_body = ChangeDisplayName,
    responses((status = 200, description = "The account as it is now", body = AccountView)))]
pub(crate) async fn change_me(
    Caller(actor): Caller,
    api: Data<Api>,
    Json(change): Json<ChangeDisplayName>,
) -> Result<Json<AccountView>, ApiError> {
    let name = parse("display_name", &change.display_name)?;
    let account = api.services.accounts.set_display_name(&actor, name).await?;
    Ok(Json(AccountView::from(&account)))
}

/// Change one's password
///
/// Ends all other sessions.
#[utoipa::path(put, path = "/v1/me/password", operation_id = "changePassword", tag = "accounts",
    request_body = ChangePassword,
    responses(
        (status = 204, description = "Changed"),
        (status = 403, description = "`wrong_password`"),
    ))]
pub(crate) async fn change_password(
    _: Strict,
    Caller(actor): Caller,
    api: Data<Api>,
    Json(change): Json<ChangePassword>,
) -> Result<HttpResponse, ApiError> {
    let new = password("new_password", change.new_password)?;
    api.services
        .accounts
        .change_password(&actor, change.old_password, new)
        .await?;
    Ok(answer::done())
}

fn password(field: &str, text: SecretString) -> Result<Password, FieldError> {
    Password::parse(text).map_err(|error| FieldError {
        field: field.to_owned(),
        message: error.to_string(),
    })
}
