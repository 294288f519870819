//! `conversations`: log in by e-mail, a list of people, and one conversation with each.
//!
//! After matrix-bro/real-time-chat-app. A conversation is the direct room of two people; it is opened when either looks at it for the
//! first time. The token of the socket stands in its query.

mod chat;
mod format;
mod log_ins;
mod registration;
mod socket;
mod users;

use std::time::Duration;

use actix_web::http::Method;
use parlor_domain::Dialect;
use parlor_services::Lives;

pub(crate) use self::format::ConversationsFormat;
pub(crate) use self::registration::register_as;
pub(crate) use self::socket::ConversationsSocket;
use crate::callers::bearers;
use crate::drf::View;

/// How long its tokens are good.
const LIVES: Lives = Lives {
    access: Duration::from_secs(30 * 60),
    refresh: Duration::from_secs(24 * 60 * 60),
};

/// Its paths.
pub(crate) fn views() -> Vec<View> {
    let mut views = views_beside_others();
    views.push(register());
    views
}

/// Those of its paths that no other dialect has.
pub(crate) fn views_beside_others() -> Vec<View> {
    vec![
        // In the original these two, of simplejwt, look at no credentials.
        View::at("/api/login/").on(Method::POST, log_ins::log_in),
        View::at("/api/logout/").on(Method::POST, log_ins::log_out),
        View::at("/api/users/").guard(known).get(users::list),
        View::at("/api/users/{user}/chat/").guard(known).get(chat::open),
    ]
}

/// `/api/register/`
pub(crate) fn register() -> View {
    View::at("/api/register/")
        .guard(anybody)
        .on(Method::POST, registration::register)
}

bearers!(Dialect::Conversations);
