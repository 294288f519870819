//! Keeping order in rooms.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::web::Data;
use parlor_domain::{RoomId, UserId};
use parlor_wire::{BansPage, MuteMember};

use crate::extract::{Caller, Json, Path, PeopleQuery, Query};
use crate::{Api, ApiError, answer, view};

/// Mute a member
///
/// For admins, and of admins only for the owner. Who is muted neither writes nor reacts; leaving does not end it.
#[utoipa::path(put, path = "/v1/rooms/{room}/members/{user}/mute", operation_id = "muteMember", tag = "members",
    request_body = MuteMember,
    responses(
        (status = 204, description = "Muted"),
        (status = 403, description = "`forbidden`"),
        (status = 404, description = "`no_such_room`, `no_such_member`"),
        (status = 409, description = "`direct_room`, `everyones_room`"),
    ))]
pub(crate) async fn mute(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(room): Path<RoomId>,
    Path(user): Path<UserId>,
    Json(wish): Json<MuteMember>,
) -> Result<HttpResponse, ApiError> {
    let time = wish.seconds.map(u64::from).map(Duration::from_secs);
    api.services.rooms.mute(&actor, room, user, time).await?;
    Ok(answer::done())
}

/// Let a member write again
///
/// For admins, and of admins only for the owner.
#[utoipa::path(delete, path = "/v1/rooms/{room}/members/{user}/mute", operation_id = "unmuteMember", tag = "members",
    responses(
        (status = 204, description = "He may write"),
        (status = 403, description = "`forbidden`"),
        (status = 404, description = "`no_such_room`, `no_such_member`"),
        (status = 409, description = "`direct_room`, `everyones_room`"),
    ))]
pub(crate) async fn unmute(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(room): Path<RoomId>,
    Path(user): Path<UserId>,
) -> Result<HttpResponse, ApiError> {
    api.services.rooms.unmute(&actor, room, user).await?;
    Ok(answer::done())
}

/// Who is kept out
///
/// For admins.
#[utoipa::path(get, path = "/v1/rooms/{room}/bans", operation_id = "listBans", tag = "members",
    params(PeopleQuery),
    responses(
        (status = 200, description = "A page", body = BansPage),
        (status = 403, description = "`forbidden`"),
        (status = 404, description = "`no_such_room`"),
        (status = 409, description = "`direct_room`, `everyones_room`"),
    ))]
pub(crate) async fn bans(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(room): Path<RoomId>,
    Query(query): Query<PeopleQuery>,
) -> Result<Json<BansPage>, ApiError> {
    let (after, size) = query.page();
    let page = api.services.rooms.bans(&actor, room, after, size).await?;
    Ok(Json(view::bans(&page)))
}

/// Keep somebody out of a room
///
/// For admins, and of admins only for the owner. A member leaves by it; no link, request or admin brings him back until the ban is
/// lifted.
#[utoipa::path(put, path = "/v1/rooms/{room}/bans/{user}", operation_id = "ban", tag = "members",
    responses(
        (status = 204, description = "Kept out"),
        (status = 403, description = "`forbidden`"),
        (status = 404, description = "`no_such_room`, `no_such_user`"),
        (status = 409, description = "`direct_room`, `everyones_room`, `too_many`"),
    ))]
pub(crate) async fn ban(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(room): Path<RoomId>,
    Path(user): Path<UserId>,
) -> Result<HttpResponse, ApiError> {
    api.services.rooms.ban(&actor, room, user).await?;
    Ok(answer::done())
}

/// Lift a ban
///
/// For admins.
#[utoipa::path(delete, path = "/v1/rooms/{room}/bans/{user}", operation_id = "liftBan", tag = "members",
    responses(
        (status = 204, description = "Kept out no more"),
        (status = 403, description = "`forbidden`"),
        (status = 404, description = "`no_such_room`"),
        (status = 409, description = "`direct_room`, `everyones_room`"),
    ))]
pub(crate) async fn lift_ban(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(room): Path<RoomId>,
    Path(user): Path<UserId>,
) -> Result<HttpResponse, ApiError> {
    api.services.rooms.lift_ban(&actor, room, user).await?;
    Ok(answer::done())
}
