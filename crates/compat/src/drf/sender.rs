//! Whose a request is, for those who read its body.

use actix_web::{HttpMessage, HttpRequest};
use parlor_domain::UserId;

/// Whoever sent a request, once that is known. His are the files that come in its body.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sender(UserId);

impl Sender {
    /// Keeps in mind whose a request is. A body that is [taken after this](super::InOrder) knows it.
    pub(crate) fn remember(request: &HttpRequest, user: UserId) {
        request.extensions_mut().insert(Self(user));
    }

    /// Whose a request is, if it is known by now.
    pub(super) fn of(request: &HttpRequest) -> Option<UserId> {
        request.extensions().get::<Self>().map(|sender| sender.0)
    }
}
