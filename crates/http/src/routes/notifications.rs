//! What one is notified of.

use actix_web::HttpResponse;
use actix_web::web::Data;
use parlor_domain::Seq;
use parlor_wire::{NotificationsPage, ReadNotifications};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::extract::{Caller, Json, Query, size};
use crate::{Api, ApiError, answer, cursor, view};

/// Which notifications, where the list goes on, and how much of it is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct NotificationsQuery {
    /// Only what is unread, if this is `true`.
    unread: Option<bool>,
    /// The `next` of the page before; nothing for the first page.
    after: Option<String>,
    /// How many: 1 to 200, 50 if nothing is said.
    limit: Option<u64>,
}

/// What one is notified of
///
/// The newest first: mentions, messages to everybody in one's rooms, direct messages, invitations, contact requests, and what
/// backends say. What is about a room that one has read past is read. They are kept for 90 days, if the operator says nothing
/// else.
#[utoipa::path(get, path = "/v1/notifications", operation_id = "listNotifications", tag = "notifications",
    params(NotificationsQuery),
    responses((status = 200, description = "A page", body = NotificationsPage)))]
pub(crate) async fn list(
    Caller(actor): Caller,
    api: Data<Api>,
    Query(query): Query<NotificationsQuery>,
) -> Result<Json<NotificationsPage>, ApiError> {
    let after = query
        .after
        .as_deref()
        .map(cursor::read_notification)
        .transpose()?;
    let unread_only = query.unread.unwrap_or(false);
    let page = api
        .services
        .notifications
        .list(&actor, after, unread_only, size(query.limit))
        .await?;
    Ok(Json(view::notifications(&page)))
}

/// Say that one has seen notifications
///
/// Marks never go back. One's other devices are told by `notifications.read`.
#[utoipa::path(put, path = "/v1/notifications/read", operation_id = "readNotifications", tag = "notifications",
    request_body = ReadNotifications,
    responses((status = 204, description = "Noted")))]
pub(crate) async fn read(
    Caller(actor): Caller,
    api: Data<Api>,
    Json(seen): Json<ReadNotifications>,
) -> Result<HttpResponse, ApiError> {
    let until = seen.until.map(|until| until.0);
    api.services
        .notifications
        .read(&actor, Seq(seen.up_to), until)
        .await?;
    Ok(answer::done())
}
