//! Sockets that speak another protocol than Parlor's own.
//!
//! A [`SocketDialect`] says which handshakes are its, and who may come in. Whom it lets in it speaks with as a [`Dialogue`], over a
//! [`Line`]; what the hub has for him is encoded by the dialect's own wire format. Everything else is as on Parlor's own socket.

use std::cell::Cell;
use std::rc::Rc;

use actix_web::HttpResponse;
use actix_web::dev::RequestHead;
use async_trait::async_trait;
use bytestring::ByteString;
use parlor_domain::Timestamp;
use parlor_hub::{Connection, Format, Start};
use parlor_wire::CloseReason;

use super::SocketSettings;
use super::frame;
use super::input::Incoming;
use super::pace::{Pace, Paced};
use super::talk::{self, Talk};
use crate::places::Place;

/// A protocol over sockets besides Parlor's own.
#[async_trait(?Send)]
pub trait SocketDialect: Send + Sync {
    /// Whether a handshake at this path is its.
    fn serves(&self, path: &str) -> bool;

    /// The largest text frame, fragments together, in bytes.
    fn frame_bytes(&self) -> usize;

    /// Lets in who comes, or refuses him with this answer. The form of the handshake and its `Origin` are in order.
    async fn enter(&self, head: &RequestHead) -> Result<Guest, HttpResponse>;
}

/// Somebody who may open a socket.
pub struct Guest {
    /// How what happens is encoded for him: the place of the format in the hub's list.
    pub format: Format,
    /// Who he is, and what he follows.
    pub start: Start,
    /// When his token expires, if it does.
    pub expires_at: Option<Timestamp>,
    /// Makes what speaks with him.
    pub begin: Box<dyn FnOnce(Rc<Line>) -> Rc<dyn Dialogue>>,
}

/// What a dialect says to one client, and hears of him.
pub trait Dialogue {
    /// Takes a text that the client sent.
    fn hear(self: Rc<Self>, text: ByteString);

    /// The client sends faster than it may, so a text was not taken.
    fn hurried(&self);

    /// The hub has read something, as the [lead](parlor_hub::Lead) says, or there is something else to be looked at: somebody who is
    /// followed came or went, or more can be said.
    fn look(self: Rc<Self>) {}
}

/// The way to one client.
pub struct Line {
    connection: Connection,
    ending: Cell<Option<u16>>,
}

impl Line {
    /// The client's place in the hub.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Says a text, before any event.
    pub fn say(&self, text: &str) {
        self.connection.say(frame::text(text));
    }

    /// Ends with this close code, after what was said.
    pub fn close(&self, code: u16) {
        self.ending.set(self.ending.get().or(Some(code)));
        self.connection.attend();
    }

    /// Whether it has ended, or is about to.
    pub fn is_closing(&self) -> bool {
        self.ending.get().is_some() || self.connection.closing().is_some()
    }

    /// Runs a task that what the client sent asks for. No more than so many run at a time: as long as more do, nothing is read from
    /// the socket. Its first step is done at once, so that what is sent enters the log in the order of its frames.
    pub fn run(self: &Rc<Self>, task: impl AsyncFnOnce(u64) + 'static) {
        let number = self.connection.command(0);
        let line = self.clone();
        talk::spawn(async move {
            task(number).await;
            line.connection.answer(number, |_| bytes::Bytes::new());
        });
    }

    /// Runs a task as [`run`](Self::run) does, and reads nothing from the socket before it has ended: for what takes a lot of memory, or
    /// so long that what is sent after it would overtake it.
    pub fn run_alone(self: &Rc<Self>, task: impl AsyncFnOnce(u64) + 'static) {
        self.connection.hold();
        let line = self.clone();
        self.run(async move |number| {
            task(number).await;
            line.connection.let_go();
        });
    }
}

/// The server's side of a dialect's socket.
pub(super) struct DialectTalk {
    line: Rc<Line>,
    dialogue: Rc<dyn Dialogue>,
    pace: Pace,
    _place: Place,
}

impl DialectTalk {
    /// Begins to speak with a guest; the close code if the hub does not take him.
    pub(super) fn begin(
        settings: &SocketSettings,
        connection: Connection,
        guest: Guest,
        place: Place,
    ) -> Result<Rc<Self>, u16> {
        if connection.begin(guest.start).is_err() {
            return Err(code(CloseReason::TooMany));
        }
        if let Some(at) = guest.expires_at {
            connection.expire_at(at);
        }
        let line = Rc::new(Line {
            connection,
            ending: Cell::new(None),
        });
        Ok(Rc::new(Self {
            dialogue: (guest.begin)(line.clone()),
            line,
            pace: Pace::new(settings.commands_per_second),
            _place: place,
        }))
    }
}

impl Talk for DialectTalk {
    fn connection(&self) -> &Connection {
        &self.line.connection
    }

    fn is_open(&self) -> bool {
        true
    }

    fn take(self: Rc<Self>, incoming: Incoming) {
        let paced = self.pace.count();
        match incoming {
            _ if paced == Paced::Gone => self.end(CloseReason::TooMany),
            Incoming::Text(text) if paced == Paced::Timely => self.dialogue.clone().hear(text),
            Incoming::Text(_) => self.dialogue.hurried(),
            Incoming::Ping(content) if paced == Paced::Timely => {
                self.line.connection.say(frame::pong(&content));
            }
            Incoming::Ping(_) | Incoming::Pong | Incoming::Part => {}
            Incoming::Close => self.end(CloseReason::Normal),
        }
    }

    fn look(self: Rc<Self>) {
        self.dialogue.clone().look();
    }

    fn end(&self, reason: CloseReason) {
        self.line.close(code(reason));
    }

    fn ending(&self) -> Option<u16> {
        self.line.ending.get().or_else(|| {
            self.line.connection.closing().map(|reason| match reason {
                parlor_hub::CloseReason::Broken => NORMAL,
                parlor_hub::CloseReason::Stalled => INTERNAL,
                parlor_hub::CloseReason::SessionRevoked | parlor_hub::CloseReason::TokenExpired => POLICY,
                parlor_hub::CloseReason::Stopping => code(CloseReason::Stopping),
            })
        })
    }
}

const NORMAL: u16 = 1000;
/// Who may not be there any more.
const POLICY: u16 = 1008;
const INTERNAL: u16 = 1011;

/// The close code of a reason. The dialects have no codes of their own, and a binary frame is a fault in all of them.
fn code(reason: CloseReason) -> u16 {
    match reason {
        CloseReason::Binary | CloseReason::Stalled => INTERNAL,
        CloseReason::Unauthenticated | CloseReason::SessionEnded => POLICY,
        CloseReason::TooMany | CloseReason::HelloTimeout => CloseReason::Unavailable.code(),
        reason => reason.code(),
    }
}
