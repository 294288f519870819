//! The socket of all rooms: `/?token=<key>`.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::dev::RequestHead;
use async_trait::async_trait;
use bytestring::ByteString;
use parlor_domain::{Dialect, Origin, RoomId};
use parlor_http::{Dialogue, Guest as SocketGuest, Line, SocketDialect};
use parlor_hub::{Format, Lead};
use parlor_services::{Actor, Error, ErrorKind};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::following::Following;
use crate::compat::Compat;
use crate::directory::Directory;
use crate::drf::is_python;
use crate::mount::Mount;
use crate::sockets::{BUSY, FAULT, FRAME_BYTES, HURRIED, forbidden, plain, query, start, unavailable};

/// Opens sockets of rooms.
pub(crate) struct RoomsSocket {
    pub(crate) compat: Arc<Compat>,
    pub(crate) mount: Mount,
    pub(crate) format: Format,
    pub(crate) numbers: Arc<Directory<i64>>,
}

#[async_trait(?Send)]
impl SocketDialect for RoomsSocket {
    fn serves(&self, path: &str) -> bool {
        matches!(self.mount.strip(path), Some("/" | ""))
    }

    fn frame_bytes(&self) -> usize {
        FRAME_BYTES
    }

    async fn enter(&self, head: &RequestHead) -> Result<SocketGuest, HttpResponse> {
        let services = self.compat.services();
        let key = key(head).ok_or_else(forbidden)?;
        let guest = services.dialects.inspect_key(Dialect::Rooms, &key).await;
        let guest = guest.map_err(|error| unavailable(&error))?;
        let guest = guest.ok_or_else(forbidden)?;
        let actor = guest.actor;
        let mut start = start(services, &actor, None, Lead::Owner).await?;
        let following = Following::begin(services, &self.numbers, actor, &mut start).await;
        let following = following.map_err(|error| unavailable(&error))?;
        let compat = self.compat.clone();
        Ok(SocketGuest {
            format: self.format,
            start,
            expires_at: Some(guest.expires_at),
            begin: Box::new(move |line| {
                Rc::new(Visit {
                    compat,
                    line,
                    actor,
                    following,
                    is_looking: Cell::new(false),
                    turn: Mutex::new(()),
                })
            }),
        })
    }
}

/// The key in the query, of which every part must have a name and a value.
fn key(head: &RequestHead) -> Option<String> {
    let mut parts = head.uri.query()?.split('&');
    parts
        .all(|part| part.matches('=').count() == 1)
        .then(|| query(head, "token"))?
}

/// Somebody's socket.
struct Visit {
    compat: Arc<Compat>,
    line: Rc<Line>,
    actor: Actor,
    following: Following,
    /// Whether it is being looked at what the user's own stream tells.
    is_looking: Cell<bool>,
    /// Whose turn it is to find his room, so that messages are stored in the order in which they came.
    turn: Mutex<()>,
}

impl Dialogue for Visit {
    fn hear(self: Rc<Self>, text: ByteString) {
        let Ok(said) = serde_json::from_str(&text) else {
            if is_python(&text) {
                return self.refuse("validation error");
            }
            return self.line.close(FAULT);
        };
        let Value::Object(mut said) = said else {
            return self.line.close(FAULT);
        };
        let mut field = |name: &str| said.remove(name).filter(|value| !value.is_null());
        let (Some(text), Some(room)) = (field("text"), field("room")) else {
            return self.refuse("validation error");
        };
        let Some(room) = number(&room) else {
            return self.line.close(FAULT);
        };
        let text = plain(&text);
        if text.len() > self.compat.max_body() {
            return self.refuse("validation error");
        }
        let line = self.line.clone();
        line.run(async move |command| {
            if let Err(error) = self.send(command, room, &text).await {
                self.tell(&error);
            }
        });
    }

    fn hurried(&self) {
        self.refuse(HURRIED);
    }

    fn look(self: Rc<Self>) {
        let is_behind = self.following.is_behind(self.line.connection());
        if self.line.is_closing() || self.is_looking.get() || !is_behind {
            return;
        }
        self.is_looking.set(true);
        let line = self.line.clone();
        line.run(async move |_| self.follow().await);
    }
}

impl Visit {
    fn refuse(&self, why: &str) {
        self.line.say(&json!({ "error": why }).to_string());
    }

    /// Says something in the room with this number.
    async fn send(&self, command: u64, number: i64, text: &str) -> Result<(), Error> {
        let found = {
            let _turn = self.turn.lock().await;
            self.find(number).await?
        };
        let Some(room) = found else {
            self.line.close(FAULT);
            return Ok(());
        };
        let origin = Some(Origin {
            connection: self.line.connection().id(),
            command,
        });
        let messages = &self.compat.services().messages;
        messages
            .send_even_nothing(&self.actor, room, text, None, origin)
            .await?;
        Ok(())
    }

    /// The room with this number, in which the user must take part; `None` if there is none. Of what the socket follows it is known at
    /// once.
    async fn find(&self, number: i64) -> Result<Option<RoomId>, Error> {
        if let Some(room) = self.following.find(number) {
            return Ok(Some(room));
        }
        let rooms = &self.compat.services().rooms;
        match rooms.attendance(&self.actor, number).await? {
            Some((room, true)) => Ok(Some(room)),
            Some((_, false)) => Err(Error::NoSuchRoom),
            None => Ok(None),
        }
    }

    /// Tells why a message was not sent.
    fn tell(&self, error: &Error) {
        match error.kind() {
            ErrorKind::Internal => self.fail(error),
            ErrorKind::Busy | ErrorKind::Unavailable => self.refuse(BUSY),
            ErrorKind::Limited => self.hurried(),
            _ => self.refuse("validation error"),
        }
    }

    /// Follows what the user has joined, and follows no more what he has left.
    async fn follow(&self) {
        let connection = self.line.connection();
        while self.following.is_behind(connection) && !self.line.is_closing() {
            if let Err(error) = self.following.catch_up(connection).await {
                self.fail(&error);
            }
        }
        self.is_looking.set(false);
    }

    fn fail(&self, error: &Error) {
        tracing::error!(
            error = error as &dyn std::error::Error,
            "a socket of rooms failed"
        );
        self.line.close(FAULT);
    }
}

/// The number of a room, which may come as text.
fn number(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => text.trim().parse().ok(),
        value => value.as_i64(),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_query_that_is_not_whole_brings_no_key() {
        for (uri, expected) in [
            ("/?token=abc", Some("abc")),
            ("/?a=b&token=abc", Some("abc")),
            ("/?token=abc&", None),
            ("/?a&token=abc", None),
            ("/?token=abc=", None),
            ("/?a=b", None),
            ("/?", None),
            ("/", None),
        ] {
            let request = TestRequest::with_uri(uri).to_http_request();
            assert_eq!(key(request.head()).as_deref(), expected, "{uri}");
        }
    }

    #[test]
    fn a_room_may_be_named_by_text() {
        for (value, expected) in [
            (json!(7), Some(7)),
            (json!("7"), Some(7)),
            (json!(" 7 "), Some(7)),
            (json!("seven"), None),
            (json!(7.5), None),
            (json!([7]), None),
            (json!(true), None),
        ] {
            assert_eq!(number(&value), expected, "{value}");
        }
    }
}
