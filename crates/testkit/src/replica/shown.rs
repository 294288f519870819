//! What a user is shown of a room: equal for two devices that hold the same.

use std::collections::{BTreeMap, BTreeSet};

use parlor_domain::{
    Capacity, Emoji, Event, Mark, MediaId, Notify, Position, Role, RoomKind, RoomName, Rules, Seq, Timestamp,
    Topic, UserId, What,
};

/// What a user is shown of a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// As of which position.
    pub position: Position,
    /// How the user wants to be notified.
    pub notify: Notify,
    /// What sort of room it is; `None` if that was never read.
    pub kind: Option<RoomKind>,
    /// Name, topic and settings; `None` if they were never read.
    pub facts: Option<Facts>,
    /// To whom the room belongs.
    pub owner: Option<UserId>,
    /// Who is in it; of a channel the user alone.
    pub members: BTreeMap<UserId, ShownMember>,
    /// The messages, ascending.
    pub messages: Vec<Event>,
    /// Which of them are pinned.
    pub pins: BTreeSet<Seq>,
    /// The emoji that the user has put to them.
    pub reacted: BTreeSet<(Seq, Emoji)>,
    /// How many of them are new to the user.
    pub unread: u64,
}

impl Shown {
    /// Whether there is such a message, which was not deleted.
    pub(super) fn says(&self, seq: Seq) -> bool {
        self.messages.iter().any(|event| {
            event.seq == seq && matches!(&event.what, What::Message(message) if message.body.is_some())
        })
    }

    /// How far somebody has read.
    pub(super) fn read(&self, user: UserId) -> Seq {
        self.members
            .get(&user)
            .map_or(Seq::ZERO, |member| member.mark.read)
    }
}

/// A person in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShownMember {
    /// What the person may do.
    pub role: Role,
    /// How far the person has received and read.
    pub mark: Mark,
    /// Until when the person may not write.
    pub muted_until: Option<Timestamp>,
}

/// Name, topic and settings of a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// What it is called.
    pub name: Option<RoomName>,
    /// What it is about.
    pub topic: Topic,
    /// The picture that stands for it.
    pub avatar: Option<MediaId>,
    /// Who may do what in it.
    pub rules: Rules,
    /// How many may be in it.
    pub capacity: Capacity,
}
