//! Somebody's socket of a chat.

mod sending;
mod watching;

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use bytestring::ByteString;
use parlor_domain::Seq;
use parlor_http::{Dialogue, Line};
use parlor_hub::CloseReason;
use parlor_services::Actor;
use tokio::sync::Mutex;

use super::super::format::MediaLinks;
use super::company::Company;
use super::incoming::LONG;
use super::{NORMAL, Place, Turnouts, WRONG_ROOM, warning};
use crate::compat::Compat;
use crate::mount::Mount;
use crate::sockets::{FAULT, HURRIED};

/// A socket of a chat.
pub(super) struct Visit {
    compat: Arc<Compat>,
    line: Rc<Line>,
    actor: Actor,
    place: Place,
    media: MediaLinks,
    /// Whose turn it is to send, so that messages are stored in the order of their frames, whatever they bring.
    turn: Mutex<()>,
    /// Whether a frame was at fault, or the server.
    has_failed: Cell<bool>,
    /// Up to where the user has read the room, by this socket.
    read: Cell<Seq>,
    company: Company,
    /// Whether it is being asked who is there.
    is_asking: Cell<bool>,
    turnouts: Option<Turnouts>,
    /// How often people had come in when it was last asked who is there.
    seen: Cell<u64>,
}

impl Visit {
    /// Begins to serve a socket, to which it is told whether anybody else is there.
    pub(super) fn begin(
        compat: Arc<Compat>,
        mount: Mount,
        line: Rc<Line>,
        actor: Actor,
        place: Place,
        turnouts: Option<Turnouts>,
    ) -> Rc<dyn Dialogue> {
        let room = place.room();
        let reached = room.and_then(|room| line.connection().reached(room.into()));
        let visit = Rc::new(Self {
            media: MediaLinks::in_frames(&compat, mount),
            compat,
            line,
            actor,
            place,
            turn: Mutex::new(()),
            has_failed: Cell::new(false),
            read: Cell::new(reached.unwrap_or_default()),
            company: Company::default(),
            is_asking: Cell::new(false),
            turnouts,
            seen: Cell::new(0),
        });
        visit.clone().ask();
        visit
    }

    fn warn(&self, text: &str) {
        self.line.say(&warning(text));
    }

    /// Ends by a fault.
    fn fail(&self) {
        self.has_failed.set(true);
        self.line.close(FAULT);
    }

    /// Whether nothing is sent any more, not even what came before the end: after a fault, or since the user's session is over. What
    /// came before its client went is.
    fn is_over(&self) -> bool {
        let closing = self.line.connection().closing();
        let is_out = matches!(
            closing,
            Some(CloseReason::SessionRevoked | CloseReason::TokenExpired)
        );
        is_out || self.has_failed.get()
    }
}

impl Dialogue for Visit {
    fn hear(self: Rc<Self>, text: ByteString) {
        if self.line.is_closing() {
            return;
        }
        let line = self.line.clone();
        if text.len() > LONG {
            return line.run_alone(async move |command| self.take(command, text).await);
        }
        line.run(async move |command| self.take(command, text).await);
    }

    fn hurried(&self) {
        self.warn(HURRIED);
    }

    fn look(self: Rc<Self>) {
        if self.line.is_closing() {
            return;
        }
        if let Some(room) = self.place.room()
            && !self.note_read(room)
        {
            self.warn(WRONG_ROOM);
            return self.line.close(NORMAL);
        }
        if self.is_asking.get() {
            return;
        }
        if self.is_in_doubt() {
            return self.ask_later();
        }
        self.company.take_note(self.line.connection());
        self.tell_status();
    }
}
