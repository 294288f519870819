//! Who may open a socket.

use std::net::IpAddr;
use std::sync::Arc;

use super::{SOCKET_PATH, Sockets};
use crate::ApiError;
use crate::extract::{COOKIE, bearer};
use crate::limits::Class;
use crate::origin::is_own_origin;
use crate::places::Place;
use crate::tokens::Presented;
use actix_http::ws::verify_handshake;
use actix_web::cookie::Cookie;
use actix_web::dev::RequestHead;
use actix_web::http::Method;
use actix_web::http::header::{self, ORIGIN};

/// A client that may open a socket.
pub(crate) struct Entry {
    /// Who it is; `None` if the token follows in `hello`.
    pub(crate) who: Option<Presented>,
    /// Where it comes from.
    pub(crate) address: IpAddr,
    /// Its place among those of its address.
    pub(crate) place: Place,
}

impl Sockets {
    /// Checks a handshake: its path, its form, its rate, its origin and its token.
    pub(crate) async fn enter(self: &Arc<Self>, head: &RequestHead) -> Result<Entry, ApiError> {
        if head.uri.path() != SOCKET_PATH {
            return Err(ApiError::no_such_path());
        }
        if head.method != Method::GET {
            return Err(ApiError::method_not_allowed(SOCKET_PATH, "GET"));
        }
        verify_handshake(head).map_err(|_| ApiError::no_handshake())?;
        let address = self.api.client_ip(head);
        self.api
            .limits
            .check(address, Class::Request)
            .map_err(ApiError::rate_limited)?;
        let own = is_own_origin(head.headers(), self.api.settings.public_url.as_ref());
        let listed = self.is_listed(head);
        if head.headers().contains_key(ORIGIN) && !own && !listed {
            return Err(ApiError::foreign_origin());
        }
        // A browser sends the cookie whatever page asks for the socket, so it counts only with an origin that is known.
        let cookie = if own || listed { cookie(head) } else { None };
        let token = bearer(head.headers()).map(str::to_owned).or(cookie);
        let who = match token {
            Some(token) => {
                let (actor, expires_at) = self.api.inspect(&token, address).await?;
                Some(Presented::Known(actor, expires_at))
            }
            None => None,
        };
        let place = self.places.take(address).ok_or_else(ApiError::too_many_sockets)?;
        Ok(Entry { who, address, place })
    }

    fn is_listed(&self, head: &RequestHead) -> bool {
        let origin = head.headers().get(ORIGIN);
        let allowed = &self.settings.allowed_origins;
        origin.is_some_and(|origin| {
            allowed
                .iter()
                .any(|allowed| allowed.as_bytes() == origin.as_bytes())
        })
    }
}

fn cookie(head: &RequestHead) -> Option<String> {
    let values = head
        .headers()
        .get_all(header::COOKIE)
        .filter_map(|value| value.to_str().ok());
    let mut cookies = values
        .flat_map(|value| value.split(';'))
        .filter_map(|text| Cookie::parse(text.trim()).ok());
    let token = cookies.find(|cookie| cookie.name() == COOKIE)?;
    Some(token.value().to_owned())
}
