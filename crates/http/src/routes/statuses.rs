//! What people show their contacts for a day.

use actix_web::HttpResponse;
use actix_web::web::Data;
use parlor_domain::{ClientId, MediaId, StatusAudience, StatusId, UserId};
use parlor_services::StatusDraft;
use parlor_wire::{
    AnswerStatus, EventView, OwnStatuses, PostStatus, StatusAudienceName, StatusView, StatusViewsPage,
    StatusesPage, parse,
};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::extract::{Caller, Json, Path, PeopleQuery, Query, size};
use crate::{Api, ApiError, answer, cursor, view};

/// Where the list of statuses goes on, and how much of it is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct StatusesQuery {
    /// The `next` of the page before; nothing for the first page.
    cursor: Option<String>,
    /// How many: 1 to 200, 50 if nothing is said.
    limit: Option<u64>,
}

/// Statuses that one may see
///
/// Those of others, author by author, each one's oldest first. A page of long ones may end before the limit: `next` says whether
/// there are others.
#[utoipa::path(get, path = "/v1/statuses", operation_id = "listStatuses", tag = "statuses", params(StatusesQuery),
    responses((status = 200, description = "A page", body = StatusesPage)))]
pub(crate) async fn list(
    Caller(actor): Caller,
    api: Data<Api>,
    Query(query): Query<StatusesQuery>,
) -> Result<Json<StatusesPage>, ApiError> {
    let after = query.cursor.as_deref().map(cursor::read_status).transpose()?;
    let statuses = &api.services.statuses;
    let page = statuses.feed(&actor, after, size(query.limit)).await?;
    Ok(Json(view::statuses(&page)))
}

/// One's own statuses
#[utoipa::path(get, path = "/v1/me/statuses", operation_id = "listOwnStatuses", tag = "statuses",
    responses((status = 200, description = "All of them", body = OwnStatuses)))]
pub(crate) async fn own(Caller(actor): Caller, api: Data<Api>) -> Result<Json<OwnStatuses>, ApiError> {
    let page = api.services.statuses.own(&actor).await?;
    Ok(Json(OwnStatuses {
        statuses: page.statuses.iter().map(view::status).collect(),
        as_of: page.as_of.into(),
    }))
}

/// Post a status
///
/// Those of one's contacts who may see it are told. It ends by itself, and is erased then. With a `client_id` a repeated request
/// posts once, as long as the status is there; with other content, `idempotency_conflict`.
#[utoipa::path(post, path = "/v1/statuses", operation_id = "postStatus", tag = "statuses", request_body = PostStatus,
    responses(
        (status = 201, description = "Posted", body = StatusView),
        (status = 200, description = "Posted before, with this `client_id`", body = StatusView),
        (status = 404, description = "`no_such_media`"),
        (status = 409, description = "`too_many_statuses`, `idempotency_conflict`"),
        (status = 429, description = "`too_many_tries`, `rate_limited`: wait as `Retry-After` says"),
    ))]
pub(crate) async fn post(
    Caller(actor): Caller,
    api: Data<Api>,
    Json(wish): Json<PostStatus>,
) -> Result<HttpResponse, ApiError> {
    let client_id = wish.client_id.map(|id| parse::<ClientId>("client_id", &id));
    let users: Vec<UserId> = wish.users.into_iter().map(UserId::new).collect();
    let audience = match wish.audience {
        None | Some(StatusAudienceName::Contacts) if !users.is_empty() => {
            return Err(ApiError::invalid(
                "users",
                "must come with `audience` `except` or `only`",
            ));
        }
        None | Some(StatusAudienceName::Contacts) => StatusAudience::Contacts,
        Some(StatusAudienceName::Except) => StatusAudience::Except(users),
        Some(StatusAudienceName::Only) => StatusAudience::Only(users),
    };
    let draft = StatusDraft {
        client_id: client_id.transpose()?,
        body: wish.body,
        media: wish.media.map(MediaId::new),
        audience,
    };
    let posted = api.services.statuses.post(&actor, draft).await?;
    let path = |status: &StatusView| format!("/v1/statuses/{}", status.id);
    Ok(answer::made(posted, view::status, path))
}

/// A status
#[utoipa::path(get, path = "/v1/statuses/{status}", operation_id = "getStatus", tag = "statuses",
    responses(
        (status = 200, description = "The status", body = StatusView),
        (status = 404, description = "`no_such_status`"),
    ))]
pub(crate) async fn find(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(status): Path<StatusId>,
) -> Result<Json<StatusView>, ApiError> {
    let found = api.services.statuses.find(&actor, status).await?;
    Ok(Json(view::status(&found)))
}

/// Take a status of one's own back
#[utoipa::path(delete, path = "/v1/statuses/{status}", operation_id = "removeStatus", tag = "statuses",
    responses((status = 204, description = "Not to be seen, if it was")))]
pub(crate) async fn remove(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(status): Path<StatusId>,
) -> Result<HttpResponse, ApiError> {
    api.services.statuses.remove(&actor, status).await?;
    Ok(answer::done())
}

/// Say that one has looked at a status
///
/// Its author sees who has. One's other devices are told.
#[utoipa::path(put, path = "/v1/statuses/{status}/viewed", operation_id = "markStatusViewed", tag = "statuses",
    responses(
        (status = 204, description = "Noted"),
        (status = 404, description = "`no_such_status`, also if it is one's own"),
    ))]
pub(crate) async fn mark_viewed(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(status): Path<StatusId>,
) -> Result<HttpResponse, ApiError> {
    api.services.statuses.mark_viewed(&actor, status).await?;
    Ok(answer::done())
}

/// Who has looked at a status of one's own
#[utoipa::path(get, path = "/v1/statuses/{status}/views", operation_id = "listStatusViews", tag = "statuses",
    params(PeopleQuery),
    responses(
        (status = 200, description = "A page", body = StatusViewsPage),
        (status = 404, description = "`no_such_status`, also if it is somebody else's"),
    ))]
pub(crate) async fn views(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(status): Path<StatusId>,
    Query(query): Query<PeopleQuery>,
) -> Result<Json<StatusViewsPage>, ApiError> {
    let (after, size) = query.page();
    let page = api.services.statuses.views(&actor, status, after, size).await?;
    Ok(Json(view::status_views(&page)))
}

/// Answer a status
///
/// A message in the direct room of oneself and the author, which is opened if it is not there. The message names the `status`, and
/// says nothing of what it showed.
#[utoipa::path(post, path = "/v1/statuses/{status}/replies", operation_id = "answerStatus", tag = "statuses",
    request_body = AnswerStatus,
    responses(
        (status = 201, description = "Stored", body = EventView),
        (status = 200, description = "Stored before, with this `client_id`", body = EventView),
        (status = 403, description = "`blocked`, `not_a_contact`"),
        (status = 404, description = "`no_such_status`, also if it is one's own"),
        (status = 409, description = "`too_many_rooms`, `idempotency_conflict`"),
    ))]
pub(crate) async fn reply(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(status): Path<StatusId>,
    Json(wish): Json<AnswerStatus>,
) -> Result<HttpResponse, ApiError> {
    let client_id = parse("client_id", &wish.client_id)?;
    let statuses = &api.services.statuses;
    let sent = statuses.reply(&actor, status, client_id, &wish.body).await?;
    Ok(answer::made(
        sent,
        |event| EventView::from(&**event),
        |event| format!("/v1/rooms/{}/messages/{}", event.stream, event.seq),
    ))
}
