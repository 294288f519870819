//! Whose a request is, for those who read its body.

use std::net::IpAddr;

use actix_web::{HttpMessage, HttpRequest};
use parlor_domain::UserId;

/// Whoever sent a request. His are the files that come in its body.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Sender {
    /// Somebody who has shown who he is.
    Known(UserId),
    /// Anybody, at this address if it was asked for.
    Stranger(Option<IpAddr>),
}

impl Sender {
    /// Keeps in mind whose a request is. A body that is [taken after this](super::InOrder) knows it.
    pub(crate) fn remember(request: &HttpRequest, user: UserId) {
        request.extensions_mut().insert(Self::Known(user));
    }

    /// Keeps in mind from where a request comes that is nobody's.
    pub(crate) fn remember_address(request: &HttpRequest, address: IpAddr) {
        request.extensions_mut().insert(Self::Stranger(Some(address)));
    }

    /// Whose a request is, as far as it is known by now.
    pub(super) fn of(request: &HttpRequest) -> Self {
        let sender = request.extensions().get::<Self>().copied();
        sender.unwrap_or(Self::Stranger(None))
    }
}
