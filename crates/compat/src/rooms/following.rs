//! Which rooms a socket follows: those in which its user takes part, as his own stream tells.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;

use parlor_domain::{Event, PageSize, Room, RoomId, RoomKind, Seq, StreamId, What};
use parlor_hub::{Connection, Start};
use parlor_services::{Actor, AttendedRoom, Error, HistoryRange, RoomView, Services};

use crate::directory::{Directory, Held};

/// More rooms than anybody may be in.
const ROOMS: usize = 10_000;

/// The rooms of a socket.
pub(super) struct Following {
    services: Arc<Services>,
    numbers: Arc<Directory<i64>>,
    actor: Actor,
    /// Those in which the user takes part or took part. What was written there may be on its way to him, so that their numbers are
    /// needed as long as the socket is open.
    rooms: RefCell<HashMap<RoomId, Known>>,
    /// Up to which event his own stream was looked at.
    seen: Cell<Seq>,
}

/// A room that the socket follows or followed.
struct Known {
    number: i64,
    attends: bool,
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
        let attended = services.rooms.attended(&actor, 0, ROOMS).await?.rooms;
        let own = start.streams.first();
        let following = Self {
            services: services.clone(),
            numbers: numbers.clone(),
            actor,
            rooms: RefCell::default(),
            seen: Cell::new(own.map_or(Seq::ZERO, |own| own.head.seq)),
        };
        let mut rooms: HashMap<StreamId, Room> = attended
            .into_iter()
            .map(|AttendedRoom { room, .. }| (room.id.into(), room))
            .collect();
        start.streams.retain(|follow| {
            if follow.stream == actor.user.id.into() {
                return true;
            }
            let room = rooms.remove(&follow.stream);
            if let Some(room) = &room {
                following.know(room.id, room.number);
            }
            room.is_some()
        });
        Ok(following)
    }

    /// The room with this number, if the socket knows that its user takes part in it.
    pub(super) fn find(&self, number: i64) -> Option<RoomId> {
        let rooms = self.rooms.borrow();
        let mut attended = rooms.iter().filter(|(_, known)| known.attends);
        let found = attended.find(|(_, known)| known.number == number);
        found.map(|(room, _)| *room)
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
        for event in decisive(&events) {
            self.turn(connection, event).await?;
        }
        self.seen.set(events.last().map_or(reached, |event| event.seq));
        Ok(())
    }

    /// Follows a room or follows it no more, as an event of the user's own stream says.
    async fn turn(&self, connection: &Connection, event: &Event) -> Result<(), Error> {
        match event.what {
            What::RoomJoined {
                room,
                joined,
                visible_from,
            } if self.attended(room).await?.is_some() => {
                connection.follow(room.into(), joined, visible_from);
            }
            What::AttendanceChanged {
                room,
                attending: true,
            } => {
                if let Some(view) = self.attended(room).await?
                    && connection.follows(room.into()).is_none()
                {
                    let joined = self.next_after(room, event.number).await?;
                    connection.follow(room.into(), joined, view.visible_from);
                }
            }
            What::AttendanceChanged {
                room,
                attending: false,
            } => {
                connection.unfollow(room.into());
                self.forget(room);
            }
            // The connection reads the room to the end of the membership by itself.
            What::RoomLeft { room, .. } => self.forget(room),
            _ => {}
        }
        Ok(())
    }

    /// A room in which the user takes part, which is known then; `None` if he does not, or not any more.
    async fn attended(&self, room: RoomId) -> Result<Option<RoomView>, Error> {
        match self.services.rooms.find(&self.actor, room).await {
            Ok(view) if !view.absent && !is_notes(&view.room) => {
                self.know(room, view.room.number);
                Ok(Some(view))
            }
            Ok(_) | Err(Error::NoSuchRoom) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The event of a room with which one begins to read who takes part since the event with this number: the first message after
    /// that, or what is still to come.
    async fn next_after(&self, room: RoomId, number: i64) -> Result<Seq, Error> {
        let messages = &self.services.messages;
        let page = messages
            .history(&self.actor, room, HistoryRange::Newest, PageSize::default())
            .await?;
        let since = page.messages.iter().find(|message| message.number > number);
        Ok(since.map_or(page.as_of.seq.next(), |message| message.seq))
    }

    fn know(&self, room: RoomId, number: i64) {
        let mut rooms = self.rooms.borrow_mut();
        let known = rooms.entry(room).or_insert_with(|| Known {
            number,
            attends: true,
            _held: self.numbers.hold(room.into(), number),
        });
        known.attends = true;
    }

    fn forget(&self, room: RoomId) {
        if let Some(known) = self.rooms.borrow_mut().get_mut(&room) {
            known.attends = false;
        }
    }
}

/// Whether a room is somebody's direct room with himself, which this dialect does not show.
fn is_notes(room: &Room) -> bool {
    room.kind == RoomKind::Direct && room.members == 1
}

/// Of each room the last of these events that says whether the user takes part in it.
fn decisive(events: &[Arc<Event>]) -> Vec<&Event> {
    let mut last: Vec<(RoomId, &Event)> = Vec::new();
    for event in events {
        if let What::RoomJoined { room, .. }
        | What::RoomLeft { room, .. }
        | What::AttendanceChanged { room, .. } = event.what
        {
            last.retain(|(other, _)| *other != room);
            last.push((room, event));
        }
    }
    last.into_iter().map(|(_, event)| event).collect()
}
