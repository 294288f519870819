//! What one shows besides the password: choosing it, and giving it up.

use actix_web::HttpResponse;
use actix_web::web::Data;
use parlor_wire::{
    ConfirmApp, EnrolApp, EnrolmentView, ProveBoth, RecoveryCodesView, SecondStepView, SetMailedCode,
};
use secrecy::ExposeSecret;

use crate::extract::{Caller, Json, Strict};
use crate::{Api, ApiError, answer, view};

/// What one has chosen
#[utoipa::path(get, path = "/v1/me/second-step", operation_id = "getSecondStep", tag = "second step",
    responses((status = 200, description = "The choice", body = SecondStepView)))]
pub(crate) async fn show(Caller(actor): Caller, api: Data<Api>) -> Result<Json<SecondStepView>, ApiError> {
    let step = api.services.second_steps.find(&actor).await?;
    Ok(Json(view::second_step(&step)))
}

/// Have a code mailed at each log in, or no more
///
/// Where there is an authenticator app, that is asked instead.
#[utoipa::path(put, path = "/v1/me/second-step/mailed-code", operation_id = "setMailedCode", tag = "second step",
    request_body = SetMailedCode,
    responses(
        (status = 204, description = "Set"),
        (status = 403, description = "`wrong_password`, `no_two_step`"),
        (status = 409, description = "`email_not_verified`"),
        (status = 429, description = "`too_many_tries`, `rate_limited`: wait as `Retry-After` says"),
    ))]
pub(crate) async fn set_mailed_code(
    _: Strict,
    Caller(actor): Caller,
    api: Data<Api>,
    Json(wish): Json<SetMailedCode>,
) -> Result<HttpResponse, ApiError> {
    api.services
        .second_steps
        .set_mailed_code(&actor, wish.on, wish.password)
        .await?;
    Ok(answer::done())
}

/// Enrol an authenticator app
///
/// Gives what the app needs, once. It is asked for at log-ins when it is confirmed by a code that it shows; until then
/// another request replaces it.
#[utoipa::path(post, path = "/v1/me/second-step/app", operation_id = "enrolApp", tag = "second step",
    request_body = EnrolApp,
    responses(
        (status = 200, description = "What the app needs", body = EnrolmentView),
        (status = 403, description = "`wrong_password`, `no_two_step`"),
        (status = 409, description = "`app_enrolled`"),
        (status = 429, description = "`too_many_tries`, `rate_limited`: wait as `Retry-After` says"),
    ))]
pub(crate) async fn enrol_app(
    _: Strict,
    Caller(actor): Caller,
    api: Data<Api>,
    Json(wish): Json<EnrolApp>,
) -> Result<Json<EnrolmentView>, ApiError> {
    let enrolment = api.services.second_steps.enrol_app(&actor, wish.password).await?;
    Ok(Json(view::enrolment(&enrolment)))
}

/// Confirm the authenticator app
///
/// Gives ten recovery codes, once: each stands for one code of the app, should it be lost.
#[utoipa::path(put, path = "/v1/me/second-step/app", operation_id = "confirmApp", tag = "second step",
    request_body = ConfirmApp,
    responses(
        (status = 200, description = "The app counts from now on", body = RecoveryCodesView),
        (status = 403, description = "`wrong_code`"),
        (status = 409, description = "`no_app`: none waits to be confirmed"),
        (status = 429, description = "`too_many_tries`, `rate_limited`: wait as `Retry-After` says"),
    ))]
pub(crate) async fn confirm_app(
    _: Strict,
    Caller(actor): Caller,
    api: Data<Api>,
    Json(shown): Json<ConfirmApp>,
) -> Result<Json<RecoveryCodesView>, ApiError> {
    let code = shown.code.expose_secret();
    let codes = api.services.second_steps.confirm_app(&actor, code).await?;
    Ok(Json(view::recovery_codes(&codes)))
}

/// Give up the authenticator app
///
/// And the recovery codes with it, of which one is as good here as a code of the app.
#[utoipa::path(post, path = "/v1/me/second-step/app/remove", operation_id = "removeApp", tag = "second step",
    request_body = ProveBoth,
    responses(
        (status = 204, description = "Forgotten"),
        (status = 403, description = "`wrong_password`, `wrong_code`"),
        (status = 409, description = "`no_app`"),
        (status = 429, description = "`too_many_tries`, `rate_limited`: wait as `Retry-After` says"),
    ))]
pub(crate) async fn remove_app(
    _: Strict,
    Caller(actor): Caller,
    api: Data<Api>,
    Json(proof): Json<ProveBoth>,
) -> Result<HttpResponse, ApiError> {
    let code = proof.code.expose_secret();
    api.services
        .second_steps
        .remove_app(&actor, proof.password, code)
        .await?;
    Ok(answer::done())
}

/// Draw new recovery codes
///
/// In the place of all there were.
#[utoipa::path(post, path = "/v1/me/second-step/recovery-codes", operation_id = "replaceRecoveryCodes",
    tag = "second step", request_body = ProveBoth,
    responses(
        (status = 200, description = "The codes, for the only time", body = RecoveryCodesView),
        (status = 403, description = "`wrong_password`, `wrong_code`"),
        (status = 409, description = "`no_app`"),
        (status = 429, description = "`too_many_tries`, `rate_limited`: wait as `Retry-After` says"),
    ))]
pub(crate) async fn replace_recovery_codes(
    _: Strict,
    Caller(actor): Caller,
    api: Data<Api>,
    Json(proof): Json<ProveBoth>,
) -> Result<Json<RecoveryCodesView>, ApiError> {
    let code = proof.code.expose_secret();
    let codes = api
        .services
        .second_steps
        .replace_recovery_codes(&actor, proof.password, code)
        .await?;
    Ok(Json(view::recovery_codes(&codes)))
}
