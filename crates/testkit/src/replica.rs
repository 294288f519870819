//! What a client holds, folded from events, marks and pages in whatever order these reach it.

mod messages;
mod people;
mod room;
mod roster;
mod shown;
mod toggles;

use std::collections::BTreeMap;

use parlor_domain::{Event, Notify, Position, RoomId, Seq, UserRef, What};

pub use people::People;
pub use room::RoomReplica;
pub use shown::{Facts, Shown, ShownMember};

/// Everything that one device of a user holds: the rooms, the people, and how far it has read its user's own stream.
#[derive(Debug, Clone)]
pub struct ReplicaState {
    me: UserRef,
    /// How far the user's own stream was read.
    pub own: Position,
    /// The rooms.
    pub rooms: BTreeMap<RoomId, RoomReplica>,
    /// The people.
    pub people: People,
}

/// Events or marks between what is held and what came are missing: the log has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap;

/// What an event of the user's own stream meant for the rooms held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnChange {
    /// This room is held now, empty: its stream, and the pages that say who is in it, are to be read.
    Opened(RoomId),
    /// This room is no longer held.
    Closed(RoomId),
    /// Nothing.
    Nothing,
}

impl ReplicaState {
    /// A device that holds nothing.
    pub fn new(me: UserRef) -> Self {
        Self {
            me,
            own: Position::default(),
            rooms: BTreeMap::new(),
            people: People::default(),
        }
    }

    /// Holds a room from its pages on; what is held of it already is forgotten.
    pub fn open(&mut self, room: RoomId, visible_from: Seq, position: Position) -> &mut RoomReplica {
        let replica = RoomReplica::new(self.me.id, visible_from, position);
        self.rooms.insert(room, replica);
        self.rooms.get_mut(&room).expect("it was put there")
    }

    /// Takes an event of the user's own stream.
    ///
    /// # Errors
    /// [`Gap`] if it is not the next one; older ones are passed over.
    pub fn own_event(&mut self, event: &Event) -> Result<OwnChange, Gap> {
        if event.seq <= self.own.seq {
            return Ok(OwnChange::Nothing);
        }
        if event.seq != self.own.seq.next() {
            return Err(Gap);
        }
        self.own = Position {
            seq: event.seq,
            tag: event.tag,
            ..self.own
        };
        self.people.take(self.me.id, &event.what);
        Ok(match event.what {
            What::RoomJoined {
                room,
                joined,
                visible_from,
            } => {
                let before = Position {
                    seq: Seq(joined.0 - 1),
                    ..Position::default()
                };
                self.open(room, visible_from, before)
                    .set_notify(event.seq, Notify::default());
                OwnChange::Opened(room)
            }
            What::NotifyChanged { room, notify } => {
                if let Some(replica) = self.rooms.get_mut(&room) {
                    replica.set_notify(event.seq, notify);
                }
                OwnChange::Nothing
            }
            What::OwnReaction {
                room,
                target,
                ref emoji,
                on,
                rev,
            } => {
                if let Some(replica) = self.rooms.get_mut(&room) {
                    replica.set_reacted(rev, target, emoji, on);
                }
                OwnChange::Nothing
            }
            What::RoomLeft { room, .. } => {
                self.rooms.remove(&room);
                OwnChange::Closed(room)
            }
            _ => OwnChange::Nothing,
        })
    }

    /// Takes an event of a room's stream; what comes of rooms that are not held is passed over. The end of the room
    /// closes it. That the user left does not: where all history is shown, it may be of an earlier membership, so only
    /// the user's own stream tells.
    ///
    /// # Errors
    /// [`Gap`] if it is not the next one; older ones are passed over.
    pub fn room_event(&mut self, room: RoomId, event: &Event) -> Result<(), Gap> {
        let Some(replica) = self.rooms.get_mut(&room) else {
            return Ok(());
        };
        replica.event(event)?;
        if event.what == What::RoomDeleted {
            self.rooms.remove(&room);
        }
        Ok(())
    }

    /// What the user is shown of every room.
    pub fn shown(&self) -> BTreeMap<RoomId, Shown> {
        self.rooms
            .iter()
            .map(|(room, replica)| (*room, replica.shown()))
            .collect()
    }
}
