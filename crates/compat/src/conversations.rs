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
use actix_web::{FromRequest, HttpRequest, dev::Payload};
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use parlor_domain::Dialect;
use parlor_services::TokenKind;
use parlor_services::{Guest, Lives, TokenRefusal};

pub(crate) use self::format::ConversationsFormat;
pub(crate) use self::socket::ConversationsSocket;
use crate::compat::Compat;
use crate::drf::authorization::bearer;
use crate::drf::{Refusal, Scheme, View};

/// How long its tokens are good.
const LIVES: Lives = Lives {
    access: Duration::from_secs(30 * 60),
    refresh: Duration::from_secs(24 * 60 * 60),
};

/// Its paths.
pub(crate) fn views() -> Vec<View> {
    vec![
        View::at("/api/register/")
            .guard(anybody)
            .on(Method::POST, registration::register),
        // In the original these two, of simplejwt, look at no credentials.
        View::at("/api/login/").on(Method::POST, log_ins::log_in),
        View::at("/api/logout/").on(Method::POST, log_ins::log_out),
        View::at("/api/users/").guard(known).get(users::list),
        View::at("/api/users/{user}/chat/").guard(known).get(chat::open),
    ]
}

/// Whoever has a token, which must be good where it is shown at all.
#[derive(Debug)]
pub(crate) struct Caller(pub(crate) Guest);

impl FromRequest for Caller {
    type Error = Refusal;
    type Future = LocalBoxFuture<'static, Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        async move {
            let caller = caller(&request).await?;
            caller
                .map(Self)
                .ok_or_else(|| Refusal::not_authenticated(Scheme::Bearer))
        }
        .boxed_local()
    }
}

/// Whoever has a token that is good, or none.
#[derive(Debug)]
pub(crate) struct Anybody;

impl FromRequest for Anybody {
    type Error = Refusal;
    type Future = LocalBoxFuture<'static, Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        async move { anybody(request).await.map(|()| Self) }.boxed_local()
    }
}

async fn caller(request: &HttpRequest) -> Result<Option<Guest>, Refusal> {
    let Some(token) = bearer(request.headers())? else {
        return Ok(None);
    };
    let dialects = &Compat::of(request).services().dialects;
    let inspected = dialects.inspect(Dialect::Conversations, token, TokenKind::Access);
    match inspected.await? {
        Ok(guest) => Ok(Some(guest)),
        Err(TokenRefusal::WrongType) => Err(Refusal::bad_token("Token has wrong type")),
        Err(TokenRefusal::Invalid | TokenRefusal::Over) => {
            Err(Refusal::bad_token("Token is invalid or expired"))
        }
    }
}

/// Lets anybody pass whose token is good, or who has none.
async fn anybody(request: HttpRequest) -> Result<(), Refusal> {
    caller(&request).await.map(drop)
}

/// Lets those pass who have a token.
async fn known(request: HttpRequest) -> Result<(), Refusal> {
    let caller = caller(&request).await?;
    caller
        .map(drop)
        .ok_or_else(|| Refusal::not_authenticated(Scheme::Bearer))
}
