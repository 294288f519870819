//! Who may open a socket.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use super::dialect::Guest;
use super::{SOCKET_PATH, SocketSettings, Sockets};
use crate::ApiError;
use crate::extract::{COOKIE, bearer};
use crate::limits::Class;
use crate::origin::{is_local_origin, is_own_origin};
use crate::places::Place;
use crate::tokens::Presented;
use actix_http::ws::verify_handshake;
use actix_web::HttpResponse;
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

/// Whom a handshake lets in.
pub(crate) enum Entrance {
    /// Who speaks Parlor's own protocol.
    Own(Entry),
    /// Who speaks another.
    Dialect {
        /// Who it is.
        guest: Box<Guest>,
        /// Its place among those of its address.
        place: Place,
        /// How large its frames may be.
        frame_bytes: usize,
    },
}

impl Entrance {
    /// The largest text frame, in bytes.
    pub(crate) fn frame_bytes(&self, settings: &SocketSettings) -> usize {
        match self {
            Self::Own(_) => settings.frame_bytes,
            Self::Dialect { frame_bytes, .. } => *frame_bytes,
        }
    }
}

/// The answer to whom a handshake does not let in.
pub(crate) enum NoEntrance {
    /// Of Parlor itself.
    Own(ApiError),
    /// In the words of a dialect.
    Dialect(HttpResponse),
}

impl From<ApiError> for NoEntrance {
    fn from(error: ApiError) -> Self {
        Self::Own(error)
    }
}

impl Sockets {
    /// Checks a handshake at any path.
    pub(crate) async fn enter(self: &Arc<Self>, head: &RequestHead) -> Result<Entrance, NoEntrance> {
        let path = head.uri.path();
        if path == SOCKET_PATH {
            return Ok(Entrance::Own(self.enter_own(head).await?));
        }
        let mut dialects = self.besides.sockets.iter();
        let dialect = dialects.find(|dialect| dialect.serves(path));
        let dialect = dialect.ok_or_else(ApiError::no_such_path)?;
        check(head, path)?;
        let address = self.count(head).map_err(|wait| self.throttled(path, wait))?;
        if head.headers().contains_key(ORIGIN) && !self.is_known(head) && !is_local_origin(head.headers()) {
            return Err(ApiError::foreign_origin().into());
        }
        let place = self.places.take(address).ok_or_else(ApiError::too_many_sockets)?;
        let guest = dialect.enter(head).await.map_err(NoEntrance::Dialect)?;
        Ok(Entrance::Dialect {
            guest: Box::new(guest),
            place,
            frame_bytes: dialect.frame_bytes(),
        })
    }

    /// Checks a handshake at Parlor's own path: its form, its rate, its origin and its token.
    pub(crate) async fn enter_own(self: &Arc<Self>, head: &RequestHead) -> Result<Entry, ApiError> {
        check(head, SOCKET_PATH)?;
        let address = self.count(head).map_err(ApiError::rate_limited)?;
        let known = self.is_known(head);
        if head.headers().contains_key(ORIGIN) && !known {
            return Err(ApiError::foreign_origin());
        }
        // A browser sends the cookie whatever page asks for the socket, so it counts only with an origin that is known.
        let cookie = if known { cookie(head) } else { None };
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

    /// Counts a handshake, and says from where it comes; for how long to wait if there were too many from there.
    fn count(&self, head: &RequestHead) -> Result<IpAddr, Duration> {
        let address = self.api.client_ip(head);
        self.api.limits.check(address, Class::Request)?;
        Ok(address)
    }

    /// The answer at the path of another protocol to who has to wait for so long.
    fn throttled(&self, path: &str, wait: Duration) -> NoEntrance {
        match &self.besides.throttles {
            Some(throttles) => NoEntrance::Dialect(throttles(path, wait)),
            None => ApiError::rate_limited(wait).into(),
        }
    }

    /// Whether the page that asks is the server's own, or one that the operator has listed.
    fn is_known(&self, head: &RequestHead) -> bool {
        let origin = head.headers().get(ORIGIN);
        let allowed = &self.settings.allowed_origins;
        let listed = origin.is_some_and(|origin| {
            allowed
                .iter()
                .any(|allowed| allowed.as_bytes() == origin.as_bytes())
        });
        listed || is_own_origin(head.headers(), self.api.settings.public_url.as_ref())
    }
}

/// Checks the form of a handshake.
fn check(head: &RequestHead, path: &str) -> Result<(), ApiError> {
    if head.method != Method::GET {
        return Err(ApiError::method_not_allowed(path, "GET"));
    }
    verify_handshake(head).map_err(|_| ApiError::no_handshake())
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
