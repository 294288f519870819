//! `greeter`: register, log in by a cookie, start a chat, and be greeted with the time.
//!
//! After yousefr84/websocket-test. A chat is a group that anybody may enter who knows its name, and everything that is said in it
//! reaches its sockets as the time of day. The token of the socket stands in a cookie.

mod chat;
mod format;
mod groups;
mod registration;
mod socket;
mod tokens;

use actix_web::http::Method;
use parlor_domain::Dialect;
use parlor_services::Services;

pub(crate) use self::format::GreeterFormat;
pub(crate) use self::registration::register_as;
pub(crate) use self::socket::GreeterSocket;
pub(crate) use self::tokens::access_cookie;
use crate::callers::bearers;
use crate::drf::{View, time};

/// The cookie with the access token, by which the socket knows who comes.
const COOKIE: &str = "access";

/// Its paths.
pub(crate) fn views() -> Vec<View> {
    let mut views = views_beside_others();
    views.extend([register(), log_in(), refresh()]);
    views
}

/// Those of its paths that no other dialect has.
pub(crate) fn views_beside_others() -> Vec<View> {
    vec![
        View::at("/api/start-chat/")
            .guard(known)
            .on(Method::POST, chat::start),
        View::at("/api/send-test-message/")
            .guard(known)
            .get(chat::send_test_message),
    ]
}

/// `/api/register/`
pub(crate) fn register() -> View {
    View::at("/api/register/")
        .guard(anybody)
        .on(Method::POST, registration::register)
        .with_errors()
}

/// `/api/token/`
pub(crate) fn log_in() -> View {
    View::at("/api/token/").on(Method::POST, tokens::log_in)
}

/// `/api/token/refresh/`
pub(crate) fn refresh() -> View {
    View::at("/api/token/refresh/").on(Method::POST, tokens::refresh)
}

bearers!(Dialect::Greeter);

/// The time of day in UTC, as in `13:05:07`.
fn now(services: &Services) -> String {
    time::of_day(services.dialects.now())
}
