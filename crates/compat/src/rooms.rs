//! `rooms`: rooms with a limit, which people join and leave, and one socket for all of them.
//!
//! After jordanos/django-chat-server. A room is a group, whose owner takes no part in it until he joins it himself; channels and direct
//! rooms are shown as rooms as well. A message may bring a file. Beside the paths of its code stand those of its README. Who asks shows
//! a key, which is the same at every log in.

mod attendance;
mod following;
mod format;
mod found;
mod groups;
mod log_ins;
mod messages;
mod own_messages;
mod profiles;
mod said;
mod socket;
mod users;

use actix_web::http::header::LOCATION;
use actix_web::http::{Method, StatusCode};
use actix_web::{FromRequest, HttpRequest, HttpResponse, dev::Payload};
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use parlor_domain::Dialect;
use parlor_services::Guest;

pub(crate) use self::format::RoomsFormat;
pub(crate) use self::socket::RoomsSocket;
use crate::compat::Compat;
use crate::drf::authorization::token_key;
use crate::drf::{Refusal, Scheme, Sender, View};
use crate::mount::Mount;

/// Under which key an answer says what is about no field.
const NO_FIELD: &str = "error";

/// Its paths.
pub(crate) fn views() -> Vec<View> {
    let mut views = views_beside_others();
    views.push(View::at("/").get(to_documentation));
    views.push(log_in());
    views
}

/// Those of its paths that are neither another dialect's nor Parlor's own.
pub(crate) fn views_beside_others() -> Vec<View> {
    vec![
        log_in_at("/api/v1/auth/login/"),
        users("/api/v1/users/"),
        users("/api/v1/chats/user/"),
        user("/api/v1/users/{number:[0-9]+}/"),
        user("/api/v1/chats/user/{number:[0-9]+}/"),
        View::at("/api/v1/chats/rooms/")
            .guard(known)
            .get(groups::list)
            .on(Method::POST, groups::create),
        View::at("/api/v1/chats/rooms/{number:[0-9]+}/")
            .guard(known)
            .get(groups::retrieve)
            .on(Method::PUT, groups::replace)
            .on(Method::PATCH, groups::change)
            .on(Method::DELETE, groups::remove),
        View::at("/api/v1/chats/rooms/{number:[0-9]+}/join/")
            .guard(known)
            .on(Method::PUT, attendance::join)
            .on(Method::PATCH, attendance::join),
        View::at("/api/v1/chats/rooms/{number:[0-9]+}/leave/")
            .guard(known)
            .on(Method::PUT, attendance::leave)
            .on(Method::PATCH, attendance::leave),
        View::at("/api/v1/chats/messages/")
            .guard(known)
            .get(messages::list)
            .on(Method::POST, messages::create),
        View::at("/api/v1/chats/messages/{number:[0-9]+}/")
            .guard(known)
            .get(own_messages::retrieve)
            .on(Method::PUT, own_messages::replace)
            .on(Method::PATCH, own_messages::change)
            .on(Method::DELETE, own_messages::remove),
    ]
}

/// `/api/token/`
pub(crate) fn log_in() -> View {
    log_in_at("/api/token/")
}

fn log_in_at(path: &'static str) -> View {
    View::at(path).guard(anybody).on(Method::POST, log_ins::log_in)
}

fn users(path: &'static str) -> View {
    View::at(path)
        .guard(anybody)
        .get(users::list)
        .on(Method::POST, users::create)
}

fn user(path: &'static str) -> View {
    View::at(path)
        .guard(anybody)
        .get(users::retrieve)
        .on(Method::PUT, profiles::replace)
        .on(Method::PATCH, profiles::change)
        .on(Method::DELETE, profiles::remove)
}

/// `GET /`
async fn to_documentation(request: HttpRequest) -> HttpResponse {
    let place = format!("{}/api/v1/", Mount::of(&request).prefix());
    HttpResponse::Found().insert_header((LOCATION, place)).finish()
}

/// Whoever asks, perhaps with a key, which must be good where it is shown at all.
struct Visitor(Option<Guest>);

/// Whoever has a key.
struct Caller(Guest);

impl FromRequest for Visitor {
    type Error = Refusal;
    type Future = LocalBoxFuture<'static, Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        async move { visitor(&request).await.map(Self) }.boxed_local()
    }
}

impl FromRequest for Caller {
    type Error = Refusal;
    type Future = LocalBoxFuture<'static, Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        async move { caller(&request).await.map(Self) }.boxed_local()
    }
}

async fn visitor(request: &HttpRequest) -> Result<Option<Guest>, Refusal> {
    let Some(key) = token_key(request.headers())? else {
        return Ok(None);
    };
    let dialects = &Compat::of(request).services().dialects;
    let guest = dialects.inspect_key(Dialect::Rooms, key).await?;
    let guest = guest.ok_or_else(|| Refusal::unauthenticated(Scheme::Token, "Invalid token."))?;
    Sender::remember(request, guest.actor.user.id);
    Ok(Some(guest))
}

async fn caller(request: &HttpRequest) -> Result<Guest, Refusal> {
    let visitor = visitor(request).await?;
    visitor.ok_or_else(|| Refusal::not_authenticated(Scheme::Token))
}

/// Lets anybody pass whose key is good, or who has none.
async fn anybody(request: HttpRequest) -> Result<(), Refusal> {
    visitor(&request).await.map(drop)
}

/// Lets those pass who have a key.
async fn known(request: HttpRequest) -> Result<(), Refusal> {
    caller(&request).await.map(drop)
}

/// 403, for what is another's.
fn owner_only() -> Refusal {
    Refusal::detail(StatusCode::FORBIDDEN, "Access Denied: Owner user only")
}

/// 403, for what nobody may do.
fn not_permitted() -> Refusal {
    Refusal::detail(
        StatusCode::FORBIDDEN,
        "You do not have permission to perform this action.",
    )
}
