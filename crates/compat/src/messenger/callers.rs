//! Who makes a request: whose token it brings, after whatever word.

use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use actix_web::{FromRequest, HttpRequest, dev::Payload};
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use parlor_domain::Dialect;
use parlor_services::{Guest, TokenKind, TokenRefusal};

use crate::compat::Compat;
use crate::drf::{Refusal, Sender};

/// Whoever has a token that is good.
#[derive(Debug)]
pub(super) struct Caller(pub(super) Guest);

impl FromRequest for Caller {
    type Error = Refusal;
    type Future = LocalBoxFuture<'static, Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        async move { caller(&request).await.map(Self) }.boxed_local()
    }
}

/// Lets those pass who have a token that is good.
pub(super) async fn known(request: HttpRequest) -> Result<(), Refusal> {
    caller(&request).await.map(drop)
}

/// Whose access token a request brings.
///
/// # Errors
/// 403 if it brings none, or one that is not good.
pub(super) async fn caller(request: &HttpRequest) -> Result<Guest, Refusal> {
    let token = token(request.headers()).ok_or_else(not_authorized)?;
    let dialects = &Compat::of(request).services().dialects;
    let inspected = dialects.inspect(Dialect::Messenger, token, TokenKind::Access);
    let guest = inspected.await?.map_err(|refused| match refused {
        TokenRefusal::Expired => Refusal::detail(StatusCode::FORBIDDEN, "Token signature has expired"),
        TokenRefusal::Invalid | TokenRefusal::WrongType | TokenRefusal::Over => not_authorized(),
    })?;
    Sender::remember(request, guest.actor.user.id);
    Ok(guest)
}

/// The token of a request: the second word of its header.
pub(super) fn token(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    value.split_ascii_whitespace().nth(1)
}

/// 403, for who has not shown that he may do this.
pub(super) fn not_authorized() -> Refusal {
    let text = "You are not authorized to perform this action.";
    Refusal::detail(StatusCode::FORBIDDEN, text)
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn a_token_follows_any_word() {
        for (value, expected) in [
            ("Bearer abc", Some("abc")),
            ("JWT  abc ", Some("abc")),
            ("Bearer abc def", Some("abc")),
            ("abc", None),
            ("", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(AUTHORIZATION, HeaderValue::from_static(value));
            assert_eq!(token(&headers), expected, "{value:?}");
        }
        assert_eq!(token(&HeaderMap::new()), None);
    }
}
