//! The socket of a chat: `/ws/chat/<name>/?Authorization=<access>`.

mod company;
mod incoming;
mod visit;

use std::rc::Rc;
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::dev::RequestHead;
use actix_web::http::header::AUTHORIZATION;
use async_trait::async_trait;
use bytestring::ByteString;
use parlor_domain::{BroadcastListId, Dialect, RoomId, RoomKind, UserId};
use parlor_http::{Dialogue, Guest as SocketGuest, Line, SocketDialect};
use parlor_hub::{Format, Lead};
use parlor_services::{RoomView, TokenKind};
use serde_json::json;

use self::visit::Visit;
use super::chats::{Chat, Found, named};
use super::format::Turnout;
use crate::compat::Compat;
use crate::directory::{Directory, Held};
use crate::drf::Refusal;
use crate::mount::Mount;
use crate::sockets::{forbidden, start, unavailable};

/// Most bytes of a frame, which may bring a file.
const FRAME: usize = 8 << 20;
const NORMAL: u16 = 1000;
/// What is said to who is in no such chat, or not any more.
const WRONG_ROOM: &str = "You are trying to connect to the wrong chat room.";

/// Opens sockets of chats.
pub(crate) struct MessengerSocket {
    pub(crate) compat: Arc<Compat>,
    pub(crate) mount: Mount,
    pub(crate) format: Format,
    pub(crate) turnouts: Arc<Directory<Arc<Turnout>>>,
}

/// Which chat a socket is of.
#[derive(Clone, Copy)]
enum Place {
    /// A room, and the other one of a direct room.
    Room {
        room: RoomId,
        kind: RoomKind,
        peer: Option<UserId>,
    },
    /// A broadcast list.
    List(BroadcastListId),
}

impl Place {
    fn of(view: &RoomView) -> Self {
        Self::Room {
            room: view.room.id,
            kind: view.room.kind,
            peer: view.peer.as_ref().map(|peer| peer.user.id),
        }
    }

    fn room(self) -> Option<RoomId> {
        match self {
            Self::Room { room, .. } => Some(room),
            Self::List(_) => None,
        }
    }
}

/// How often people come into a room, for as long as its socket is open.
struct Turnouts {
    turnout: Arc<Turnout>,
    _held: Held<Arc<Turnout>>,
}

impl Turnouts {
    fn of(turnouts: &Arc<Directory<Arc<Turnout>>>, room: RoomId) -> Self {
        let held = turnouts.hold(room.into(), Arc::default());
        Self {
            // There may be others who need it, and have brought it before.
            turnout: turnouts.find(room.into()).unwrap_or_default(),
            _held: held,
        }
    }

    fn count(&self) -> u64 {
        self.turnout.count()
    }
}

impl MessengerSocket {
    /// The name of the chat at this path.
    fn chat<'a>(&self, path: &'a str) -> Option<&'a str> {
        let rest = self.mount.strip(path)?.strip_prefix("/ws/chat/")?;
        let name = rest.strip_suffix('/').unwrap_or(rest);
        let is_word = |name: &&str| {
            name.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
        Some(name).filter(is_word).filter(|name| !name.is_empty())
    }
}

#[async_trait(?Send)]
impl SocketDialect for MessengerSocket {
    fn serves(&self, path: &str) -> bool {
        self.chat(path).is_some()
    }

    fn frame_bytes(&self) -> usize {
        FRAME
    }

    async fn enter(&self, head: &RequestHead) -> Result<SocketGuest, HttpResponse> {
        let services = self.compat.services();
        let name = self.chat(head.uri.path()).ok_or_else(unknown)?;
        let token = token(head).ok_or_else(forbidden)?;
        let inspected = services
            .dialects
            .inspect(Dialect::Messenger, token, TokenKind::Access)
            .await
            .map_err(|error| unavailable(&error))?;
        let guest = inspected.map_err(|_| forbidden())?;
        let actor = guest.actor;
        let chat = named(services, &actor, name).await;
        let place = match chat.map_err(|error| unavailable(&error))? {
            Found::Mine(Chat::Room(view)) => Some(Place::of(&view)),
            Found::Mine(Chat::List(list)) => Some(Place::List(list.id)),
            Found::Foreign => None,
            Found::Nothing => return Err(unknown()),
        };
        let room = place.and_then(Place::room);
        let rooms: Vec<RoomId> = room.into_iter().collect();
        let start = start(services, &actor, Some(&rooms), Lead::OwnerOfAll).await?;
        let turnouts = room.map(|room| Turnouts::of(&self.turnouts, room));
        let (compat, mount) = (self.compat.clone(), self.mount);
        Ok(SocketGuest {
            format: self.format,
            start,
            expires_at: Some(guest.expires_at),
            begin: Box::new(move |line| match place {
                Some(place) => Visit::begin(compat, mount, line, actor, place, turnouts),
                None => Stranger::send_away(&line),
            }),
        })
    }
}

/// The token that a handshake brings: what stands behind the first `=` of its query, under whatever name, or in the header.
fn token(head: &RequestHead) -> Option<&str> {
    let query = head.uri.query().and_then(|query| query.split_once('='));
    if let Some((_, rest)) = query {
        return rest.split('&').next();
    }
    let header = head.headers().get(AUTHORIZATION)?.to_str().ok()?;
    // With the word `Bearer` before it, or without.
    header.split_whitespace().next_back()
}

/// The answer where there is no such chat.
fn unknown() -> HttpResponse {
    Refusal::no_page().response()
}

/// A frame that tells why something is not done.
fn warning(text: &str) -> String {
    json!({ "Warning_Message": text }).to_string()
}

/// The socket of who is in no such chat.
struct Stranger;

impl Stranger {
    /// Tells him so, and no more.
    fn send_away(line: &Line) -> Rc<dyn Dialogue> {
        line.say(&warning(WRONG_ROOM));
        line.close(NORMAL);
        Rc::new(Self)
    }
}

impl Dialogue for Stranger {
    fn hear(self: Rc<Self>, _: ByteString) {}

    fn hurried(&self) {}
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_token_stands_behind_the_first_sign_of_equality_or_in_the_header() {
        for (uri, header, expected) in [
            ("/?Authorization=abc", None, Some("abc")),
            ("/?token=abc&x=y", None, Some("abc")),
            ("/?x&Authorization=abc", None, Some("abc")),
            ("/?abc", None, None),
            ("/?=", None, Some("")),
            ("/", None, None),
            ("/", Some("Bearer abc"), Some("abc")),
            ("/", Some("abc"), Some("abc")),
            ("/", Some(" "), None),
            ("/?abc", Some("JWT  abc"), Some("abc")),
            ("/?Authorization=abc", Some("Bearer other"), Some("abc")),
        ] {
            let request = TestRequest::with_uri(uri);
            let request = match header {
                Some(header) => request.insert_header((AUTHORIZATION, header)),
                None => request,
            };
            let request = request.to_http_request();
            assert_eq!(token(request.head()), expected, "{uri} {header:?}");
        }
    }
}
