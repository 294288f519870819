//! Who is in a group.

use actix_web::HttpResponse;
use actix_web::web::Data;
use parlor_domain::{RoomId, UserId};
use parlor_wire::{AddMembers, ChangeRole, HandOver, MembersAdded, MembersPage, PersonRef};

use crate::extract::{Caller, Json, Path, PeopleQuery, Query};
use crate::{Api, ApiError, answer, view};

/// Who is in a room
#[utoipa::path(get, path = "/v1/rooms/{room}/members", operation_id = "listMembers", tag = "members",
    params(PeopleQuery),
    responses(
        (status = 200, description = "A page", body = MembersPage),
        (status = 404, description = "`no_such_room`"),
    ))]
pub(crate) async fn list(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(room): Path<RoomId>,
    Query(query): Query<PeopleQuery>,
) -> Result<Json<MembersPage>, ApiError> {
    let (after, size) = query.page();
    let page = api.services.rooms.members(&actor, room, after, size).await?;
    Ok(Json(view::members(&page)))
}

/// Bring people into a group
///
/// For admins. All come in, or none.
#[utoipa::path(post, path = "/v1/rooms/{room}/members", operation_id = "addMembers", tag = "members",
    request_body = AddMembers,
    responses(
        (status = 200, description = "All of them are in", body = MembersAdded),
        (status = 403, description = "`forbidden`; `blocked`: one has blocked one of them; `not_a_contact`: of one of them"),
        (status = 404, description = "`no_such_room`, `no_such_user`"),
        (status = 409, description = "`room_full`, `too_many_rooms`, `direct_room`, `everyones_room`"),
    ))]
pub(crate) async fn add(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(room): Path<RoomId>,
    Json(wish): Json<AddMembers>,
) -> Result<Json<MembersAdded>, ApiError> {
    let users = wish.users.into_iter().map(UserId::new).collect();
    let added = api.services.rooms.add(&actor, room, users).await?;
    let added = added.into_iter().map(PersonRef::from).collect();
    Ok(Json(MembersAdded { added }))
}

/// Leave a group
#[utoipa::path(delete, path = "/v1/rooms/{room}/members/me", operation_id = "leave", tag = "members",
    responses(
        (status = 204, description = "Out"),
        (status = 404, description = "`no_such_room`"),
        (status = 409, description = "`direct_room`, `everyones_room`"),
    ))]
pub(crate) async fn leave(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(room): Path<RoomId>,
) -> Result<HttpResponse, ApiError> {
    api.services.rooms.leave(&actor, room).await?;
    Ok(answer::done())
}

/// Put somebody out of a group
///
/// For admins, and of admins only for the owner.
#[utoipa::path(delete, path = "/v1/rooms/{room}/members/{user}", operation_id = "removeMember", tag = "members",
    responses(
        (status = 204, description = "Out"),
        (status = 403, description = "`forbidden`"),
        (status = 404, description = "`no_such_room`, `no_such_member`"),
        (status = 409, description = "`direct_room`, `everyones_room`"),
    ))]
pub(crate) async fn remove(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(room): Path<RoomId>,
    Path(user): Path<UserId>,
) -> Result<HttpResponse, ApiError> {
    api.services.rooms.remove(&actor, room, user).await?;
    Ok(answer::done())
}

/// Give a member another role
///
/// For the owner.
#[utoipa::path(put, path = "/v1/rooms/{room}/members/{user}/role", operation_id = "changeRole", tag = "members",
    request_body = ChangeRole,
    responses(
        (status = 204, description = "Changed"),
        (status = 403, description = "`forbidden`"),
        (status = 404, description = "`no_such_room`, `no_such_member`"),
        (status = 409, description = "`direct_room`, `everyones_room`"),
    ))]
pub(crate) async fn change_role(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(room): Path<RoomId>,
    Path(user): Path<UserId>,
    Json(wish): Json<ChangeRole>,
) -> Result<HttpResponse, ApiError> {
    api.services
        .rooms
        .change_role(&actor, room, user, wish.role.into())
        .await?;
    Ok(answer::done())
}

/// Hand a group over
///
/// For the owner, who becomes an admin.
#[utoipa::path(put, path = "/v1/rooms/{room}/owner", operation_id = "handOver", tag = "members",
    request_body = HandOver,
    responses(
        (status = 204, description = "Handed over"),
        (status = 403, description = "`forbidden`"),
        (status = 404, description = "`no_such_room`, `no_such_member`"),
        (status = 409, description = "`direct_room`, `everyones_room`"),
    ))]
pub(crate) async fn hand_over(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(room): Path<RoomId>,
    Json(wish): Json<HandOver>,
) -> Result<HttpResponse, ApiError> {
    api.services
        .rooms
        .hand_over(&actor, room, UserId::new(wish.owner))
        .await?;
    Ok(answer::done())
}
