//! Sessions: logging in, staying in, logging out.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use parlor_domain::SessionId;
use parlor_services::Device;
use parlor_wire::{
    ChallengeView, FieldError, LogIn, RefreshTokens, SessionView, SessionsList, Tokens, parse,
};

use crate::extract::{Caller, Json, Path, Strict};
use crate::{Api, ApiError, answer, view};

/// Log in
///
/// Opens a session, with an access token for minutes and a refresh token that gets the next pair. Where a second step
/// is wanted, 202 says which: complete the log in at `POST /v1/challenges/complete`.
#[utoipa::path(post, path = "/v1/sessions", operation_id = "logIn", tag = "sessions", request_body = LogIn,
    responses(
        (status = 201, description = "Logged in", body = Tokens),
        (status = 202, description = "The password is right, and a code is wanted", body = ChallengeView),
        (status = 401, description = "`wrong_credentials`"),
        (status = 403, description = "`account_disabled`, `no_second_step`"),
        (status = 429, description = "`too_many_tries`, `rate_limited`: wait as `Retry-After` says"),
    ), security(()))]
pub(crate) async fn log_in(
    _: Strict,
    api: Data<Api>,
    request: HttpRequest,
    Json(proof): Json<LogIn>,
) -> Result<HttpResponse, ApiError> {
    let device = device(&api, &request, proof.device.as_deref())?;
    let outcome = api
        .services
        .log_ins
        .log_in(&proof.username, proof.password, device)
        .await?;
    Ok(answer::logged_in(&outcome))
}

/// Get the next pair of tokens
///
/// A refresh token is good once. Sent again within ten seconds, as after a lost answer, it gets the same successor;
/// later it ends the session, because somebody else may have a copy.
#[utoipa::path(post, path = "/v1/sessions/refresh", operation_id = "refresh", tag = "sessions",
    request_body = RefreshTokens,
    responses(
        (status = 200, description = "The next pair", body = Tokens),
        (status = 401, description = "`session_over`, `token_reused`"),
    ), security(()))]
pub(crate) async fn refresh(
    _: Strict,
    api: Data<Api>,
    request: HttpRequest,
    Json(tokens): Json<RefreshTokens>,
) -> Result<Json<Tokens>, ApiError> {
    let address = address(&api, &request);
    let login = api
        .services
        .sessions
        .refresh(&tokens.refresh_token, address)
        .await?;
    Ok(Json(view::tokens(&login)))
}

/// One's sessions
#[utoipa::path(get, path = "/v1/sessions", operation_id = "listSessions", tag = "sessions",
    responses((status = 200, description = "All of them, last used first", body = SessionsList)))]
pub(crate) async fn list(Caller(actor): Caller, api: Data<Api>) -> Result<Json<SessionsList>, ApiError> {
    let sessions = api.services.sessions.list(&actor).await?;
    let views = sessions
        .iter()
        .map(|session| SessionView::new(session, session.id == actor.session));
    Ok(Json(SessionsList {
        sessions: views.collect(),
    }))
}

/// Log out all other devices
#[utoipa::path(delete, path = "/v1/sessions", operation_id = "endOtherSessions", tag = "sessions",
    responses((status = 204, description = "Ended, all but this one")))]
pub(crate) async fn end_others(Caller(actor): Caller, api: Data<Api>) -> Result<HttpResponse, ApiError> {
    api.services.sessions.revoke_others(&actor).await?;
    Ok(answer::done())
}

/// Log out
#[utoipa::path(delete, path = "/v1/sessions/current", operation_id = "logOut", tag = "sessions",
    responses((status = 204, description = "Ended, now or before")))]
pub(crate) async fn log_out(Caller(actor): Caller, api: Data<Api>) -> Result<HttpResponse, ApiError> {
    api.services.sessions.log_out(&actor).await?;
    Ok(answer::done())
}

/// Log out one device
#[utoipa::path(delete, path = "/v1/sessions/{session}", operation_id = "endSession", tag = "sessions",
    responses(
        (status = 204, description = "Ended"),
        (status = 404, description = "`no_such_session`"),
    ))]
pub(crate) async fn end(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(session): Path<SessionId>,
) -> Result<HttpResponse, ApiError> {
    api.services.sessions.revoke(&actor, session).await?;
    Ok(answer::done())
}

/// What a request says about where it comes from, and its body about what the device is called.
pub(super) fn device(api: &Api, request: &HttpRequest, name: Option<&str>) -> Result<Device, FieldError> {
    Ok(Device {
        name: parse("device", name.unwrap_or_default())?,
        address: address(api, request),
    })
}

fn address(api: &Api, request: &HttpRequest) -> Option<Box<str>> {
    Some(api.client_ip(request.head()).to_string().into())
}
