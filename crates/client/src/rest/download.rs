//! A file on its way from the server.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::Stream;
use hyper::Response;
use hyper::body::{Body, Bytes, Incoming};
use hyper::header::CONTENT_TYPE;

use super::exchange::network;
use crate::RestError;

/// A file, or a part of one, as a stream of its bytes. One that breaks off ends with an error.
#[derive(Debug)]
pub struct Download {
    mime: Option<String>,
    body: Incoming,
}

impl Download {
    pub(super) fn new(response: Response<Incoming>) -> Self {
        let mime = response.headers().get(CONTENT_TYPE);
        Self {
            mime: mime.and_then(|mime| mime.to_str().ok()).map(str::to_owned),
            body: response.into_body(),
        }
    }

    /// Its media type.
    pub fn mime(&self) -> Option<&str> {
        self.mime.as_deref()
    }

    /// How many bytes are still to come, if the server said so.
    pub fn bytes(&self) -> Option<u64> {
        self.body.size_hint().exact()
    }
}

impl Stream for Download {
    type Item = Result<Bytes, RestError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(network(error)))),
                Some(Ok(frame)) => {
                    // Anything else is a trailer, which says nothing here.
                    if let Ok(bytes) = frame.into_data() {
                        return Poll::Ready(Some(Ok(bytes)));
                    }
                }
            }
        }
    }
}
