//! Invitations, which administrators give to people who may make an account.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::web::Data;
use parlor_services::Invitation;
use parlor_wire::{CreateInvite, InviteMade, InvitesList};
use secrecy::ExposeSecret;

use crate::extract::{Caller, InviteNumber, Json, Path};
use crate::{Api, ApiError, answer, view};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Invite people
///
/// For administrators. The text of the invitation is shown once.
#[utoipa::path(post, path = "/v1/invites", operation_id = "invite", tag = "administration",
    request_body = CreateInvite,
    responses(
        (status = 201, description = "Made", body = InviteMade),
        (status = 403, description = "`forbidden`"),
    ))]
pub(crate) async fn invite(
    Caller(actor): Caller,
    api: Data<Api>,
    Json(wish): Json<CreateInvite>,
) -> Result<HttpResponse, ApiError> {
    let wanted = Invitation {
        admin: wish.admin,
        uses: wish.uses,
        life: DAY * wish.days,
    };
    let (text, made) = api.services.invites.invite(&actor, wanted).await?;
    let path = format!("/v1/invites/{}", made.number);
    let made = InviteMade {
        invite: text.expose_secret().to_owned(),
        made: view::invite(&made),
    };
    Ok(answer::created(&path, made))
}

/// Invitations that can still be used
///
/// For administrators.
#[utoipa::path(get, path = "/v1/invites", operation_id = "listInvites", tag = "administration",
    responses(
        (status = 200, description = "The newest 500, newest first", body = InvitesList),
        (status = 403, description = "`forbidden`"),
    ))]
pub(crate) async fn list(Caller(actor): Caller, api: Data<Api>) -> Result<Json<InvitesList>, ApiError> {
    let invites = api.services.invites.list(&actor).await?;
    Ok(Json(InvitesList {
        invites: invites.iter().map(view::invite).collect(),
    }))
}

/// Withdraw an invitation
///
/// For administrators. Accounts that it made stay.
#[utoipa::path(delete, path = "/v1/invites/{invite}", operation_id = "withdrawInvite", tag = "administration",
    responses(
        (status = 204, description = "Withdrawn"),
        (status = 403, description = "`forbidden`"),
        (status = 404, description = "`no_such_invite`"),
    ))]
pub(crate) async fn withdraw(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(invite): Path<InviteNumber>,
) -> Result<HttpResponse, ApiError> {
    api.services.invites.withdraw(&actor, invite.0).await?;
    Ok(answer::done())
}
