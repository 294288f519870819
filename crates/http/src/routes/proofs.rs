//! Links that were mailed: what they prove, and how one is had for a forgotten password.

use actix_web::HttpResponse;
use actix_web::web::Data;
use parlor_wire::{AskForReset, ResetPassword, ShowProof};

use super::accounts::password;
use crate::extract::{Json, Strict};
use crate::{Api, ApiError, answer};

/// Verify an address
///
/// By what stands in the link that was mailed there. No log in is needed.
#[utoipa::path(post, path = "/v1/proofs/verify-email", operation_id = "verifyEmail", tag = "proofs",
    request_body = ShowProof,
    responses(
        (status = 204, description = "Verified"),
        (status = 403, description = "`link_over`"),
        (status = 409, description = "`email_taken`: somebody else verified it first"),
    ), security(()))]
pub(crate) async fn verify_email(
    _: Strict,
    api: Data<Api>,
    Json(proof): Json<ShowProof>,
) -> Result<HttpResponse, ApiError> {
    api.services.proofs.verify_email(&proof.token).await?;
    Ok(answer::done())
}

/// Confirm another address
///
/// By what stands in the link that was mailed there. It is the account's from then on, and the old one is told.
#[utoipa::path(post, path = "/v1/proofs/confirm-email", operation_id = "confirmEmail", tag = "proofs",
    request_body = ShowProof,
    responses(
        (status = 204, description = "Changed"),
        (status = 403, description = "`link_over`"),
        (status = 409, description = "`email_taken`: somebody else has verified it"),
    ), security(()))]
pub(crate) async fn confirm_email(
    _: Strict,
    api: Data<Api>,
    Json(proof): Json<ShowProof>,
) -> Result<HttpResponse, ApiError> {
    api.services.proofs.confirm_email(&proof.token).await?;
    Ok(answer::done())
}

/// Ask for a link that replaces a forgotten password
///
/// What is answered does not tell whether anybody has this name or address.
#[utoipa::path(post, path = "/v1/password-resets", operation_id = "askForReset", tag = "proofs",
    request_body = AskForReset,
    responses(
        (status = 202, description = "Mailed, if there is such an account and it has an address"),
        (status = 429, description = "`too_many_tries`, `rate_limited`: wait as `Retry-After` says"),
    ), security(()))]
pub(crate) async fn ask_for_reset(
    _: Strict,
    api: Data<Api>,
    Json(wish): Json<AskForReset>,
) -> Result<HttpResponse, ApiError> {
    api.services.proofs.ask_to_reset(&wish.login).await?;
    Ok(answer::mailed())
}

/// Replace a forgotten password
///
/// By what stands in the mailed link. Ends all sessions.
#[utoipa::path(post, path = "/v1/password-resets/complete", operation_id = "resetPassword", tag = "proofs",
    request_body = ResetPassword,
    responses(
        (status = 204, description = "Set: log in with it"),
        (status = 403, description = "`link_over`"),
    ), security(()))]
pub(crate) async fn reset_password(
    _: Strict,
    api: Data<Api>,
    Json(proof): Json<ResetPassword>,
) -> Result<HttpResponse, ApiError> {
    let new = password("new_password", proof.new_password)?;
    api.services.proofs.reset_password(&proof.token, new).await?;
    Ok(answer::done())
}
