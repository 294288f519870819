//! Which rooms a socket follows: those in which its user takes part, as his own stream tells.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;

use parlor_domain::{Event, Room, RoomId, RoomKind, Seq, StreamId, What};
use parlor_hub::{Connection, Start};
use parlor_services::{Actor, Error, Services};

use crate::directory::{Directory, Held};

/// The rooms of a socket.
pub(super) struct Following {
    services: Arc<Services>,
    numbers: Arc<Directory<i64>>,
    actor: Actor,
    /// Those in which the user takes part or took part. What was written there may be on its way to him, so that their numbers are
    /// needed as long as the socket is open.
    rooms: RefCell<HashMap<RoomId, Known>>,
    /// Those in which he takes part, by their numbers.
    attended: RefCell<HashMap<i64, RoomId>>,
    /// Up to which event his own stream was looked at.
    seen: Cell<Seq>,
}

/// A room that the socket follows or followed.
struct Known {
    number: i64,
    /// Up to which event it was told when it was followed no more.
    told: Seq,
    _held: Held<i64>,
}

impl Following {
    /// Follows of the rooms of a start those in which the user takes part, and takes the others off it.
    pub(super) async fn begin(
        services: &Arc<Services>,
        numbers: &Arc<Directory<i64>>,
        actor: Actor,
        start: &mut Start,
    ) -> Result<Self, Error> {
        // This is asked after the start was read: what changed in between follows in his own stream.
        let attended = services.rooms.attended_numbers(&actor).await?;
        let own = start.streams.first();
        let following = Self {
            services: services.clone(),
            numbers: numbers.clone(),
            actor,
            rooms: RefCell::default(),
            attended: RefCell::default(),
            seen: Cell::new(own.map_or(Seq::ZERO, |own| own.head.seq)),
        };
        let attended = attended.into_iter();
        let mut rooms: HashMap<StreamId, (RoomId, i64)> = attended
            .map(|(room, number)| (room.into(), (room, number)))
            .collect();
        start.streams.retain(|follow| {
            if follow.stream == actor.user.id.into() {
                return true;
            }
            let room = rooms.remove(&follow.stream);
            if let Some((room, number)) = room {
                following.know(room, number);
                following.note(room, true);
            }
            room.is_some()
        });
        Ok(following)
    }

    /// The room with this number, if the socket knows that its user takes part in it.
    pub(super) fn find(&self, number: i64) -> Option<RoomId> {
        self.attended.borrow().get(&number).copied()
    }

    /// Whether there is something in the user's own stream that was not looked at.
    pub(super) fn is_behind(&self, connection: &Connection) -> bool {
        let reached = connection.reached(self.actor.user.id.into());
        reached.is_some_and(|reached| reached > self.seen.get())
    }

    /// Does what the user's own stream tells next, as far as the connection has read it.
    pub(super) async fn catch_up(&self, connection: &Connection) -> Result<(), Error> {
        let reached = connection.reached(self.actor.user.id.into());
        let reached = reached.unwrap_or_default();
        let messages = &self.services.messages;
        let mut events = messages.own_events_after(&self.actor, self.seen.get()).await?;
        events.retain(|event| event.seq <= reached);
        for event in &events {
            self.turn(connection, event).await?;
            self.seen.set(event.seq);
        }
        if events.is_empty() {
            self.seen.set(reached);
        }
        Ok(())
    }

    /// Follows a room or follows it no more, as an event of the user's own stream says: from the event of the room on that tells of
    /// it, or up to there.
    async fn turn(&self, connection: &Connection, event: &Event) -> Result<(), Error> {
        match event.what {
            What::RoomJoined {
                room,
                joined: since,
                visible_from,
            }
            | What::AttendanceChanged {
                room,
                attending: true,
                since,
                visible_from,
            } if !self.attends(room) => {
                if !self.look_up(room).await? {
                    return Ok(());
                }
                self.note(room, true);
                // Perhaps it was told more than he was to hear when he was gone for a moment.
                let next = since.max(self.told(room).next());
                connection.follow(room.into(), next, visible_from);
            }
            What::AttendanceChanged {
                room,
                attending: false,
                since,
                ..
            } if self.attends(room) => {
                self.note(room, false);
                self.note_told(room, connection.reached(room.into()));
                connection.unfollow_after(room.into(), since);
            }
            // The connection reads the room to the end of the membership by itself.
            What::RoomLeft { room, .. } => self.note(room, false),
            _ => {}
        }
        Ok(())
    }

    /// Gets to know a room which the user has come into; false if he is not in it any more, or it is not shown.
    async fn look_up(&self, room: RoomId) -> Result<bool, Error> {
        if self.rooms.borrow().contains_key(&room) {
            return Ok(true);
        }
        match self.services.rooms.find(&self.actor, room).await {
            Ok(view) if is_shown(&view.room) => {
                self.know(room, view.room.number);
                Ok(true)
            }
            Ok(_) | Err(Error::NoSuchRoom) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn know(&self, room: RoomId, number: i64) {
        let known = Known {
            number,
            told: Seq::ZERO,
            _held: self.numbers.hold(room.into(), number),
        };
        self.rooms.borrow_mut().insert(room, known);
    }

    fn attends(&self, room: RoomId) -> bool {
        let rooms = self.rooms.borrow();
        let number = rooms.get(&room).map(|known| known.number);
        number.is_some_and(|number| self.find(number).is_some())
    }

    /// Notes whether the user takes part in a room, if that is known.
    fn note(&self, room: RoomId, attends: bool) {
        if let Some(Known { number, .. }) = self.rooms.borrow().get(&room) {
            let mut attended = self.attended.borrow_mut();
            if attends {
                attended.insert(*number, room);
            } else {
                attended.remove(number);
            }
        }
    }

    /// Up to which event a room was told when it was followed no more.
    fn told(&self, room: RoomId) -> Seq {
        let rooms = self.rooms.borrow();
        rooms.get(&room).map_or(Seq::ZERO, |known| known.told)
    }

    fn note_told(&self, room: RoomId, reached: Option<Seq>) {
        if let Some(known) = self.rooms.borrow_mut().get_mut(&room) {
            known.told = known.told.max(reached.unwrap_or_default());
        }
    }
}

/// Whether this dialect lists a room: neither that of all accounts nor somebody's direct room with himself.
fn is_shown(room: &Room) -> bool {
    let is_notes = room.kind == RoomKind::Direct && room.members == 1;
    !is_notes && !room.everyones
}
