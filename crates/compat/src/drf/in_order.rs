//! Parts of a request that are taken one after the other.

use actix_web::dev::Payload;
use actix_web::{Error, FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;

/// The first, and only then the second. A view authenticates before it reads the body; the arguments of a handler are taken all at
/// once, so that a stranger's file would be on the disk before it is known that he is one.
pub(crate) struct InOrder<A, B>(pub(crate) A, pub(crate) B);

impl<A, B> FromRequest for InOrder<A, B>
where
    A: FromRequest + 'static,
    B: FromRequest + 'static,
{
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let first = A::from_request(&request, &mut Payload::None).await;
            let first = first.map_err(Into::<Error>::into)?;
            let second = B::from_request(&request, &mut payload).await;
            Ok(Self(first, second.map_err(Into::<Error>::into)?))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::future::{Ready, ready};

    use actix_web::http::StatusCode;
    use actix_web::test::TestRequest;

    use super::*;
    use crate::drf::Refusal;

    enum Nobody {}

    impl FromRequest for Nobody {
        type Error = Refusal;
        type Future = Ready<Result<Self, Refusal>>;

        fn from_request(_: &HttpRequest, _: &mut Payload) -> Self::Future {
            ready(Err(Refusal::error(StatusCode::UNAUTHORIZED, "who are you?")))
        }
    }

    #[tokio::test]
    async fn the_second_is_taken_after_the_first() {
        let (request, mut payload) = TestRequest::default().set_payload("abc").to_http_parts();
        let both = InOrder::<HttpRequest, String>::from_request(&request, &mut payload).await;
        assert_eq!(both.unwrap().1, "abc");
    }

    #[tokio::test]
    async fn the_first_refuses_first() {
        let (request, mut payload) = TestRequest::default().set_payload("abc").to_http_parts();
        let both = InOrder::<Nobody, Nobody>::from_request(&request, &mut payload).await;
        assert_eq!(both.err().unwrap().to_string(), r#"{"error":"who are you?"}"#);
    }
}
