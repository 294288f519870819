//! The socket of a conversation: `/ws/chat/<conversation>/?token=<access>`.

use std::rc::Rc;
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::dev::RequestHead;
use async_trait::async_trait;
use bytestring::ByteString;
use parlor_domain::{Dialect, Origin, RoomId, RoomKind, UserId};
use parlor_http::{Dialogue, Guest as SocketGuest, Line, SocketDialect};
use parlor_hub::{Format, Lead};
use parlor_services::{Actor, Error, ErrorKind, TokenKind};
use serde_json::Value;
use tokio::sync::Mutex;
use uuid::Uuid;

use super::format::Pair;
use crate::compat::Compat;
use crate::directory::{Directory, Held};
use crate::drf::is_python;
use crate::ids;
use crate::mount::Mount;
use crate::sockets::{BUSY, FAULT, FRAME_BYTES, HURRIED, forbidden, plain, query, start, unavailable};

const NORMAL: u16 = 1000;

/// Opens sockets of conversations.
pub(crate) struct ConversationsSocket {
    pub(crate) compat: Arc<Compat>,
    pub(crate) mount: Mount,
    /// Whether other dialects have sockets at such paths.
    pub(crate) has_others: bool,
    pub(crate) format: Format,
    pub(crate) pairs: Arc<Directory<Pair>>,
}

impl ConversationsSocket {
    /// The id at this path.
    fn id<'a>(&self, path: &'a str) -> Option<&'a str> {
        let rest = self.mount.strip(path)?.strip_prefix("/ws/chat/")?;
        let id = rest.strip_suffix('/').unwrap_or(rest);
        Some(id).filter(|id| !id.is_empty() && !id.contains('/'))
    }

    /// The conversation at this path.
    fn room(&self, path: &str) -> Option<RoomId> {
        self.id(path).and_then(ids::uuid).map(RoomId::new)
    }
}

#[async_trait(?Send)]
impl SocketDialect for ConversationsSocket {
    fn serves(&self, path: &str) -> bool {
        self.id(path)
            .is_some_and(|id| !self.has_others || ids::uuid(id).is_some())
    }

    fn frame_bytes(&self) -> usize {
        FRAME_BYTES
    }

    async fn enter(&self, head: &RequestHead) -> Result<SocketGuest, HttpResponse> {
        let services = self.compat.services();
        let room = self.room(head.uri.path()).ok_or_else(forbidden)?;
        let token = query(head, "token").ok_or_else(forbidden)?;
        let inspected = services
            .dialects
            .inspect(Dialect::Conversations, &token, TokenKind::Access)
            .await
            .map_err(|error| unavailable(&error))?;
        let guest = inspected.map_err(|_| forbidden())?;
        let actor = guest.actor;
        let view = match services.rooms.find(&actor, room).await {
            Ok(view) if view.room.kind == RoomKind::Direct => view,
            Ok(_) | Err(Error::NoSuchRoom) => return Err(forbidden()),
            Err(error) => return Err(unavailable(&error)),
        };
        // One's notes are no conversation.
        let peer = view.peer.map(|peer| peer.user.id);
        let peer = peer.filter(|peer| *peer != actor.user.id).ok_or_else(forbidden)?;
        let start = start(services, &actor, Some(&[room]), Lead::Owner).await?;
        let held = self.pairs.hold(room.into(), [actor.user.id, peer]);
        let compat = self.compat.clone();
        Ok(SocketGuest {
            format: self.format,
            start,
            expires_at: Some(guest.expires_at),
            begin: Box::new(move |line| {
                Rc::new(Conversation {
                    compat,
                    line,
                    actor,
                    room,
                    peer,
                    turn: Mutex::new(()),
                    _pair: held,
                })
            }),
        })
    }
}

/// Somebody's socket of a conversation.
struct Conversation {
    compat: Arc<Compat>,
    line: Rc<Line>,
    actor: Actor,
    room: RoomId,
    peer: UserId,
    /// Whose turn it is to find his conversation, so that messages are stored in the order in which they came.
    turn: Mutex<()>,
    _pair: Held<Pair>,
}

impl Dialogue for Conversation {
    fn hear(self: Rc<Self>, text: ByteString) {
        let Ok(said) = serde_json::from_str(&text) else {
            if is_python(&text) {
                return self.refuse("This field cannot be stored.");
            }
            return self.line.close(FAULT);
        };
        let Some((message, recipient)) = read(said) else {
            return self.line.close(FAULT);
        };
        let recipient = match whom(&recipient) {
            Ok(recipient) => recipient,
            Err(typed) => return self.refuse(&format!("['“{typed}” is not a valid UUID.']")),
        };
        if recipient == self.actor.user.id {
            self.line.say("Invalid recipient.");
            return self.line.close(NORMAL);
        }
        let line = self.line.clone();
        line.run(async move |command| {
            if let Err(error) = self.send(command, recipient, &message).await {
                self.tell(&error);
            }
        });
    }

    fn hurried(&self) {
        self.refuse(HURRIED);
    }
}

impl Conversation {
    fn refuse(&self, why: &str) {
        self.line.say(&format!("Error: {why}"));
    }

    /// Says something in the conversation with somebody.
    async fn send(&self, command: u64, recipient: UserId, message: &Value) -> Result<(), Error> {
        let room = {
            let _turn = self.turn.lock().await;
            self.room_with(recipient).await?
        };
        if message.is_null() {
            self.refuse("This field may not be null.");
            return Ok(());
        }
        let text = plain(message);
        if text.len() > self.compat.max_body() {
            self.refuse("Message too long.");
            return Ok(());
        }
        let origin = Some(Origin {
            connection: self.line.connection().id(),
            command,
        });
        let messages = &self.compat.services().messages;
        messages
            .send_even_nothing(&self.actor, room, &text, None, origin)
            .await?;
        Ok(())
    }

    /// The conversation with somebody, which is this one unless he is another.
    async fn room_with(&self, recipient: UserId) -> Result<RoomId, Error> {
        if recipient == self.peer {
            return Ok(self.room);
        }
        let services = self.compat.services();
        services.accounts.find(recipient).await?;
        let direct = services.rooms.find_direct(&self.actor, recipient).await?;
        direct.ok_or(Error::NoSuchRoom)
    }

    /// Tells why a message was not sent.
    fn tell(&self, error: &Error) {
        match (error.kind(), error) {
            (ErrorKind::Internal, _) => {
                tracing::error!(
                    error = error as &dyn std::error::Error,
                    "a message was not stored"
                );
                self.line.close(FAULT);
            }
            (ErrorKind::Busy | ErrorKind::Unavailable, _) => self.refuse(BUSY),
            (ErrorKind::Limited, _) => self.hurried(),
            (_, Error::Invalid { message, .. }) => self.refuse(&format!("This field {message}.")),
            (_, Error::NoSuchUser(_)) => self.refuse("UserAccount matching query does not exist."),
            _ => self.refuse("Conversation matching query does not exist."),
        }
    }
}

/// The message and the recipient of a frame, if it is an object that has both.
fn read(said: Value) -> Option<(Value, Value)> {
    let Value::Object(mut said) = said else {
        return None;
    };
    Some((said.remove("message")?, said.remove("recipient_id")?))
}

/// Whom a value means, or how it reads if it is no UUID. A whole number stands for the UUID of that number, and nothing for nobody.
fn whom(value: &Value) -> Result<UserId, String> {
    let id = match value {
        Value::Null => Some(Uuid::nil()),
        Value::Number(number) => number.as_u64().map(|number| Uuid::from_u128(number.into())),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    id.map(UserId::new).ok_or_else(|| plain(value))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_recipient_is_what_could_be_an_id() {
        let id = "0191f3a0-0000-7000-8000-00000000002a";
        assert_eq!(whom(&json!(id)).unwrap().uuid().to_string(), id);
        assert_eq!(whom(&json!(42)).unwrap().uuid(), Uuid::from_u128(42));
        assert!(whom(&Value::Null).unwrap().uuid().is_nil());
        for (value, reads) in [
            (json!("bad"), "bad"),
            (json!(""), ""),
            (json!(-1), "-1"),
            (json!(1.5), "1.5"),
            (json!(["x"]), r#"["x"]"#),
        ] {
            assert_eq!(whom(&value).unwrap_err(), reads);
        }
    }
}
