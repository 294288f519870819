//! Who makes a request: whose bearer token it brings.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use parlor_domain::Dialect;
use parlor_services::{Guest, TokenKind, TokenRefusal};

use crate::compat::Compat;
use crate::drf::authorization::bearer;
use crate::drf::{Refusal, Scheme, Sender};

/// Whose token a request brings; `None` if it brings none.
///
/// # Errors
/// 401 if it brings one that is not good.
pub(crate) async fn caller(request: &HttpRequest, dialect: Dialect) -> Result<Option<Guest>, Refusal> {
    let Some(token) = bearer(request.headers())? else {
        return Ok(None);
    };
    let dialects = &Compat::of(request).services().dialects;
    let inspected = dialects.inspect(dialect, token, TokenKind::Access);
    match inspected.await? {
        Ok(guest) => {
            Sender::remember(request, guest.actor.user.id);
            Ok(Some(guest))
        }
        Err(TokenRefusal::WrongType) => Err(Refusal::bad_token("Token has wrong type")),
        Err(TokenRefusal::Invalid | TokenRefusal::Expired | TokenRefusal::Over) => {
            Err(Refusal::bad_token("Token is invalid or expired"))
        }
    }
}

/// Whose token a request brings that must bring one.
///
/// # Errors
/// 401 if it brings none, or one that is not good.
pub(crate) async fn known_caller(request: &HttpRequest, dialect: Dialect) -> Result<Guest, Refusal> {
    let caller = caller(request, dialect).await?;
    caller.ok_or_else(|| Refusal::not_authenticated(Scheme::Bearer))
}

/// Somebody who comes to register, who is counted before his form takes any place. Its files are those of his address.
#[derive(Debug)]
pub(crate) struct Newcomer;

impl FromRequest for Newcomer {
    type Error = Refusal;
    type Future = Ready<Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let compat = Compat::of(request);
        Sender::remember_address(request, compat.address(request));
        ready(compat.count_credentials(request).map(|()| Self))
    }
}

/// What a dialect of bearer tokens has to know who comes: the extractors `Caller` and `Anybody`, and `known` and `anybody`, which are the
/// same as [guards](crate::drf::View::guard).
macro_rules! bearers {
    ($dialect:expr) => {
        /// Whoever has a token, which must be good where it is shown at all.
        #[derive(Debug)]
        pub(crate) struct Caller(pub(crate) parlor_services::Guest);

        /// Whoever has a token that is good, or none.
        #[derive(Debug)]
        pub(crate) struct Anybody;

        impl actix_web::FromRequest for Caller {
            type Error = $crate::drf::Refusal;
            type Future = futures_util::future::LocalBoxFuture<'static, Result<Self, Self::Error>>;

            fn from_request(
                request: &actix_web::HttpRequest,
                _: &mut actix_web::dev::Payload,
            ) -> Self::Future {
                let request = request.clone();
                Box::pin(async move {
                    let guest = $crate::callers::known_caller(&request, $dialect).await;
                    guest.map(Self)
                })
            }
        }

        impl actix_web::FromRequest for Anybody {
            type Error = $crate::drf::Refusal;
            type Future = futures_util::future::LocalBoxFuture<'static, Result<Self, Self::Error>>;

            fn from_request(
                request: &actix_web::HttpRequest,
                _: &mut actix_web::dev::Payload,
            ) -> Self::Future {
                let request = request.clone();
                Box::pin(async move { anybody(request).await.map(|()| Self) })
            }
        }

        /// Lets anybody pass whose token is good, or who has none.
        async fn anybody(request: actix_web::HttpRequest) -> Result<(), $crate::drf::Refusal> {
            $crate::callers::caller(&request, $dialect).await.map(drop)
        }

        /// Lets those pass who have a token.
        async fn known(request: actix_web::HttpRequest) -> Result<(), $crate::drf::Refusal> {
            $crate::callers::known_caller(&request, $dialect)
                .await
                .map(drop)
        }
    };
}

pub(crate) use bearers;
