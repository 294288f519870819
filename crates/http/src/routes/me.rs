//! One's own account: looking at it, changing it, leaving.

use actix_web::HttpResponse;
use actix_web::web::Data;
use parlor_domain::ProfileChange;
use parlor_wire::{
    AccountView, ChangeEmail, ChangeMobile, ChangePassword, ChangeProfile, DeleteAccount, MessagesFate, parse,
};

use super::accounts::password;
use crate::etag::Tagged;
use crate::extract::{Caller, Json, Strict};
use crate::{Api, ApiError, answer};

/// One's own account
#[utoipa::path(get, path = "/v1/me", operation_id = "getMe", tag = "me",
    responses(
        (status = 200, description = "The account", body = AccountView),
        (status = 304, description = "Still as `If-None-Match` says"),
    ))]
pub(crate) async fn show(Caller(actor): Caller, api: Data<Api>) -> Result<Tagged<AccountView>, ApiError> {
    let account = api.services.accounts.find(actor.user.id).await?;
    Ok(Tagged(AccountView::from(&account)))
}

/// Change what one tells
///
/// A field that is left out stays, `null` empties it.
#[utoipa::path(patch, path = "/v1/me", operation_id = "changeMe", tag = "me", request_body = ChangeProfile,
    responses((status = 200, description = "The account as it is now", body = AccountView)))]
pub(crate) async fn change(
    Caller(actor): Caller,
    api: Data<Api>,
    Json(change): Json<ChangeProfile>,
) -> Result<Json<AccountView>, ApiError> {
    let change = ProfileChange::try_from(change)?;
    let account = api.services.accounts.change_profile(&actor, change).await?;
    Ok(Json(AccountView::from(&account)))
}

/// Change one's password
///
/// Ends all other sessions, and tells by mail.
#[utoipa::path(put, path = "/v1/me/password", operation_id = "changePassword", tag = "me",
    request_body = ChangePassword,
    responses(
        (status = 204, description = "Changed"),
        (status = 403, description = "`wrong_password`"),
        (status = 429, description = "`too_many_tries`, `rate_limited`: wait as `Retry-After` says"),
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

/// Change one's e-mail address
///
/// Mails a link to the new address. It is the account's once that is opened, and the old one is told.
#[utoipa::path(put, path = "/v1/me/email", operation_id = "changeEmail", tag = "me", request_body = ChangeEmail,
    responses(
        (status = 202, description = "Mailed"),
        (status = 403, description = "`wrong_password`"),
        (status = 429, description = "`too_many_tries`, `rate_limited`: wait as `Retry-After` says"),
    ))]
pub(crate) async fn change_email(
    _: Strict,
    Caller(actor): Caller,
    api: Data<Api>,
    Json(change): Json<ChangeEmail>,
) -> Result<HttpResponse, ApiError> {
    let email = parse("email", &change.email)?;
    api.services
        .proofs
        .ask_to_change_email(&actor, change.password, email)
        .await?;
    Ok(answer::mailed())
}

/// Have the link mailed again that verifies one's address
#[utoipa::path(post, path = "/v1/me/email/verification", operation_id = "verifyEmailAgain", tag = "me",
    responses(
        (status = 202, description = "Mailed"),
        (status = 409, description = "`no_email`, `email_verified`"),
        (status = 429, description = "`too_many_tries`, `rate_limited`: wait as `Retry-After` says"),
    ))]
pub(crate) async fn verify_again(
    _: Strict,
    Caller(actor): Caller,
    api: Data<Api>,
) -> Result<HttpResponse, ApiError> {
    api.services.proofs.ask_to_verify(&actor).await?;
    Ok(answer::mailed())
}

/// Change one's mobile number
#[utoipa::path(put, path = "/v1/me/mobile", operation_id = "changeMobile", tag = "me", request_body = ChangeMobile,
    responses(
        (status = 200, description = "The account as it is now", body = AccountView),
        (status = 403, description = "`wrong_password`"),
        (status = 409, description = "`mobile_taken`"),
        (status = 429, description = "`too_many_tries`, `rate_limited`: wait as `Retry-After` says"),
    ))]
pub(crate) async fn change_mobile(
    _: Strict,
    Caller(actor): Caller,
    api: Data<Api>,
    Json(change): Json<ChangeMobile>,
) -> Result<Json<AccountView>, ApiError> {
    let mobile = change.mobile.map(|mobile| parse("mobile", &mobile)).transpose()?;
    let account = api
        .services
        .proofs
        .set_mobile(&actor, change.password, mobile)
        .await?;
    Ok(Json(AccountView::from(&account)))
}

/// Delete one's account
///
/// Ends all sessions, leaves all groups, and forgets all that is personal. It cannot be undone.
#[utoipa::path(post, path = "/v1/me/deletion", operation_id = "deleteMe", tag = "me", request_body = DeleteAccount,
    responses(
        (status = 204, description = "Deleted"),
        (status = 403, description = "`wrong_password`"),
        (status = 429, description = "`too_many_tries`, `rate_limited`: wait as `Retry-After` says"),
    ))]
pub(crate) async fn delete(
    _: Strict,
    Caller(actor): Caller,
    api: Data<Api>,
    Json(wish): Json<DeleteAccount>,
) -> Result<HttpResponse, ApiError> {
    let messages = wish.messages == MessagesFate::Delete;
    api.services
        .accounts
        .delete_own(&actor, wish.password, messages)
        .await?;
    Ok(answer::done())
}
