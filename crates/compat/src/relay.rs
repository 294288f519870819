//! `relay`: notifications of text, pictures and voice, which everybody sends to everybody.
//!
//! After Shymaa2611/Relay. All is said in one room, a channel in which everybody may write and which people are in from the first time
//! that they come by this dialect. What is written on the socket and what `notifications_create` makes are the same: messages of that
//! room.

mod accounts;
mod format;
mod heard;
mod kind;
mod label;
mod media_frames;
mod notifications;
mod said;
mod socket;
mod tokens;
mod written;

use std::time::Duration;

use actix_web::http::{Method, StatusCode};
use actix_web::{FromRequest, HttpRequest, dev::Payload};
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use parlor_domain::{Account, ClientId, Dialect};
use parlor_services::{Guest, Hall, Lives, Services};
use serde_json::Value;

pub(crate) use self::format::RelayFormat;
use self::kind::Kind;
pub(crate) use self::media_frames::MediaFrames;
pub(crate) use self::socket::RelaySocket;
use self::written::Written;
use crate::callers::{bearers, known_caller};
use crate::compat::Compat;
use crate::drf::{Form, Refusal, View};

/// How long its tokens are good.
pub(crate) const LIVES: Lives = Lives {
    access: Duration::from_secs(60 * 60),
    refresh: Duration::from_secs(24 * 60 * 60),
};

/// The room in which all of `relay` is said.
pub const HALL: Hall = Hall {
    dialect: Dialect::Relay,
    name: "notifications",
    title: "Notifications",
    keeper: "relay",
};

/// The message by which `relay` lists a notification of this type and content: its text, and what it is called if the text is not all.
/// `None` if there is no such type, or no message is so long.
pub fn notification(
    services: &Services,
    kind: &str,
    content: Option<&str>,
) -> Option<(String, Option<ClientId>)> {
    let content = content.map_or(Value::Null, Value::from);
    let written = Written::of(Kind::named(kind)?, content)?;
    Some(written.into_message(services))
}

/// Its paths.
pub(crate) fn views() -> Vec<View> {
    let mut views = views_beside_others();
    views.extend([log_in(), refresh()]);
    views
}

/// Those of its paths that no other dialect has.
pub(crate) fn views_beside_others() -> Vec<View> {
    vec![
        View::at("/accounts/login/")
            .guard(anybody)
            .on(Method::POST, tokens::show_key),
        View::at("/accounts/create_user/")
            .on(Method::POST, accounts::create)
            .otherwise(accounts::only_post),
        View::at("/accounts/get_users/").guard(staff).get(accounts::list),
        View::at("/accounts/delete_user/{number:[0-9]+}/")
            .on(Method::DELETE, accounts::deactivate)
            .otherwise(accounts::only_delete),
        View::at("/accounts/delete_all/").otherwise(notifications::delete_all),
        View::at("/accounts/admin/protected/")
            .guard(staff)
            .get(accounts::protected),
        View::at("/notifications/notifications_create/")
            .guard(known)
            .on(Method::POST, notifications::create),
        View::at("/notifications/get_notifications/")
            .guard(known)
            .get(notifications::list),
    ]
}

/// `/api/token/`
pub(crate) fn log_in() -> View {
    View::at("/api/token/").on(Method::POST, tokens::log_in)
}

/// `/api/token/refresh/`
pub(crate) fn refresh() -> View {
    View::at("/api/token/refresh/").on(Method::POST, tokens::refresh)
}

bearers!(Dialect::Relay);

/// Whoever has a token and administers the server.
#[derive(Debug)]
struct Staff(Guest);

impl FromRequest for Staff {
    type Error = Refusal;
    type Future = LocalBoxFuture<'static, Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        async move { administrator(&request).await.map(Self) }.boxed_local()
    }
}

async fn administrator(request: &HttpRequest) -> Result<Guest, Refusal> {
    let guest = known_caller(request, Dialect::Relay).await?;
    if guest.actor.admin {
        Ok(guest)
    } else {
        let text = "You do not have permission to perform this action.";
        Err(Refusal::detail(StatusCode::FORBIDDEN, text))
    }
}

/// Lets those pass who administer the server.
async fn staff(request: HttpRequest) -> Result<(), Refusal> {
    administrator(&request).await.map(drop)
}

/// A text as it was sent, if it was and is not empty.
fn given(form: &Form, field: &str) -> Option<String> {
    let text = form.value(field).and_then(Value::as_str)?;
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

/// Brings somebody into the room who has just logged in or registered. Why that could not be done he is told when he wants something
/// there.
async fn come_in(compat: &Compat, account: &Account) {
    if let Err(error) = compat.services().halls.enter(HALL, account).await {
        let error = &error as &dyn std::error::Error;
        tracing::debug!(error, user = %account.user.id, "somebody was not brought into the room of relay");
    }
}
