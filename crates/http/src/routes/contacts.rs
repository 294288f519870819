//! Whom one knows, who asks to be known, and whom one does not want to hear of.

use actix_web::HttpResponse;
use actix_web::web::Data;
use parlor_domain::{DisplayName, RequestNote, UserId};
use parlor_services::Direction;
use parlor_wire::{
    AskContact, BlockView, BlocksPage, ContactAsked, ContactRequestView, ContactRequestsPage, ContactView,
    ContactsPage, PutContact, parse,
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::extract::{Caller, Json, Path, PeopleQuery, Query, size};
use crate::{Api, ApiError, answer, view};

/// One's contacts
///
/// Those whom one has added. Whether they have added one as well is not told.
#[utoipa::path(get, path = "/v1/contacts", operation_id = "listContacts", tag = "contacts", params(PeopleQuery),
    responses((status = 200, description = "A page", body = ContactsPage)))]
pub(crate) async fn list(
    Caller(actor): Caller,
    api: Data<Api>,
    Query(query): Query<PeopleQuery>,
) -> Result<Json<ContactsPage>, ApiError> {
    let (after, size) = query.page();
    let page = api.services.contacts.list(&actor, after, size).await?;
    let (accounts, kept): (Vec<_>, Vec<_>) = page
        .contacts
        .into_iter()
        .map(|contact| (contact.account, (contact.name, contact.added_at)))
        .unzip();
    let shown = api.services.accounts.shown(&actor, &accounts).await?;
    let users = accounts.iter().zip(shown);
    let contacts = users.zip(kept).map(|((account, shown), (name, at))| ContactView {
        user: view::user(account, shown),
        name: name.as_ref().map(ToString::to_string),
        added_at: at.into(),
    });
    Ok(Json(ContactsPage {
        contacts: contacts.collect(),
        next: page.next.map(|user| user.uuid()),
        as_of: page.as_of.into(),
    }))
}

/// Add a contact, or give one another name
///
/// The list is one's own: the other one is not told, unless he has asked to become a contact. That he is accepted then.
#[utoipa::path(put, path = "/v1/contacts/{user}", operation_id = "putContact", tag = "contacts",
    request_body = PutContact,
    responses(
        (status = 204, description = "In the list, under this name"),
        (status = 403, description = "`blocked`: one has blocked him"),
        (status = 404, description = "`no_such_user`"),
        (status = 409, description = "`too_many_contacts`"),
    ))]
pub(crate) async fn put(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(user): Path<UserId>,
    Json(wish): Json<PutContact>,
) -> Result<HttpResponse, ApiError> {
    let name = wish.name.map(|name| parse::<DisplayName>("name", &name));
    api.services.contacts.put(&actor, user, name.transpose()?).await?;
    Ok(answer::done())
}

/// Remove a contact
#[utoipa::path(delete, path = "/v1/contacts/{user}", operation_id = "removeContact", tag = "contacts",
    responses((status = 204, description = "Not in the list, if he was")))]
pub(crate) async fn remove(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(user): Path<UserId>,
) -> Result<HttpResponse, ApiError> {
    api.services.contacts.remove(&actor, user).await?;
    Ok(answer::done())
}

/// Which requests.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DirectionName {
    /// Those that wait for one's answer.
    Incoming,
    /// One's own.
    Outgoing,
}

/// Which requests, where the list goes on, and how much of it is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RequestsQuery {
    /// Those that wait for one's answer, if nothing is said, or one's own.
    #[param(inline)]
    direction: Option<DirectionName>,
    /// The `next` of the page before; nothing for the first page.
    after: Option<Uuid>,
    /// How many: 1 to 200, 50 if nothing is said.
    limit: Option<u64>,
}

/// Contact requests that wait
///
/// One's own are listed until they are accepted or taken back: that one was declined is not told.
#[utoipa::path(get, path = "/v1/contacts/requests", operation_id = "listContactRequests", tag = "contacts",
    params(RequestsQuery),
    responses((status = 200, description = "A page", body = ContactRequestsPage)))]
pub(crate) async fn requests(
    Caller(actor): Caller,
    api: Data<Api>,
    Query(query): Query<RequestsQuery>,
) -> Result<Json<ContactRequestsPage>, ApiError> {
    let direction = match query.direction {
        None | Some(DirectionName::Incoming) => Direction::Incoming,
        Some(DirectionName::Outgoing) => Direction::Outgoing,
    };
    let after = query.after.map(UserId::new);
    let page = api
        .services
        .contacts
        .requests(&actor, direction, after, size(query.limit))
        .await?;
    let (accounts, said): (Vec<_>, Vec<_>) = page
        .requests
        .into_iter()
        .map(|request| (request.account, (request.note, request.at)))
        .unzip();
    let shown = api.services.accounts.shown(&actor, &accounts).await?;
    let users = accounts.iter().zip(shown);
    let requests = users
        .zip(said)
        .map(|((account, shown), (note, at))| ContactRequestView {
            user: view::user(account, shown),
            note: note.as_ref().map(ToString::to_string),
            at: at.into(),
        });
    Ok(Json(ContactRequestsPage {
        requests: requests.collect(),
        next: page.next.map(|user| user.uuid()),
        as_of: page.as_of.into(),
    }))
}

/// Ask somebody to become a contact
///
/// There is one request of one person to another; asking again changes nothing. Who has asked as well is accepted by it.
#[utoipa::path(post, path = "/v1/contacts/requests", operation_id = "askContact", tag = "contacts",
    request_body = AskContact,
    responses(
        (status = 200, description = "It waits, or both are contacts", body = ContactAsked),
        (status = 403, description = "`blocked`: one has blocked him"),
        (status = 404, description = "`no_such_user`"),
        (status = 409, description = "`too_many_requests`, `too_many_contacts`"),
        (status = 429, description = "`too_many_tries`, `rate_limited`: wait as `Retry-After` says"),
    ))]
pub(crate) async fn ask(
    Caller(actor): Caller,
    api: Data<Api>,
    Json(wish): Json<AskContact>,
) -> Result<Json<ContactAsked>, ApiError> {
    let note = wish.note.map(|note| parse::<RequestNote>("note", &note));
    let user = UserId::new(wish.user);
    let accepted = api
        .services
        .contacts
        .request(&actor, user, note.transpose()?)
        .await?;
    Ok(Json(ContactAsked { accepted }))
}

/// Take back a contact request
#[utoipa::path(delete, path = "/v1/contacts/requests/{user}", operation_id = "withdrawContactRequest",
    tag = "contacts",
    responses(
        (status = 204, description = "Taken back"),
        (status = 404, description = "`no_such_request`"),
    ))]
pub(crate) async fn withdraw(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(user): Path<UserId>,
) -> Result<HttpResponse, ApiError> {
    api.services.contacts.withdraw(&actor, user).await?;
    Ok(answer::done())
}

/// Accept a contact request
///
/// Both are contacts of each other.
#[utoipa::path(post, path = "/v1/contacts/requests/{user}/accept", operation_id = "acceptContactRequest",
    tag = "contacts",
    responses(
        (status = 204, description = "Accepted"),
        (status = 404, description = "`no_such_request`"),
        (status = 409, description = "`too_many_contacts`"),
    ))]
pub(crate) async fn accept(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(user): Path<UserId>,
) -> Result<HttpResponse, ApiError> {
    api.services.contacts.accept(&actor, user).await?;
    Ok(answer::done())
}

/// Decline a contact request
///
/// Who has made it is not told, and cannot make it again for some days.
#[utoipa::path(post, path = "/v1/contacts/requests/{user}/decline", operation_id = "declineContactRequest",
    tag = "contacts",
    responses(
        (status = 204, description = "Declined"),
        (status = 404, description = "`no_such_request`"),
    ))]
pub(crate) async fn decline(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(user): Path<UserId>,
) -> Result<HttpResponse, ApiError> {
    api.services.contacts.decline(&actor, user).await?;
    Ok(answer::done())
}

/// Whom one has blocked
#[utoipa::path(get, path = "/v1/blocks", operation_id = "listBlocks", tag = "contacts", params(PeopleQuery),
    responses((status = 200, description = "A page", body = BlocksPage)))]
pub(crate) async fn blocks(
    Caller(actor): Caller,
    api: Data<Api>,
    Query(query): Query<PeopleQuery>,
) -> Result<Json<BlocksPage>, ApiError> {
    let (after, size) = query.page();
    let page = api.services.contacts.blocks(&actor, after, size).await?;
    let (accounts, since): (Vec<_>, Vec<_>) = page
        .blocks
        .into_iter()
        .map(|block| (block.account, block.at))
        .unzip();
    let shown = api.services.accounts.shown(&actor, &accounts).await?;
    let users = accounts.iter().zip(shown);
    let blocks = users.zip(since).map(|((account, shown), at)| BlockView {
        user: view::user(account, shown),
        at: at.into(),
    });
    Ok(Json(BlocksPage {
        blocks: blocks.collect(),
        next: page.next.map(|user| user.uuid()),
        as_of: page.as_of.into(),
    }))
}

/// Block somebody
///
/// He is not told. Neither writes in the direct room of the two, nor brings the other into rooms; he sees nothing of one that
/// not everybody sees. In groups nothing changes.
#[utoipa::path(put, path = "/v1/blocks/{user}", operation_id = "block", tag = "contacts",
    responses(
        (status = 204, description = "Blocked"),
        (status = 404, description = "`no_such_user`"),
        (status = 409, description = "`too_many_blocks`"),
    ))]
pub(crate) async fn block(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(user): Path<UserId>,
) -> Result<HttpResponse, ApiError> {
    api.services.contacts.block(&actor, user).await?;
    Ok(answer::done())
}

/// Unblock somebody
#[utoipa::path(delete, path = "/v1/blocks/{user}", operation_id = "unblock", tag = "contacts",
    responses((status = 204, description = "Not blocked, if he was")))]
pub(crate) async fn unblock(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(user): Path<UserId>,
) -> Result<HttpResponse, ApiError> {
    api.services.contacts.unblock(&actor, user).await?;
    Ok(answer::done())
}
