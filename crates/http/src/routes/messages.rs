//! Messages: saying, changing and reading.

use actix_web::HttpResponse;
use actix_web::web::Data;
use parlor_domain::{ClientId, Mark, MediaId, RoomId, Seq};
use parlor_services::{HistoryRange, NewMessage};
use parlor_wire::{
    EditMessage, EventView, MarkMessages, MarksAnswer, MessagesPage, RevisionsPage, SendMessage, parse,
};
use serde::Deserialize;
use utoipa::IntoParams;

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
///
/// With `forward` alone it repeats the text and the media of a message that one may see, as they are now. It does not say
/// whose they are, and cannot be edited.
#[utoipa::path(post, path = "/v1/rooms/{room}/messages", operation_id = "sendMessage", tag = "messages",
    request_body = SendMessage,
    responses(
        (status = 201, description = "Stored", body = EventView),
        (status = 200, description = "Stored before, with this `client_id`", body = EventView),
        (status = 403, description = "`blocked`, `not_a_contact`"),
        (status = 404, description = "`no_such_room`, `no_such_media`, or `no_such_message`: the one it answers or repeats"),
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
        forward: wish.forward.map(Into::into),
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
