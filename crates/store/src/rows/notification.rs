//! What people are notified of.

use diesel::{Insertable, Queryable, Selectable};
use parlor_domain::{Event, Notice, Seq, What};

use crate::code::{Code, Notifies};
use crate::counter::Counter;
use crate::id::Id;
use crate::schema::notifications;

/// That an event of somebody's own stream notifies him.
#[derive(Debug, Clone, Copy, Queryable, Selectable, Insertable)]
#[diesel(table_name = notifications)]
pub(crate) struct NotificationRow {
    pub(crate) user_id: Id,
    pub(crate) seq: i64,
    pub(crate) kind: i16,
    actor_id: Option<Id>,
    room_id: Option<Id>,
    target: Option<i64>,
    created_at: i64,
}

impl NotificationRow {
    /// The row of an event; `None` if such an event notifies nobody.
    pub(crate) fn of(event: &Event) -> Option<Self> {
        let kind = match &event.what {
            What::Notified(Notice::Mention { .. }) => Notifies::Mention,
            What::Notified(Notice::Direct { .. }) => Notifies::Direct,
            What::Notified(Notice::StatusReply { .. }) => Notifies::StatusReply,
            What::Notified(Notice::Published(_)) => Notifies::Published,
            What::RoomJoined { .. } => Notifies::Invite,
            What::ContactRequested { .. } => Notifies::ContactRequest,
            _ => return None,
        };
        let message = match &event.what {
            What::Notified(notice) => notice.message(),
            _ => None,
        };
        let room = match &event.what {
            What::RoomJoined { room, .. } => Some(*room),
            _ => message.map(|(room, _)| room),
        };
        Some(Self {
            user_id: event.stream.into(),
            seq: event.seq.stored(),
            kind: kind.code(),
            actor_id: event.actor.map(|actor| actor.id.into()),
            room_id: room.map(Id::of),
            target: message.map(|(_, seq): (_, Seq)| seq.stored()),
            created_at: event.at.micros(),
        })
    }
}
