//! The socket of a group: `/ws/chat/<group>/`, with the cookie `access`.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::dev::RequestHead;
use actix_web::http::header::ORIGIN;
use async_trait::async_trait;
use bytestring::ByteString;
use parlor_domain::{Dialect, Username};
use parlor_http::{Dialogue, Guest as SocketGuest, Line, SocketDialect};
use parlor_hub::{Format, Lead};
use parlor_services::TokenKind;
use serde_json::json;

use super::{COOKIE, groups, now};
use crate::compat::Compat;
use crate::mount::Mount;
use crate::sockets::{FRAME_BYTES, HURRIED, cookie, forbidden, start, unavailable};

/// Opens sockets of groups.
pub(crate) struct GreeterSocket {
    pub(crate) compat: Arc<Compat>,
    pub(crate) mount: Mount,
    /// Whether other dialects have sockets at such paths.
    pub(crate) has_others: bool,
    pub(crate) format: Format,
}

impl GreeterSocket {
    /// The name of the group at this path. Where others have theirs, it is what a group can be called.
    fn group<'a>(&self, path: &'a str) -> Option<&'a str> {
        let rest = self.mount.strip(path)?.strip_prefix("/ws/chat/")?;
        let name = rest.strip_suffix('/').unwrap_or(rest);
        let is_one = if self.has_others { groups::is_name } else { is_word };
        Some(name).filter(|name| is_one(name))
    }
}

#[async_trait(?Send)]
impl SocketDialect for GreeterSocket {
    fn serves(&self, path: &str) -> bool {
        self.group(path).is_some()
    }

    fn frame_bytes(&self) -> usize {
        FRAME_BYTES
    }

    async fn enter(&self, head: &RequestHead) -> Result<SocketGuest, HttpResponse> {
        let services = self.compat.services();
        let group = self.group(head.uri.path()).filter(|name| groups::is_name(name));
        let group = group.ok_or_else(forbidden)?;
        // A browser sends the cookie whichever page asks: one must be named. A foreign one was refused before.
        if !head.headers().contains_key(ORIGIN) {
            return Err(forbidden());
        }
        let token = cookie(head, COOKIE).ok_or_else(forbidden)?;
        let inspected = services
            .dialects
            .inspect(Dialect::Greeter, &token, TokenKind::Access)
            .await
            .map_err(|error| unavailable(&error))?;
        let guest = inspected.map_err(|_| forbidden())?;
        let entered = groups::enter(services, &guest.actor, group).await;
        let room = entered.map_err(|error| unavailable(&error))?;
        let room = room.ok_or_else(forbidden)?;
        let start = start(services, &guest.actor, Some(&[room]), Lead::OwnerOfAll).await?;
        let compat = self.compat.clone();
        Ok(SocketGuest {
            format: self.format,
            start,
            expires_at: Some(guest.expires_at),
            begin: Box::new(move |line| {
                let visit = Rc::new(Visit {
                    compat,
                    line,
                    username: guest.account.username,
                    untold: Cell::new(0),
                });
                visit.say_time(&format!("hi {} now is", visit.username));
                visit
            }),
        })
    }
}

/// Whether a text is what the original takes for a name.
fn is_word(text: &str) -> bool {
    let of_words = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    !text.is_empty() && text.bytes().all(of_words)
}

/// Somebody's socket of a group.
struct Visit {
    compat: Arc<Compat>,
    line: Rc<Line>,
    username: Username,
    /// How many messages came of which he is still to be told.
    untold: Cell<u64>,
}

impl Dialogue for Visit {
    fn hear(self: Rc<Self>, _: ByteString) {
        self.say_time("now is");
    }

    fn hurried(&self) {
        self.say(HURRIED);
    }

    /// Says the time once for each message that came. If the client does not take that, the rest waits until it does.
    fn look(self: Rc<Self>) {
        let connection = self.line.connection();
        let mut untold = self.untold.get() + connection.said();
        let words = format!("{} now is", self.username);
        while untold > 0 && !self.line.is_closing() && connection.may_read() {
            self.say_time(&words);
            untold -= 1;
        }
        self.untold.set(untold);
    }
}

impl Visit {
    fn say(&self, message: &str) {
        let frame = json!({ "type": "chat_message", "message": message });
        self.line.say(&frame.to_string());
    }

    /// Says the time, after these words.
    fn say_time(&self, words: &str) {
        let time = now(self.compat.services());
        self.say(&format!("{words} {time}"));
    }
}
