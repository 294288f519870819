//! Coming into rooms by links and by asking.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::web::Data;
use parlor_domain::{LinkCode, RequestNote, RoomId, UserId};
use parlor_services::{Entered, Made};
use parlor_wire::{
    AskToJoin, CreateLink, FieldError, JoinRequestsList, JoinRequestsPage, JoinWaits, LinkView,
    LinkedRoomView, LinksList, RoomView, parse,
};

use super::rooms;
use crate::extract::{Caller, Json, Path, PeopleQuery, Query};
use crate::{Api, ApiError, answer, view};

/// Enter a room
///
/// An open one at once; in one with `join: approval` an admin decides, and one hears `join.ended` in one's own stream.
#[utoipa::path(put, path = "/v1/rooms/{room}/members/me", operation_id = "join", tag = "members",
    responses(
        (status = 201, description = "In", body = RoomView),
        (status = 200, description = "Was in", body = RoomView),
        (status = 202, description = "An admin decides", body = JoinWaits),
        (status = 403, description = "`kept_out`"),
        (status = 404, description = "`no_such_room`: there is none, or it is closed"),
        (status = 409, description = "`room_full`, `too_many_rooms`, `too_many`"),
        (status = 429, description = "`too_many_tries`"),
    ))]
pub(crate) async fn join(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(room): Path<RoomId>,
) -> Result<HttpResponse, ApiError> {
    let entered = api.services.rooms.join(&actor, room, None).await?;
    Ok(answer(entered))
}

/// Ask to be let into a room
///
/// As `join`, with a note for the admins who decide.
#[utoipa::path(post, path = "/v1/rooms/{room}/requests", operation_id = "askToJoin", tag = "members",
    request_body = AskToJoin,
    responses(
        (status = 201, description = "In: the room is open", body = RoomView),
        (status = 200, description = "Was in", body = RoomView),
        (status = 202, description = "An admin decides", body = JoinWaits),
        (status = 403, description = "`kept_out`"),
        (status = 404, description = "`no_such_room`: there is none, or it is closed"),
        (status = 409, description = "`room_full`, `too_many_rooms`, `too_many`"),
        (status = 429, description = "`too_many_tries`"),
    ))]
pub(crate) async fn ask(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(room): Path<RoomId>,
    Json(wish): Json<AskToJoin>,
) -> Result<HttpResponse, ApiError> {
    let note = note(&wish)?;
    let entered = api.services.rooms.join(&actor, room, note).await?;
    Ok(answer(entered))
}

/// Who asks to be let in
///
/// For admins.
#[utoipa::path(get, path = "/v1/rooms/{room}/requests", operation_id = "listJoinRequests", tag = "members",
    params(PeopleQuery),
    responses(
        (status = 200, description = "A page", body = JoinRequestsPage),
        (status = 403, description = "`forbidden`"),
        (status = 404, description = "`no_such_room`"),
        (status = 409, description = "`direct_room`, `everyones_room`"),
    ))]
pub(crate) async fn requests(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(room): Path<RoomId>,
    Query(query): Query<PeopleQuery>,
) -> Result<Json<JoinRequestsPage>, ApiError> {
    let (after, size) = query.page();
    let page = api.services.rooms.requests(&actor, room, after, size).await?;
    Ok(Json(view::join_requests(&page)))
}

/// Into which rooms one asks to be let
#[utoipa::path(get, path = "/v1/me/join-requests", operation_id = "listOwnJoinRequests", tag = "members",
    responses((status = 200, description = "All of them", body = JoinRequestsList)))]
pub(crate) async fn own_requests(
    Caller(actor): Caller,
    api: Data<Api>,
) -> Result<Json<JoinRequestsList>, ApiError> {
    let requests = api.services.rooms.own_requests(&actor).await?;
    Ok(Json(JoinRequestsList {
        requests: requests.iter().map(view::join_request).collect(),
    }))
}

/// Let somebody in who has asked
///
/// For admins.
#[utoipa::path(post, path = "/v1/rooms/{room}/requests/{user}/accept", operation_id = "acceptJoinRequest", tag = "members",
    responses(
        (status = 204, description = "In"),
        (status = 403, description = "`forbidden`"),
        (status = 404, description = "`no_such_room`, `no_such_request`, `no_such_user`"),
        (status = 409, description = "`room_full`, `too_many_rooms`, `direct_room`, `everyones_room`"),
    ))]
pub(crate) async fn accept(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(room): Path<RoomId>,
    Path(user): Path<UserId>,
) -> Result<HttpResponse, ApiError> {
    api.services.rooms.admit(&actor, room, user).await?;
    Ok(answer::done())
}

/// Decline a request, or take one's own back
#[utoipa::path(delete, path = "/v1/rooms/{room}/requests/{user}", operation_id = "declineJoinRequest", tag = "members",
    responses(
        (status = 204, description = "It waits no more"),
        (status = 403, description = "`forbidden`"),
        (status = 404, description = "`no_such_room`, `no_such_request`"),
        (status = 409, description = "`direct_room`, `everyones_room`"),
    ))]
pub(crate) async fn decline(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(room): Path<RoomId>,
    Path(user): Path<UserId>,
) -> Result<HttpResponse, ApiError> {
    api.services.rooms.turn_away(&actor, room, user).await?;
    Ok(answer::done())
}

/// Make a link that leads into a room
///
/// For those who may bring people in (`adding`). Whoever has it can enter, though the room is closed. It ends when its maker
/// leaves.
#[utoipa::path(post, path = "/v1/rooms/{room}/links", operation_id = "createLink", tag = "members",
    request_body = CreateLink,
    responses(
        (status = 201, description = "Made", body = LinkView),
        (status = 403, description = "`forbidden`"),
        (status = 404, description = "`no_such_room`"),
        (status = 409, description = "`direct_room`, `everyones_room`, `too_many`"),
    ))]
pub(crate) async fn create_link(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(room): Path<RoomId>,
    Json(wish): Json<CreateLink>,
) -> Result<HttpResponse, ApiError> {
    let lasting = wish.seconds.map(u64::from).map(Duration::from_secs);
    let rooms = &api.services.rooms;
    let link = rooms
        .add_link(&actor, room, lasting, wish.uses, wish.approval)
        .await?;
    let view = view::link(&link);
    Ok(answer::created(&format!("/v1/links/{}", view.code), view))
}

/// The links that lead into a room
///
/// For those who may bring people in.
#[utoipa::path(get, path = "/v1/rooms/{room}/links", operation_id = "listLinks", tag = "members",
    responses(
        (status = 200, description = "At most 100", body = LinksList),
        (status = 403, description = "`forbidden`"),
        (status = 404, description = "`no_such_room`"),
    ))]
pub(crate) async fn links(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(room): Path<RoomId>,
) -> Result<Json<LinksList>, ApiError> {
    let links = api.services.rooms.links(&actor, room).await?;
    Ok(Json(LinksList {
        links: links.iter().map(view::link).collect(),
    }))
}

/// End a link
///
/// One's own, or as an admin any.
#[utoipa::path(delete, path = "/v1/rooms/{room}/links/{code}", operation_id = "revokeLink", tag = "members",
    responses(
        (status = 204, description = "It leads nowhere any more"),
        (status = 403, description = "`forbidden`"),
        (status = 404, description = "`no_such_room`, `no_such_link`"),
    ))]
pub(crate) async fn revoke_link(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(room): Path<RoomId>,
    Path(code): Path<LinkCode>,
) -> Result<HttpResponse, ApiError> {
    api.services.rooms.revoke_link(&actor, room, code).await?;
    Ok(answer::done())
}

/// Where a link leads
#[utoipa::path(get, path = "/v1/links/{code}", operation_id = "followLink", tag = "members",
    responses(
        (status = 200, description = "The room, as far as whoever has the link may see it", body = LinkedRoomView),
        (status = 404, description = "`no_such_link`"),
        (status = 429, description = "`too_many_tries`"),
    ))]
pub(crate) async fn follow(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(code): Path<LinkCode>,
) -> Result<Json<LinkedRoomView>, ApiError> {
    let found = api.services.rooms.follow_link(&actor, code).await?;
    Ok(Json(view::linked_room(&found)))
}

/// Enter a room by a link
///
/// Or ask to, where the link says so.
#[utoipa::path(post, path = "/v1/links/{code}/join", operation_id = "joinByLink", tag = "members",
    request_body = AskToJoin,
    responses(
        (status = 201, description = "In", body = RoomView),
        (status = 200, description = "Was in", body = RoomView),
        (status = 202, description = "An admin decides", body = JoinWaits),
        (status = 404, description = "`no_such_link`"),
        (status = 409, description = "`room_full`, `too_many_rooms`, `too_many`"),
        (status = 429, description = "`too_many_tries`"),
    ))]
pub(crate) async fn join_by_link(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(code): Path<LinkCode>,
    Json(wish): Json<AskToJoin>,
) -> Result<HttpResponse, ApiError> {
    let note = note(&wish)?;
    let entered = api.services.rooms.join_by_link(&actor, code, note).await?;
    Ok(answer(entered))
}

fn note(wish: &AskToJoin) -> Result<Option<RequestNote>, FieldError> {
    wish.note.as_deref().map(|note| parse("note", note)).transpose()
}

fn answer(entered: Entered) -> HttpResponse {
    let made = match entered {
        Entered::New(room) => Made::New(room),
        Entered::Already(room) => Made::Known(room),
        Entered::Waiting(room) => {
            return answer::accepted(JoinWaits {
                room: room.uuid(),
                waiting: true,
            });
        }
    };
    answer::made(made, view::room, rooms::path)
}
