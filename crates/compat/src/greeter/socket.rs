//! The socket of a group: `/ws/chat/<group>/`, with the cookie `access`.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::dev::RequestHead;
use actix_web::http::header::ORIGIN;
use async_trait::async_trait;
use bytestring::ByteString;
use parlor_domain::{Dialect, PageSize, RoomId, Seq, Username, What};
use parlor_http::{Dialogue, Guest as SocketGuest, Line, SocketDialect};
use parlor_hub::{Format, Lead};
use parlor_services::{Actor, Error, ErrorKind, HistoryRange, TokenKind};
use serde_json::json;

use super::{COOKIE, groups, now};
use crate::compat::Compat;
use crate::mount::Mount;
use crate::sockets::{cookie, forbidden, start, unavailable};

/// A fault of the server.
const FAULT: u16 = 1011;

/// Opens sockets of groups.
pub(crate) struct GreeterSocket {
    pub(crate) compat: Arc<Compat>,
    pub(crate) mount: Mount,
    pub(crate) format: Format,
}

impl GreeterSocket {
    /// The name of the group at this path.
    fn group<'a>(&self, path: &'a str) -> Option<&'a str> {
        let rest = self.mount.strip(path)?.strip_prefix("/ws/chat/")?;
        let name = rest.strip_suffix('/').unwrap_or(rest);
        Some(name).filter(|name| groups::is_name(name))
    }
}

#[async_trait(?Send)]
impl SocketDialect for GreeterSocket {
    fn serves(&self, path: &str) -> bool {
        self.group(path).is_some()
    }

    fn frame_bytes(&self) -> usize {
        256 << 10
    }

    async fn enter(&self, head: &RequestHead) -> Result<SocketGuest, HttpResponse> {
        let services = self.compat.services();
        let group = self.group(head.uri.path()).ok_or_else(forbidden)?;
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
                    seen: Cell::new(line.connection().reached(room.into()).unwrap_or_default()),
                    is_reading: Cell::new(false),
                    line,
                    actor: guest.actor,
                    username: guest.account.username,
                    room,
                });
                visit.say_time(&format!("hi {} now is", visit.username));
                visit
            }),
        })
    }
}

/// Somebody's socket of a group.
struct Visit {
    compat: Arc<Compat>,
    line: Rc<Line>,
    actor: Actor,
    username: Username,
    room: RoomId,
    /// Up to which event of the group its messages were told.
    seen: Cell<Seq>,
    /// Whether it is being read what came after that.
    is_reading: Cell<bool>,
}

impl Dialogue for Visit {
    fn hear(self: Rc<Self>, _: ByteString) {
        self.say_time("now is");
    }

    fn hurried(&self) {
        self.say("Too many messages. Wait a moment.");
    }

    fn look(self: Rc<Self>) {
        if self.line.is_closing() || self.is_reading.get() || !self.is_behind() {
            return;
        }
        self.is_reading.set(true);
        let line = self.line.clone();
        line.run(async move |_| self.tell().await);
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

    /// Whether there is something of the group that was not looked at.
    fn is_behind(&self) -> bool {
        let reached = self.line.connection().reached(self.room.into());
        reached.is_some_and(|reached| reached > self.seen.get())
    }

    /// Says the time once for each message that came. If the client does not take that, the rest waits until it does.
    async fn tell(&self) {
        let words = format!("{} now is", self.username);
        while self.is_behind() && self.line.connection().may_read() {
            match self.count().await {
                Ok(messages) => (0..messages).for_each(|_| self.say_time(&words)),
                // He is no longer in the group.
                Err(error) if error.kind() == ErrorKind::NotFound => break,
                Err(error) => {
                    tracing::error!(error = &error as &dyn std::error::Error, "a group was not read");
                    self.line.close(FAULT);
                    break;
                }
            }
        }
        self.is_reading.set(false);
    }

    /// How many messages came, on one page, which is seen then. Those that were deleted since do not count.
    async fn count(&self) -> Result<usize, Error> {
        let messages = &self.compat.services().messages;
        let range = HistoryRange::After(self.seen.get());
        let page = messages
            .history(&self.actor, self.room, range, PageSize::default())
            .await?;
        let last = page.messages.last().filter(|_| page.more);
        self.seen.set(last.map_or(page.as_of.seq, |event| event.seq));
        let said = page.messages.iter().filter(|event| match &event.what {
            What::Message(message) => message.body.is_some(),
            _ => false,
        });
        Ok(said.count())
    }
}
