//! What a client knows: rooms with their messages, members and marks, folded from updates and pages.
//!
//! Updates and pages may come in any order. Whatever is known carries the seq as of which it is known, and only what is
//! newer replaces it; so a client that resumed knows the same as one that began anew.

mod load;
mod messages;
mod room;

use std::collections::{BTreeMap, BTreeSet};

use parlor_wire::{
    EventBody, EventView, MarksView, MembersPage, MessagesPage, Notice, RoomView, RoomsPage, StreamHead,
    StreamKind, Verdict, Welcome,
};
use uuid::Uuid;

pub use self::messages::Messages;
pub use self::room::{MemberMark, RoomSettings, RoomState};
use crate::{Positions, Update};

/// What a client knows.
#[derive(Debug, Clone, Default)]
pub struct State {
    me: Uuid,
    positions: Positions,
    rooms: BTreeMap<Uuid, RoomState>,
    /// Where one's own stream stood at the welcome, and the streams that one had then.
    welcomed: (u64, BTreeSet<Uuid>),
}

impl State {
    /// One's own user id; nil before the first welcome.
    pub fn me(&self) -> Uuid {
        self.me
    }

    /// What must be kept with this state to resume from it.
    pub fn positions(&self) -> &Positions {
        &self.positions
    }

    /// One's rooms by id.
    pub fn rooms(&self) -> &BTreeMap<Uuid, RoomState> {
        &self.rooms
    }

    /// Rooms of which the room itself, members or messages must be loaded.
    pub fn stale(&self) -> Vec<Uuid> {
        let stale = self.rooms.iter().filter(|(_, room)| room.is_stale());
        stale.map(|(id, _)| *id).collect()
    }

    /// Takes something that happened.
    pub fn apply(&mut self, update: &Update) {
        match update {
            Update::Connected(welcome) => self.welcome(welcome),
            Update::Event(event) => self.event(event),
            Update::Notice(notice) => self.notice(notice),
            Update::Disconnected { .. } | Update::Ended(_) => {}
        }
    }

    /// Takes a page of rooms.
    pub fn rooms_page(&mut self, page: &RoomsPage) {
        for view in &page.rooms {
            self.room(view);
        }
    }

    /// Takes a room. One that is not known yet, or no longer, is left to the events that tell of it.
    pub fn room(&mut self, view: &RoomView) {
        let me = self.me;
        if let Some(room) = self.rooms.get_mut(&view.id) {
            room.view(view, me);
        }
    }

    /// Takes a page of a room's members.
    pub fn members(&mut self, room: Uuid, page: &MembersPage) {
        if let Some(room) = self.rooms.get_mut(&room) {
            room.members_page(page);
        }
    }

    /// Takes a page of a room's messages. The pages of a room are loaded from the newest backwards, without a hole.
    pub fn messages(&mut self, room: Uuid, page: &MessagesPage) {
        if let Some(room) = self.rooms.get_mut(&room) {
            room.messages_page(page);
        }
    }

    fn welcome(&mut self, welcome: &Welcome) {
        self.me = welcome.user.id;
        self.positions.welcome(welcome);
        let own = welcome.streams.iter().find(|head| head.kind == StreamKind::User);
        let listed: BTreeSet<Uuid> = welcome.streams.iter().map(|head| head.stream).collect();
        self.rooms.retain(|room, _| listed.contains(room));
        self.welcomed = (own.map_or(0, |own| own.head.seq), listed);
        for head in &welcome.streams {
            if head.kind != StreamKind::User && head.verdict == Verdict::Reset {
                self.rooms.insert(head.stream, RoomState::default());
            }
        }
    }

    fn event(&mut self, event: &EventView) {
        if !self.positions.event(event) {
            return;
        }
        match &event.body {
            EventBody::RoomJoined { room, .. } => {
                let (settled, listed) = &self.welcomed;
                // What one joined before the welcome and is not listed in it is gone again: no event says so.
                if event.seq > *settled || listed.contains(room) {
                    self.rooms.entry(*room).or_default();
                }
            }
            EventBody::RoomLeft { room, .. } => drop(self.rooms.remove(room)),
            EventBody::RoomDeleted { .. } => drop(self.rooms.remove(&event.stream)),
            _ => {
                let me = self.me;
                if let Some(room) = self.rooms.get_mut(&event.stream) {
                    room.event(event, me);
                }
            }
        }
    }

    fn notice(&mut self, notice: &Notice) {
        match notice {
            Notice::Marks(marks) => self.marks(marks),
            Notice::Reset(head) => self.reset(head),
            _ => {}
        }
    }

    fn marks(&mut self, marks: &MarksView) {
        self.positions.marks(marks);
        let me = self.me;
        if let Some(room) = self.rooms.get_mut(&marks.stream) {
            for mark in &marks.marks {
                room.marked_by(mark.user, mark.read, mark.delivered, me);
            }
        }
        for own in &marks.own {
            if let Some(room) = self.rooms.get_mut(&own.room) {
                room.marked_by(me, own.read, own.delivered, me);
            }
        }
    }

    fn reset(&mut self, head: &StreamHead) {
        self.positions.reset(head);
        if head.kind != StreamKind::User {
            self.rooms.insert(head.stream, RoomState::default());
        }
    }
}
