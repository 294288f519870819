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
use parlor_services::TokenKind;
use parlor_services::{Actor, Error, ErrorKind};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::format::Pair;
use crate::compat::Compat;
use crate::directory::{Directory, Held};
use crate::mount::Mount;
use crate::sockets::{forbidden, query, start, unavailable};

/// A fault of what was sent, or of the server.
const FAULT: u16 = 1011;
const NORMAL: u16 = 1000;

/// Opens sockets of conversations.
pub(crate) struct ConversationsSocket {
    pub(crate) compat: Arc<Compat>,
    pub(crate) mount: Mount,
    pub(crate) format: Format,
    pub(crate) pairs: Arc<Directory<Pair>>,
}

impl ConversationsSocket {
    /// The conversation at this path.
    fn room(&self, path: &str) -> Option<RoomId> {
        let rest = self.mount.strip(path)?.strip_prefix("/ws/chat/")?;
        let id = rest.strip_suffix('/').unwrap_or(rest);
        // Other forms of a UUID are no form of the path.
        let id = Some(id).filter(|id| id.len() == 36)?;
        id.parse::<Uuid>().ok().map(RoomId::new)
    }
}

#[async_trait(?Send)]
impl SocketDialect for ConversationsSocket {
    fn serves(&self, path: &str) -> bool {
        self.room(path).is_some()
    }

    fn frame_bytes(&self) -> usize {
        256 << 10
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
    _pair: Held<Pair>,
}

impl Dialogue for Conversation {
    fn hear(self: Rc<Self>, text: ByteString) {
        let Some((message, recipient)) = read(&text) else {
            return self.line.close(FAULT);
        };
        if message.is_null() {
            return self.line.say("Error: This field may not be null.");
        }
        let typed = plain(&recipient);
        let Ok(recipient) = typed.parse::<Uuid>().map(UserId::new) else {
            let error = format!("Error: ['“{typed}” is not a valid UUID.']");
            return self.line.say(&error);
        };
        if recipient == self.actor.user.id {
            self.line.say("Invalid recipient.");
            return self.line.close(NORMAL);
        }
        let body = plain(&message);
        if body.len() > crate::MAX_BODY {
            return self.line.say("Error: Message too long.");
        }
        let line = self.line.clone();
        line.run(async move |number| self.send(number, recipient, body).await);
    }

    fn hurried(&self) {
        self.line.say("Error: Too many messages. Wait a moment.");
    }
}

impl Conversation {
    /// Says something in the conversation with somebody, which is this one unless he is another.
    async fn send(&self, number: u64, recipient: UserId, body: String) {
        let services = self.compat.services();
        let sent = async {
            let room = if recipient == self.peer {
                self.room
            } else {
                services.accounts.find(recipient).await?;
                let direct = services.rooms.find_direct(&self.actor, recipient).await?;
                direct.ok_or(Error::NoSuchRoom)?
            };
            let origin = Some(Origin {
                connection: self.line.connection().id(),
                command: number,
            });
            services
                .messages
                .send_once(&self.actor, room, body, Vec::new(), origin)
                .await
        };
        let Err(error) = sent.await else { return };
        match error.kind() {
            ErrorKind::Internal => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "a message was not stored"
                );
                self.line.close(FAULT);
            }
            ErrorKind::Busy | ErrorKind::Unavailable => {
                self.line.say("Error: The server is busy. Try again.");
            }
            _ => self.line.say(match error {
                Error::NoSuchUser(_) => "Error: UserAccount matching query does not exist.",
                Error::Invalid { .. } => "Error: This field may not be blank.",
                _ => "Error: Conversation matching query does not exist.",
            }),
        }
    }
}

/// The message and the recipient of a frame, if it is an object that has both.
fn read(text: &str) -> Option<(Value, Value)> {
    let mut said: Map<String, Value> = serde_json::from_str(text).ok()?;
    Some((said.remove("message")?, said.remove("recipient_id")?))
}

/// A value as text: a text as it is, anything else as JSON.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
