//! Log-ins that need a code.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use parlor_wire::{ChallengeView, CompleteChallenge, LogInByMail, ResendCode, Tokens};
use secrecy::ExposeSecret;

use super::sessions::device;
use crate::extract::{Json, Strict};
use crate::{Api, ApiError, answer, view};

/// Log in by mail
///
/// Mails a code that is enough to log in, without the password, if somebody with this name or verified address exists.
/// Who has an authenticator app is asked for its code next. What is answered does not tell whether somebody exists.
#[utoipa::path(post, path = "/v1/challenges", operation_id = "logInByMail", tag = "sessions",
    request_body = LogInByMail,
    responses(
        (status = 202, description = "Complete it with the code that was mailed", body = ChallengeView),
        (status = 403, description = "`no_log_in_by_mail`: this server wants the password"),
        (status = 429, description = "`too_many_tries`, `rate_limited`: wait as `Retry-After` says"),
    ), security(()))]
pub(crate) async fn begin(
    _: Strict,
    api: Data<Api>,
    request: HttpRequest,
    Json(wish): Json<LogInByMail>,
) -> Result<HttpResponse, ApiError> {
    let device = device(&api, &request, wish.device.as_deref())?;
    let challenged = api.services.log_ins.log_in_by_mail(&wish.login, device).await?;
    Ok(answer::accepted(view::challenge(&challenged)))
}

/// Complete a log in
///
/// By the code that was mailed, the code that the app shows, or a recovery code, as `methods` says. A challenge is good
/// once, for five minutes and five tries.
#[utoipa::path(post, path = "/v1/challenges/complete", operation_id = "completeLogIn", tag = "sessions",
    request_body = CompleteChallenge,
    responses(
        (status = 201, description = "Logged in", body = Tokens),
        (status = 202, description = "One more code is wanted", body = ChallengeView),
        (status = 401, description = "`challenge_over`: begin again"),
        (status = 403, description = "`wrong_code`, `account_disabled`"),
        (status = 429, description = "`too_many_tries`, `rate_limited`: wait as `Retry-After` says"),
    ), security(()))]
pub(crate) async fn complete(
    _: Strict,
    api: Data<Api>,
    Json(shown): Json<CompleteChallenge>,
) -> Result<HttpResponse, ApiError> {
    let code = shown.code.expose_secret();
    let outcome = api.services.log_ins.complete(&shown.challenge, code).await?;
    Ok(answer::logged_in(&outcome))
}

/// Have another code mailed
///
/// In the place of the last one, which is good no more. The wait between two doubles.
#[utoipa::path(post, path = "/v1/challenges/resend", operation_id = "resendCode", tag = "sessions",
    request_body = ResendCode,
    responses(
        (status = 202, description = "The same log in, with another code", body = ChallengeView),
        (status = 401, description = "`challenge_over`: begin again"),
        (status = 429, description = "`too_many_tries`, `rate_limited`: wait as `Retry-After` says"),
    ), security(()))]
pub(crate) async fn resend(
    _: Strict,
    api: Data<Api>,
    Json(wish): Json<ResendCode>,
) -> Result<HttpResponse, ApiError> {
    let challenged = api.services.log_ins.send_again(&wish.challenge).await?;
    Ok(answer::accepted(view::challenge(&challenged)))
}
