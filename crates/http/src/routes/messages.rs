//! Messages: saying, changing and reading.

use actix_web::HttpResponse;
use actix_web::web::Data;
use parlor_domain::{ClientId, Emoji, Mark, MediaId, RoomId, Seq, UserId};
use parlor_services::{HistoryRange, NewMessage};
use parlor_wire::{
    EditMessage, EventView, MarkMessages, MarksAnswer, MessagesPage, PinsPage, PlaysPage, ReactionsPage,
    RevisionsPage, SendMessage, parse,
};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::etag::Tagged;
use crate::extract::{Caller, Json, Path, Query, size};
use crate::{Api, ApiError, answer, view};

/// Which messages are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct HistoryQuery {
    /// The newest of those before this `seq`.
    before: Option<u64>,
    /// The oldest of those after this `seq`. Not together with `before`; without both, the newest.
    after: Option<u64>,
    /// How many: 1 to 200, 50 if nothing is said.
    limit: Option<u64>,
}

/// Read a room
///
/// Messages come in ascending order, deleted ones without their body. A page of long ones may end before the limit:
/// `more` says whether there are others.
#[utoipa::path(get, path = "/v1/rooms/{room}/messages", operation_id = "listMessages", tag = "messages",
    params(HistoryQuery),
    responses(
        (status = 200, description = "A page", body = MessagesPage),
        (status = 404, description = "`no_such_room`"),
    ))]
pub(crate) async fn list(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(room): Path<RoomId>,
    Query(query): Query<HistoryQuery>,
) -> Result<Json<MessagesPage>, ApiError> {
    let range = match (query.before, query.after) {
        (None, None) => HistoryRange::Newest,
        (Some(seq), None) => HistoryRange::Before(Seq(seq)),
        (None, Some(seq)) => HistoryRange::After(Seq(seq)),
        (Some(_), Some(_)) => {
            return Err(ApiError::invalid(
                "after",
                "must not be given together with `before`",
            ));
        }
    };
    let page = api
        .services
        .messages
        .history(&actor, room, range, size(query.limit))
        .await?;
    Ok(Json(view::messages(&page)))
}

/// Say something
///
/// Answered once it is on disk. Sent again with the same `client_id` and the same content it is stored once, and the
/// answer is what was stored, with status 200; with other content, `idempotency_conflict`.
#[utoipa::path(post, path = "/v1/rooms/{room}/messages", operation_id = "sendMessage", tag = "messages",
    request_body = SendMessage,
    responses(
        (status = 201, description = "Stored", body = EventView),
        (status = 200, description = "Stored before, with this `client_id`", body = EventView),
        (status = 403, description = "`blocked`, `not_a_contact`"),
        (status = 404, description = "`no_such_room`, `no_such_media`, or `no_such_message`: the one it answers"),
        (status = 409, description = "`idempotency_conflict`"),
    ))]
pub(crate) async fn send(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(room): Path<RoomId>,
    Json(wish): Json<SendMessage>,
) -> Result<HttpResponse, ApiError> {
    let message = NewMessage {
        client_id: parse("client_id", &wish.client_id)?,
        body: wish.body,
        media: wish.media.into_iter().map(MediaId::new).collect(),
        reply_to: wish.reply_to.map(Seq),
    };
    let sent = api.services.messages.send(&actor, room, message, None).await?;
    Ok(answer::made(
        sent,
        |event| EventView::from(&**event),
        |event| format!("/v1/rooms/{room}/messages/{}", event.seq),
    ))
}

/// A message
#[utoipa::path(get, path = "/v1/rooms/{room}/messages/{seq}", operation_id = "getMessage", tag = "messages",
    responses(
        (status = 200, description = "The message", body = EventView),
        (status = 304, description = "Still as `If-None-Match` says"),
        (status = 404, description = "`no_such_message`"),
    ))]
pub(crate) async fn find(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(room): Path<RoomId>,
    Path(seq): Path<Seq>,
) -> Result<Tagged<EventView>, ApiError> {
    let event = api.services.messages.message(&actor, room, seq).await?;
    Ok(Tagged(EventView::from(&*event)))
}

/// Edit one's own message
///
/// With a `client_id` a repeated request edits once. A message can be edited 1,000 times.
#[utoipa::path(patch, path = "/v1/rooms/{room}/messages/{seq}", operation_id = "editMessage", tag = "messages",
    request_body = EditMessage,
    responses(
        (status = 200, description = "The event that tells of the edit", body = EventView),
        (status = 403, description = "`forbidden`, `blocked`, `not_a_contact`"),
        (status = 404, description = "`no_such_room`, `no_such_message`"),
        (status = 409, description = "`message_deleted`, `too_many_edits`, `idempotency_conflict`"),
    ))]
pub(crate) async fn edit(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(room): Path<RoomId>,
    Path(seq): Path<Seq>,
    Json(wish): Json<EditMessage>,
) -> Result<Json<EventView>, ApiError> {
    let client_id = wish
        .client_id
        .map(|id| parse::<ClientId>("client_id", &id))
        .transpose()?;
    let messages = &api.services.messages;
    let edited = messages
        .edit(&actor, room, seq, &wish.body, client_id, None)
        .await?;
    Ok(Json(EventView::from(&*edited.into_inner())))
}

/// Delete a message for everyone
///
/// One's own, or as an admin anybody's.
#[utoipa::path(delete, path = "/v1/rooms/{room}/messages/{seq}", operation_id = "deleteMessage", tag = "messages",
    responses(
        (status = 204, description = "Deleted"),
        (status = 403, description = "`forbidden`"),
        (status = 404, description = "`no_such_room`, `no_such_message`"),
        (status = 409, description = "`message_deleted`: it was before"),
    ))]
pub(crate) async fn delete(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(room): Path<RoomId>,
    Path(seq): Path<Seq>,
) -> Result<HttpResponse, ApiError> {
    api.services
        .messages
        .delete(&actor, room, seq, None, None)
        .await?;
    Ok(answer::done())
}

/// Which revisions of a message are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RevisionsQuery {
    /// The `next` of the page before; nothing for the first page.
    after: Option<u64>,
    /// How many: 1 to 200, 50 if nothing is said.
    limit: Option<u64>,
}

/// What edits of a message replaced
///
/// For admins, oldest first.
#[utoipa::path(get, path = "/v1/rooms/{room}/messages/{seq}/revisions", operation_id = "listRevisions", tag = "messages",
    params(RevisionsQuery),
    responses(
        (status = 200, description = "A page", body = RevisionsPage),
        (status = 403, description = "`forbidden`"),
        (status = 404, description = "`no_such_room`, `no_such_message`"),
    ))]
pub(crate) async fn revisions(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(room): Path<RoomId>,
    Path(seq): Path<Seq>,
    Query(query): Query<RevisionsQuery>,
) -> Result<Json<RevisionsPage>, ApiError> {
    let (after, size) = (query.after.unwrap_or_default(), size(query.limit));
    let messages = &api.services.messages;
    let page = messages.revisions(&actor, room, seq, after, size).await?;
    Ok(Json(view::revisions(&page)))
}

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

/// Which people are wanted of those who did something with a message.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PeopleQuery {
    /// The `next` of the page before; nothing for the first page.
    after: Option<Uuid>,
    /// How many: 1 to 200, 50 if nothing is said.
    limit: Option<u64>,
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
    let (after, size) = (query.after.map(UserId::new), size(query.limit));
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
    let (after, size) = (query.after.map(UserId::new), size(query.limit));
    let page = api
        .services
        .messages
        .plays(&actor, room, seq, after, size)
        .await?;
    Ok(Json(view::plays(&page)))
}

/// Say how far one has read
///
/// Marks never move back, and never beyond what there is.
#[utoipa::path(put, path = "/v1/rooms/{room}/marks", operation_id = "mark", tag = "messages",
    request_body = MarkMessages,
    responses(
        (status = 200, description = "The marks as they are now", body = MarksAnswer),
        (status = 404, description = "`no_such_room`"),
    ))]
pub(crate) async fn mark(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(room): Path<RoomId>,
    Json(wish): Json<MarkMessages>,
) -> Result<Json<MarksAnswer>, ApiError> {
    let seq = |given: Option<u64>| Seq(given.unwrap_or_default());
    let mark = Mark::read(seq(wish.read)).merge(Mark::delivered(seq(wish.delivered)));
    let view = api.services.marks.mark_now(&actor, room, mark).await?;
    Ok(Json(MarksAnswer {
        room: room.uuid(),
        read: view.mark.read.0,
        delivered: view.mark.delivered.0,
        unread: view.unread,
    }))
}
