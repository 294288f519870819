//! Broadcast lists, and what is sent to them.

use actix_web::HttpResponse;
use actix_web::web::Data;
use parlor_domain::{BroadcastId, BroadcastListId, ListName, MediaId, UserId};
use parlor_services::{BroadcastDraft, Made};
use parlor_wire::{
    BroadcastListView, BroadcastListsPage, BroadcastRecipientsPage, BroadcastView, BroadcastsPage,
    ChangeBroadcastList, CreateBroadcastList, Recipients, RecipientsPage, SendBroadcast, parse,
};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::extract::{Caller, Json, Path, PeopleQuery, Query, size};
use crate::{Api, ApiError, answer, view};

/// Where a list goes on, and how much of it is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListsQuery {
    /// The `next` of the page before; nothing for the first page.
    after: Option<Uuid>,
    /// How many: 1 to 200, 50 if nothing is said.
    limit: Option<u64>,
}

/// Make a broadcast list
///
/// It is one's own: nobody learns that he is in it, or who else is.
#[utoipa::path(post, path = "/v1/broadcast-lists", operation_id = "createBroadcastList", tag = "broadcasts",
    request_body = CreateBroadcastList,
    responses(
        (status = 201, description = "Made, without recipients", body = BroadcastListView),
        (status = 409, description = "`too_many_lists`"),
    ))]
pub(crate) async fn create(
    Caller(actor): Caller,
    api: Data<Api>,
    Json(wish): Json<CreateBroadcastList>,
) -> Result<HttpResponse, ApiError> {
    let name = parse::<ListName>("name", &wish.name)?;
    let list = api.services.broadcasts.create(&actor, name).await?;
    let path = format!("/v1/broadcast-lists/{}", list.id);
    Ok(answer::created(&path, BroadcastListView::from(&list)))
}

/// One's broadcast lists
///
/// The oldest first.
#[utoipa::path(get, path = "/v1/broadcast-lists", operation_id = "listBroadcastLists", tag = "broadcasts",
    params(ListsQuery),
    responses((status = 200, description = "A page", body = BroadcastListsPage)))]
pub(crate) async fn lists(
    Caller(actor): Caller,
    api: Data<Api>,
    Query(query): Query<ListsQuery>,
) -> Result<Json<BroadcastListsPage>, ApiError> {
    let after = query.after.map(BroadcastListId::new);
    let broadcasts = &api.services.broadcasts;
    let page = broadcasts.lists(&actor, after, size(query.limit)).await?;
    Ok(Json(BroadcastListsPage {
        lists: page.lists.iter().map(BroadcastListView::from).collect(),
        next: page.next.map(|list| list.uuid()),
        as_of: page.as_of.into(),
    }))
}

/// A broadcast list
#[utoipa::path(get, path = "/v1/broadcast-lists/{list}", operation_id = "getBroadcastList", tag = "broadcasts",
    responses(
        (status = 200, description = "The list", body = BroadcastListView),
        (status = 404, description = "`no_such_list`"),
    ))]
pub(crate) async fn find(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(list): Path<BroadcastListId>,
) -> Result<Json<BroadcastListView>, ApiError> {
    let list = api.services.broadcasts.find(&actor, list).await?;
    Ok(Json(BroadcastListView::from(&list)))
}

/// Rename a broadcast list
#[utoipa::path(patch, path = "/v1/broadcast-lists/{list}", operation_id = "changeBroadcastList", tag = "broadcasts",
    request_body = ChangeBroadcastList,
    responses(
        (status = 200, description = "The list as it is now", body = BroadcastListView),
        (status = 404, description = "`no_such_list`"),
    ))]
pub(crate) async fn change(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(list): Path<BroadcastListId>,
    Json(wish): Json<ChangeBroadcastList>,
) -> Result<Json<BroadcastListView>, ApiError> {
    let name = parse::<ListName>("name", &wish.name)?;
    let list = api.services.broadcasts.rename(&actor, list, name).await?;
    Ok(Json(BroadcastListView::from(&list)))
}

/// Delete a broadcast list
///
/// With what is known of what was sent to it; the messages stay with those who have them. Who waits for something gets it no more.
#[utoipa::path(delete, path = "/v1/broadcast-lists/{list}", operation_id = "deleteBroadcastList", tag = "broadcasts",
    responses((status = 204, description = "Not there, if it was")))]
pub(crate) async fn delete(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(list): Path<BroadcastListId>,
) -> Result<HttpResponse, ApiError> {
    api.services.broadcasts.delete(&actor, list).await?;
    Ok(answer::done())
}

/// Recipients of a broadcast list
#[utoipa::path(get, path = "/v1/broadcast-lists/{list}/recipients", operation_id = "listRecipients",
    tag = "broadcasts", params(PeopleQuery),
    responses(
        (status = 200, description = "A page", body = RecipientsPage),
        (status = 404, description = "`no_such_list`"),
    ))]
pub(crate) async fn recipients(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(list): Path<BroadcastListId>,
    Query(query): Query<PeopleQuery>,
) -> Result<Json<RecipientsPage>, ApiError> {
    let (after, size) = query.page();
    let broadcasts = &api.services.broadcasts;
    let page = broadcasts.recipients(&actor, list, after, size).await?;
    Ok(Json(RecipientsPage {
        recipients: page.recipients.into_iter().map(Into::into).collect(),
        next: page.next.map(|user| user.uuid()),
        as_of: page.as_of.into(),
    }))
}

/// Add recipients to a broadcast list
///
/// All or none. They are not told.
#[utoipa::path(post, path = "/v1/broadcast-lists/{list}/recipients", operation_id = "addRecipients",
    tag = "broadcasts", request_body = Recipients,
    responses(
        (status = 200, description = "The list as it is now", body = BroadcastListView),
        (status = 404, description = "`no_such_list`, `no_such_user`"),
        (status = 409, description = "`list_full`"),
    ))]
pub(crate) async fn add(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(list): Path<BroadcastListId>,
    Json(wish): Json<Recipients>,
) -> Result<Json<BroadcastListView>, ApiError> {
    let users = wish.users.into_iter().map(UserId::new).collect();
    let list = api.services.broadcasts.add(&actor, list, users).await?;
    Ok(Json(BroadcastListView::from(&list)))
}

/// Remove recipients from a broadcast list
///
/// What they wait for they still get.
#[utoipa::path(post, path = "/v1/broadcast-lists/{list}/recipients/remove", operation_id = "removeRecipients",
    tag = "broadcasts", request_body = Recipients,
    responses(
        (status = 200, description = "The list as it is now", body = BroadcastListView),
        (status = 404, description = "`no_such_list`"),
    ))]
pub(crate) async fn remove(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(list): Path<BroadcastListId>,
    Json(wish): Json<Recipients>,
) -> Result<Json<BroadcastListView>, ApiError> {
    let users = wish.users.into_iter().map(UserId::new).collect();
    let list = api.services.broadcasts.remove(&actor, list, users).await?;
    Ok(Json(BroadcastListView::from(&list)))
}

/// Where a list of broadcasts goes on, and how much of it is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct BroadcastsQuery {
    /// The `next` of the page before; nothing for the first page.
    before: Option<Uuid>,
    /// How many: 1 to 200, 50 if nothing is said.
    limit: Option<u64>,
}

/// What was sent to a broadcast list
///
/// The newest first. It is forgotten some days after it has gone out.
#[utoipa::path(get, path = "/v1/broadcast-lists/{list}/messages", operation_id = "listBroadcasts",
    tag = "broadcasts", params(BroadcastsQuery),
    responses(
        (status = 200, description = "A page", body = BroadcastsPage),
        (status = 404, description = "`no_such_list`"),
    ))]
pub(crate) async fn history(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(list): Path<BroadcastListId>,
    Query(query): Query<BroadcastsQuery>,
) -> Result<Json<BroadcastsPage>, ApiError> {
    let (before, size) = (query.before.map(BroadcastId::new), size(query.limit));
    let broadcasts = &api.services.broadcasts;
    let page = broadcasts.history(&actor, list, before, size).await?;
    Ok(Json(BroadcastsPage {
        broadcasts: page.broadcasts.iter().map(view::broadcast).collect(),
        next: page.next.map(|broadcast| broadcast.uuid()),
        as_of: page.as_of.into(),
    }))
}

/// Send to a broadcast list
///
/// A direct message from oneself to each who is in the list now, and who learns nothing of the others. It is accepted with this
/// answer and goes out in the background, exactly once to each; `broadcast.moved` in one's own stream tells how far it has come.
#[utoipa::path(post, path = "/v1/broadcast-lists/{list}/messages", operation_id = "sendBroadcast",
    tag = "broadcasts", request_body = SendBroadcast,
    responses(
        (status = 202, description = "Accepted", body = BroadcastView),
        (status = 200, description = "Accepted before, with this `client_id`", body = BroadcastView),
        (status = 404, description = "`no_such_list`, `no_such_media`"),
        (status = 409, description = "`empty_list`, `idempotency_conflict`"),
        (status = 429, description = "`too_many_tries`, `rate_limited`: wait as `Retry-After` says"),
    ))]
pub(crate) async fn send(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(list): Path<BroadcastListId>,
    Json(wish): Json<SendBroadcast>,
) -> Result<HttpResponse, ApiError> {
    let draft = BroadcastDraft {
        client_id: parse("client_id", &wish.client_id)?,
        body: wish.body,
        media: wish.media.into_iter().map(MediaId::new).collect(),
    };
    Ok(match api.services.broadcasts.send(&actor, list, draft).await? {
        Made::New(broadcast) => answer::accepted(view::broadcast(&broadcast)),
        Made::Known(broadcast) => HttpResponse::Ok().json(view::broadcast(&broadcast)),
    })
}

/// Something that was sent to a broadcast list
///
/// With how many have it and have read it, as far as their marks tell.
#[utoipa::path(get, path = "/v1/broadcasts/{broadcast}", operation_id = "getBroadcast", tag = "broadcasts",
    responses(
        (status = 200, description = "The broadcast", body = BroadcastView),
        (status = 404, description = "`no_such_broadcast`"),
    ))]
pub(crate) async fn sent(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(broadcast): Path<BroadcastId>,
) -> Result<Json<BroadcastView>, ApiError> {
    let found = api.services.broadcasts.sent(&actor, broadcast).await?;
    Ok(Json(BroadcastView {
        delivered: Some(found.delivered),
        read: Some(found.read),
        ..view::broadcast(&found.broadcast)
    }))
}

/// What became of it, recipient by recipient
///
/// Nobody but the sender learns who was passed over, and he no more than if he had written to him alone.
#[utoipa::path(get, path = "/v1/broadcasts/{broadcast}/recipients", operation_id = "listBroadcastRecipients",
    tag = "broadcasts", params(PeopleQuery),
    responses(
        (status = 200, description = "A page", body = BroadcastRecipientsPage),
        (status = 404, description = "`no_such_broadcast`"),
    ))]
pub(crate) async fn fates(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(broadcast): Path<BroadcastId>,
    Query(query): Query<PeopleQuery>,
) -> Result<Json<BroadcastRecipientsPage>, ApiError> {
    let (after, size) = query.page();
    let broadcasts = &api.services.broadcasts;
    let page = broadcasts.fates(&actor, broadcast, after, size).await?;
    Ok(Json(BroadcastRecipientsPage {
        recipients: page.recipients.iter().map(view::recipient).collect(),
        next: page.next.map(|user| user.uuid()),
    }))
}
