//! What a user is notified of, folded from the events of his own stream.

use std::collections::BTreeMap;

use parlor_domain::{Event, Notice, RoomId, Seq, Timestamp, UserId, What};

/// What a device holds of notifications.
#[derive(Debug, Clone)]
pub(super) struct Notices {
    told: BTreeMap<Seq, Told>,
    up_to: Seq,
    pub(super) until: Timestamp,
}

/// Something that the user is notified of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told {
    /// Who has caused it.
    pub(super) actor: Option<UserId>,
    /// Where.
    pub(super) room: Option<RoomId>,
    /// The message that it is about.
    pub(super) target: Option<Seq>,
    is_request: bool,
    /// Whether he has said that he has seen it.
    pub(super) seen: bool,
}

impl Default for Notices {
    fn default() -> Self {
        Self {
            told: BTreeMap::new(),
            up_to: Seq::ZERO,
            until: Timestamp::from_micros(0),
        }
    }
}

impl Notices {
    /// Takes what happened in the own stream of this user.
    pub(super) fn take(&mut self, me: UserId, event: &Event) {
        let actor = event.actor.map(|actor| actor.id);
        let mut told = Told {
            actor,
            room: None,
            target: None,
            is_request: false,
            seen: false,
        };
        match &event.what {
            What::Notified(Notice::Over) => return,
            What::Notified(notice) => {
                told.room = notice.message().map(|(room, _)| room);
                told.target = notice.message().map(|(_, target)| target);
            }
            What::RoomJoined { room, .. } if actor.is_some_and(|actor| actor != me) => {
                told.room = Some(*room);
            }
            What::ContactRequested { from, .. } if from.id != me => told.is_request = true,
            What::RequestEnded { from, .. } => {
                self.told
                    .retain(|_, told| !told.is_request || told.actor != Some(from.id));
                return;
            }
            What::NotificationsRead { up_to, until } => {
                self.up_to = *up_to;
                self.until = *until;
                return;
            }
            _ => return,
        }
        self.told.insert(event.seq, told);
    }

    /// Whether one of them is about this message.
    pub(super) fn tells(&self, room: RoomId, message: Seq) -> bool {
        let about = |told: &Told| (told.room, told.target) == (Some(room), Some(message));
        self.told.values().any(about)
    }

    /// All of them.
    pub(super) fn all(&self) -> impl Iterator<Item = (Seq, Told)> {
        self.told.iter().map(|(seq, told)| {
            let seen = *seq <= self.up_to;
            (*seq, Told { seen, ..*told })
        })
    }
}
