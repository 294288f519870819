//! Somebody's socket of a chat.

mod sending;
mod watching;

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use bytestring::ByteString;
use parlor_domain::Seq;
use parlor_http::{Dialogue, Line};
use parlor_services::Actor;
use tokio::sync::Mutex;

use super::super::format::MediaLinks;
use super::company::Company;
use super::{FRAME, NORMAL, Place, Turnouts, WRONG_ROOM, warning};
use crate::compat::Compat;
use crate::mount::Mount;

/// So many bytes of frames may wait for their turn.
const WAITING: usize = 2 * FRAME;

/// A socket of a chat.
pub(super) struct Visit {
    compat: Arc<Compat>,
    line: Rc<Line>,
    actor: Actor,
    place: Place,
    media: MediaLinks,
    /// Whose turn it is to send, so that messages are stored in the order of their frames, whatever they bring.
    turn: Mutex<()>,
    /// How many bytes of frames wait.
    waiting: Cell<usize>,
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
            waiting: Cell::new(0),
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
}

impl Dialogue for Visit {
    fn hear(self: Rc<Self>, text: ByteString) {
        if self.line.is_closing() {
            return;
        }
        let bytes = text.len();
        let waiting = self.waiting.get() + bytes;
        if waiting > WAITING {
            return self.warn("Too many files at once. Wait a moment.");
        }
        self.waiting.set(waiting);
        let line = self.line.clone();
        line.run(async move |command| {
            self.take(command, text).await;
            self.waiting.set(self.waiting.get() - bytes);
        });
    }

    fn hurried(&self) {
        self.warn("Too many messages. Wait a moment.");
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
            return self.ask();
        }
        self.company.take_note(self.line.connection());
        self.tell_status();
    }
}
