//! What else people do with messages: reactions, pins, and playing what was spoken.

use actix_web::HttpResponse;
use actix_web::web::Data;
use parlor_domain::{Emoji, RoomId, Seq, UserId};
use parlor_services::ReceiptRange;
use parlor_wire::{PinsPage, PlaysPage, ReactionsPage, ReceiptsPage};

use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::extract::{Caller, Json, Path, PeopleQuery, Query, size};
use crate::{Api, ApiError, answer, view};

/// Put an emoji to a message
///
/// One emoji, with each person once. It is told by `message.reacted`.
#[utoipa::path(put, path = "/v1/rooms/{room}/messages/{seq}/reactions/{emoji}", operation_id = "react", tag = "messages",
    responses(
        (status = 204, description = "There, now or before"),
        (status = 403, description = "`blocked`, `not_a_contact`"),
        (status = 404, description = "`no_such_room`, `no_such_message`"),
        (status = 409, description = "`too_many_reactions`"),
    ))]
pub(crate) async fn react(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(room): Path<RoomId>,
    Path(seq): Path<Seq>,
    Path(emoji): Path<Emoji>,
) -> Result<HttpResponse, ApiError> {
    api.services
        .messages
        .react(&actor, room, seq, emoji, true)
        .await?;
    Ok(answer::done())
}

/// Take one's emoji away
#[utoipa::path(delete, path = "/v1/rooms/{room}/messages/{seq}/reactions/{emoji}", operation_id = "unreact",
    tag = "messages",
    responses(
        (status = 204, description = "Not there, now or before"),
        (status = 403, description = "`blocked`, `not_a_contact`"),
        (status = 404, description = "`no_such_room`, `no_such_message`"),
    ))]
pub(crate) async fn unreact(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(room): Path<RoomId>,
    Path(seq): Path<Seq>,
    Path(emoji): Path<Emoji>,
) -> Result<HttpResponse, ApiError> {
    api.services
        .messages
        .react(&actor, room, seq, emoji, false)
        .await?;
    Ok(answer::done())
}

/// Who has put an emoji to a message
///
/// In the order of their ids.
#[utoipa::path(get, path = "/v1/rooms/{room}/messages/{seq}/reactions/{emoji}", operation_id = "listReactions",
    tag = "messages", params(PeopleQuery),
    responses(
        (status = 200, description = "A page", body = ReactionsPage),
        (status = 404, description = "`no_such_message`"),
    ))]
pub(crate) async fn reactions(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(room): Path<RoomId>,
    Path(seq): Path<Seq>,
    Path(emoji): Path<Emoji>,
    Query(query): Query<PeopleQuery>,
) -> Result<Json<ReactionsPage>, ApiError> {
    let (after, size) = query.page();
    let messages = &api.services.messages;
    let page = messages.reactions(&actor, room, seq, emoji, after, size).await?;
    Ok(Json(view::reactions(&page)))
}

/// Pinned messages
///
/// The one that was pinned last first: at most 50.
#[utoipa::path(get, path = "/v1/rooms/{room}/pins", operation_id = "listPins", tag = "messages",
    responses(
        (status = 200, description = "All of them that one may see", body = PinsPage),
        (status = 404, description = "`no_such_room`"),
    ))]
pub(crate) async fn pins(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(room): Path<RoomId>,
) -> Result<Json<PinsPage>, ApiError> {
    let page = api.services.messages.pins(&actor, room).await?;
    Ok(Json(view::pins(&page)))
}

/// Pin a message
///
/// In a direct room either of the two may, in others an admin.
#[utoipa::path(put, path = "/v1/rooms/{room}/pins/{seq}", operation_id = "pin", tag = "messages",
    responses(
        (status = 204, description = "Pinned, now or before"),
        (status = 403, description = "`forbidden`, `blocked`, `not_a_contact`"),
        (status = 404, description = "`no_such_room`, `no_such_message`"),
        (status = 409, description = "`too_many_pins`"),
    ))]
pub(crate) async fn pin(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(room): Path<RoomId>,
    Path(seq): Path<Seq>,
) -> Result<HttpResponse, ApiError> {
    api.services.messages.pin(&actor, room, seq, true).await?;
    Ok(answer::done())
}

/// Take a pinned message down
#[utoipa::path(delete, path = "/v1/rooms/{room}/pins/{seq}", operation_id = "unpin", tag = "messages",
    responses(
        (status = 204, description = "Not pinned, now or before"),
        (status = 403, description = "`forbidden`, `blocked`, `not_a_contact`"),
        (status = 404, description = "`no_such_room`, `no_such_message`"),
    ))]
pub(crate) async fn unpin(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(room): Path<RoomId>,
    Path(seq): Path<Seq>,
) -> Result<HttpResponse, ApiError> {
    api.services.messages.pin(&actor, room, seq, false).await?;
    Ok(answer::done())
}

/// Say that one has played a voice message
///
/// Its sender is told, once.
#[utoipa::path(put, path = "/v1/rooms/{room}/messages/{seq}/played", operation_id = "markPlayed", tag = "messages",
    responses(
        (status = 204, description = "Noted, now or before"),
        (status = 403, description = "`blocked`, `not_a_contact`"),
        (status = 404, description = "`no_such_message`"),
        (status = 409, description = "`no_voice_message`"),
    ))]
pub(crate) async fn mark_played(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(room): Path<RoomId>,
    Path(seq): Path<Seq>,
) -> Result<HttpResponse, ApiError> {
    api.services.messages.mark_played(&actor, room, seq).await?;
    Ok(answer::done())
}

/// Whom a message has reached, and who has read it
///
/// In the order of their ids, without its sender and those who joined later. In private mode one is not told who has read it, and others
/// are not told of whom is.
#[utoipa::path(get, path = "/v1/rooms/{room}/messages/{seq}/receipts", operation_id = "listReceipts", tag = "messages",
    params(ReceiptsQuery),
    responses(
        (status = 200, description = "A page", body = ReceiptsPage),
        (status = 403, description = "`forbidden`: the room is a channel"),
        (status = 404, description = "`no_such_room`, `no_such_message`"),
    ))]
pub(crate) async fn receipts(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(room): Path<RoomId>,
    Path(seq): Path<Seq>,
    Query(query): Query<ReceiptsQuery>,
) -> Result<Json<ReceiptsPage>, ApiError> {
    let range = ReceiptRange {
        read: query.read.unwrap_or(false),
        after: query.after.map(UserId::new),
    };
    let page = api
        .services
        .messages
        .receipts(&actor, room, seq, range, size(query.limit))
        .await?;
    Ok(Json(view::receipts(&page)))
}

/// Which of those whom a message has reached.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReceiptsQuery {
    /// Only those who have read it.
    read: Option<bool>,
    /// The `next` of the page before; nothing for the first page.
    after: Option<Uuid>,
    /// How many: 1 to 200, 50 if nothing is said.
    limit: Option<u64>,
}

/// Who has played one's voice message
///
/// In the order of their ids.
#[utoipa::path(get, path = "/v1/rooms/{room}/messages/{seq}/played", operation_id = "listPlays", tag = "messages",
    params(PeopleQuery),
    responses(
        (status = 200, description = "A page", body = PlaysPage),
        (status = 403, description = "`forbidden`: somebody else has sent it"),
        (status = 404, description = "`no_such_message`"),
    ))]
pub(crate) async fn plays(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(room): Path<RoomId>,
    Path(seq): Path<Seq>,
    Query(query): Query<PeopleQuery>,
) -> Result<Json<PlaysPage>, ApiError> {
    let (after, size) = query.page();
    let page = api
        .services
        .messages
        .plays(&actor, room, seq, after, size)
        .await?;
    Ok(Json(view::plays(&page)))
}
