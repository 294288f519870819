//! Rooms: making, finding, changing and ending them, and how one is notified.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::web::Data;
use parlor_domain::{
    ClientId, History, JoinPolicy, MediaId, RoomChange, RoomId, RoomKind, Rules, RulesChange, SlowMode,
    Topic, UserId, Who,
};
use parlor_services::NewGroup;
use parlor_wire::{
    ChangeAvatar, ChangeNotify, ChangeRoom, CreateRoom, HistoryPolicy, JoinRule, RoomView, RoomsPage,
    WhoName, parse,
};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::etag::Tagged;
use crate::extract::{Caller, Json, Path, Query, size};
use crate::{Api, ApiError, answer, cursor, view};

/// Make a group or a channel
///
/// It belongs to whoever makes it. With a `client_id` a repeated request is answered with the room that the first
/// one made, and status 200, or with `no_such_room` if it is gone since or one has left it; with other content,
/// `idempotency_conflict`.
#[utoipa::path(post, path = "/v1/rooms", operation_id = "createRoom", tag = "rooms", request_body = CreateRoom,
    responses(
        (status = 201, description = "Made", body = RoomView),
        (status = 200, description = "Made before, with this `client_id`", body = RoomView),
        (status = 403, description = "`blocked`: one has blocked one of `members`; `not_a_contact`: of one of them"),
        (status = 404, description = "`no_such_user`: one of `members`; `no_such_room`: made before, and gone"),
        (status = 409, description = "`room_full`, `too_many_rooms`, `not_listable`, `idempotency_conflict`"),
    ))]
pub(crate) async fn create(
    Caller(actor): Caller,
    api: Data<Api>,
    Json(wish): Json<CreateRoom>,
) -> Result<HttpResponse, ApiError> {
    let rooms = &api.services.rooms;
    let kind = wish.kind.map_or(RoomKind::Group, RoomKind::from);
    let wanted = rules(
        wish.history,
        wish.join,
        (wish.posting, wish.adding),
        (wish.slow_mode, wish.listed),
    )?;
    let group = NewGroup {
        kind,
        client_id: wish
            .client_id
            .map(|id| parse::<ClientId>("client_id", &id))
            .transpose()?,
        name: parse("name", &wish.name)?,
        unique_name: false,
        topic: parse("topic", &wish.topic.unwrap_or_default())?,
        rules: Rules::of_new(kind).with(wanted),
        creator_absent: false,
        capacity: wish
            .capacity
            .map(|members| rooms.capacity(kind, members))
            .transpose()?,
        members: wish.members.into_iter().map(UserId::new).collect(),
    };
    let room = rooms.create(&actor, group).await?;
    Ok(answer::made(room, view::room, path))
}

/// Where the list of rooms goes on, and how much of it is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RoomsQuery {
    /// The `next` of the page before; nothing for the first page.
    cursor: Option<String>,
    /// How many: 1 to 200, 50 if nothing is said.
    limit: Option<u64>,
}

/// One's rooms
///
/// The one that changed last comes first, each with its last message and what is unread. A page of long messages may
/// end before the limit: `next` says whether there are others.
#[utoipa::path(get, path = "/v1/rooms", operation_id = "listRooms", tag = "rooms", params(RoomsQuery),
    responses((status = 200, description = "A page", body = RoomsPage)))]
pub(crate) async fn list(
    Caller(actor): Caller,
    api: Data<Api>,
    Query(query): Query<RoomsQuery>,
) -> Result<Json<RoomsPage>, ApiError> {
    let after = query.cursor.as_deref().map(cursor::read).transpose()?;
    let page = api.services.rooms.list(&actor, after, size(query.limit)).await?;
    Ok(Json(view::rooms(&page)))
}

/// A room
#[utoipa::path(get, path = "/v1/rooms/{room}", operation_id = "getRoom", tag = "rooms",
    responses(
        (status = 200, description = "The room", body = RoomView),
        (status = 304, description = "Still as `If-None-Match` says"),
        (status = 404, description = "`no_such_room`"),
    ))]
pub(crate) async fn find(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(room): Path<RoomId>,
) -> Result<Tagged<RoomView>, ApiError> {
    let room = api.services.rooms.find(&actor, room).await?;
    Ok(Tagged(view::room(&room)))
}

/// Change a group
///
/// For admins. What is left out stays.
#[utoipa::path(patch, path = "/v1/rooms/{room}", operation_id = "changeRoom", tag = "rooms",
    request_body = ChangeRoom,
    responses(
        (status = 200, description = "The room as it is now", body = RoomView),
        (status = 403, description = "`forbidden`"),
        (status = 404, description = "`no_such_room`"),
        (status = 409, description = "`direct_room`, `everyones_room`, `not_listable`"),
    ))]
pub(crate) async fn change(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(room): Path<RoomId>,
    Json(wish): Json<ChangeRoom>,
) -> Result<Json<RoomView>, ApiError> {
    let rooms = &api.services.rooms;
    let capacity = match wish.capacity {
        Some(members) => {
            let kind = rooms.find(&actor, room).await?.room.kind;
            Some(rooms.capacity(kind, members)?)
        }
        None => None,
    };
    let change = RoomChange {
        name: wish.name.map(|name| parse("name", &name)).transpose()?,
        unique_name: false,
        topic: wish
            .topic
            .map(|topic| parse::<Topic>("topic", &topic))
            .transpose()?,
        rules: rules(
            wish.history,
            wish.join,
            (wish.posting, wish.adding),
            (wish.slow_mode, wish.listed),
        )?,
        capacity,
        places: None,
    };
    rooms.update(&actor, room, change).await?;
    let room = rooms.find(&actor, room).await?;
    Ok(Json(view::room(&room)))
}

/// End a group for everyone
///
/// For its owner.
#[utoipa::path(delete, path = "/v1/rooms/{room}", operation_id = "deleteRoom", tag = "rooms",
    responses(
        (status = 204, description = "Gone"),
        (status = 403, description = "`forbidden`"),
        (status = 404, description = "`no_such_room`"),
        (status = 409, description = "`direct_room`, `everyones_room`"),
    ))]
pub(crate) async fn delete(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(room): Path<RoomId>,
) -> Result<HttpResponse, ApiError> {
    api.services.rooms.delete(&actor, room).await?;
    Ok(answer::done())
}

/// Open the direct room with somebody
///
/// There is one for each pair of people, whoever opens it first. With oneself it holds notes.
#[utoipa::path(put, path = "/v1/directs/{user}", operation_id = "openDirect", tag = "rooms",
    responses(
        (status = 201, description = "Made", body = RoomView),
        (status = 200, description = "It was there", body = RoomView),
        (status = 403, description = "`blocked`: one has blocked him; `not_a_contact`"),
        (status = 404, description = "`no_such_user`"),
        (status = 409, description = "`too_many_rooms`"),
    ))]
pub(crate) async fn open_direct(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(peer): Path<UserId>,
) -> Result<HttpResponse, ApiError> {
    let room = api.services.rooms.open_direct(&actor, peer).await?;
    Ok(answer::made(room, view::room, path))
}

/// What is wanted of rules.
fn rules(
    history: Option<HistoryPolicy>,
    join: Option<JoinRule>,
    (posting, adding): (Option<WhoName>, Option<WhoName>),
    (slow_mode, listed): (Option<u32>, Option<bool>),
) -> Result<RulesChange, ApiError> {
    let slow_mode = slow_mode.map(SlowMode::parse).transpose();
    Ok(RulesChange {
        history: history.map(History::from),
        join: join.map(JoinPolicy::from),
        posting: posting.map(Who::from),
        adding: adding.map(Who::from),
        slow_mode: slow_mode.map_err(|why| ApiError::invalid("slow_mode", &why.to_string()))?,
        listed,
    })
}

/// Give a room a picture
///
/// For admins: an image that one has uploaded.
#[utoipa::path(put, path = "/v1/rooms/{room}/avatar", operation_id = "setRoomAvatar", tag = "rooms",
    request_body = ChangeAvatar,
    responses(
        (status = 204, description = "It is the picture"),
        (status = 403, description = "`forbidden`"),
        (status = 404, description = "`no_such_room`, `no_such_media`"),
        (status = 409, description = "`direct_room`, `everyones_room`"),
    ))]
pub(crate) async fn set_avatar(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(room): Path<RoomId>,
    Json(wish): Json<ChangeAvatar>,
) -> Result<HttpResponse, ApiError> {
    let media = Some(MediaId::new(wish.media));
    api.services.rooms.set_avatar(&actor, room, media).await?;
    Ok(answer::done())
}

/// Take a room's picture away
///
/// For admins.
#[utoipa::path(delete, path = "/v1/rooms/{room}/avatar", operation_id = "removeRoomAvatar", tag = "rooms",
    responses(
        (status = 204, description = "It has none"),
        (status = 403, description = "`forbidden`"),
        (status = 404, description = "`no_such_room`"),
        (status = 409, description = "`direct_room`, `everyones_room`"),
    ))]
pub(crate) async fn remove_avatar(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(room): Path<RoomId>,
) -> Result<HttpResponse, ApiError> {
    api.services.rooms.set_avatar(&actor, room, None).await?;
    Ok(answer::done())
}

/// Choose how one is notified
///
/// Of what is said in a room; one's other devices hear `notify.changed`.
#[utoipa::path(put, path = "/v1/rooms/{room}/notify", operation_id = "changeNotify", tag = "rooms",
    request_body = ChangeNotify,
    responses(
        (status = 204, description = "Noted"),
        (status = 404, description = "`no_such_room`"),
    ))]
pub(crate) async fn set_notify(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(room): Path<RoomId>,
    Json(wish): Json<ChangeNotify>,
) -> Result<HttpResponse, ApiError> {
    let muted = wish.muted_seconds.map(u64::from).map(Duration::from_secs);
    let level = wish.level.into();
    api.services.rooms.set_notify(&actor, room, level, muted).await?;
    Ok(answer::done())
}

pub(super) fn path(room: &RoomView) -> String {
    format!("/v1/rooms/{}", room.id)
}
