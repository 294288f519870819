//! What a client holds, folded from events, marks and pages in whatever order these reach it.

mod broadcasts;
mod messages;
mod notices;
mod people;
mod room;
mod roster;
mod shown;
mod statuses;
mod toggles;

use std::collections::BTreeMap;

use parlor_domain::{
    Event, MarksUpdate, NotifyLevel, Position, RoomId, RoomKind, RoomMark, Seq, StreamId, UserId, UserRef,
    What,
};

use self::notices::Notices;

pub use broadcasts::Lists;
pub use people::People;
pub use room::RoomReplica;
pub use shown::{Facts, Shown, ShownMember};
pub use statuses::{HeldStatus, HeldStatuses};

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
    notices: Notices,
    /// The statuses.
    pub statuses: HeldStatuses,
    /// The broadcast lists.
    pub lists: Lists,
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
            notices: Notices::default(),
            statuses: HeldStatuses::default(),
            lists: Lists::default(),
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
        self.notices.take(self.me.id, event);
        self.statuses.take(&event.what);
        self.lists.take(&event.what);
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
                self.open(room, visible_from, before).come_in(event.seq);
                OwnChange::Opened(room)
            }
            What::NotifyChanged { room, notify } => {
                if let Some(replica) = self.rooms.get_mut(&room) {
                    replica.set_notify(event.seq, notify);
                }
                OwnChange::Nothing
            }
            What::OwnMute { room, until } => {
                if let Some(replica) = self.rooms.get_mut(&room) {
                    replica.set_own_mute(event.seq, until);
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

    /// Takes marks in channels that moved, which are told in the user's own stream.
    ///
    /// # Errors
    /// [`Gap`] if others between are missing; older ones are passed over.
    pub fn own_marks(&mut self, update: &MarksUpdate) -> Result<(), Gap> {
        if update.after > self.own.rev {
            return Err(Gap);
        }
        for RoomMark { room, mark } in &update.own {
            if let Some(replica) = self.rooms.get_mut(room) {
                replica.merge_mark(self.me.id, *mark);
            }
        }
        self.own.rev = self.own.rev.max(update.rev);
        Ok(())
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

    /// What the user is notified of: where, and whether it is unread. Messages to all are there as long as they are unread.
    pub fn noticed(&self) -> BTreeMap<(StreamId, Seq), bool> {
        let shown = self.shown();
        let mut noticed = BTreeMap::new();
        let wanted = |actor: Option<UserId>| actor.is_none_or(|actor| !self.people.blocked.contains(&actor));
        for (seq, told) in self.notices.all().filter(|(_, told)| wanted(told.actor)) {
            let mut unread = !told.seen;
            if let Some(room) = told.room {
                let Some(shown) = shown.get(&room) else {
                    continue;
                };
                // Whom somebody brings into a channel, or into a conversation of two, need not be told so.
                let is_there = match told.target {
                    None => shown.kind == Some(RoomKind::Group),
                    Some(target) => shown.says(target),
                };
                if !is_there {
                    continue;
                }
                unread &= told.target.is_none_or(|target| target > shown.read(self.me.id));
            }
            noticed.insert((self.me.id.into(), seq), unread);
        }
        let loud = |shown: &Shown| shown.notify.level != NotifyLevel::Nothing;
        for (room, shown) in shown.iter().filter(|(_, shown)| loud(shown)) {
            let to_all = shown.messages.iter().filter(|event| {
                let sender = event.actor.map(|sender| sender.id);
                let called = matches!(&event.what, What::Message(message) if message.mentions.all);
                let quiet = shown.notify.muted_until.is_some_and(|until| until > event.at);
                called && !quiet && sender != Some(self.me.id) && wanted(sender)
            });
            for event in to_all {
                let is_named = self.notices.tells(*room, event.seq);
                if !is_named && event.seq > shown.read(self.me.id) && event.at > self.notices.until {
                    noticed.insert(((*room).into(), event.seq), true);
                }
            }
        }
        noticed
    }

    /// What the user is shown of every room.
    pub fn shown(&self) -> BTreeMap<RoomId, Shown> {
        self.rooms
            .iter()
            .map(|(room, replica)| (*room, replica.shown()))
            .collect()
    }
}
