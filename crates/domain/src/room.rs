//! Rooms and who is in them.

use crate::{
    DisplayName, LinkCode, Mark, MediaId, RequestNote, Role, RoomId, RoomName, Rules, RulesChange, Seq,
    Timestamp, Topic, UserId, UserRef, Username,
};

/// A conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    /// Its id, which is also its stream's.
    pub id: RoomId,
    /// Its number, counted from 1.
    pub number: i64,
    /// Direct, group or channel.
    pub kind: RoomKind,
    /// Whether all accounts are in it, for good: a channel in which the server's backends tell everybody something.
    pub everyones: bool,
    /// What it is called; direct rooms have no name of their own.
    pub name: Option<RoomName>,
    /// What it is about.
    pub topic: Topic,
    /// The picture that stands for it, which whoever has its id may see.
    pub avatar: Option<MediaId>,
    /// To whom it belongs, who need not be a member. Direct rooms belong to nobody.
    pub owner: Option<UserId>,
    /// Who may do what in it, besides what roles decide.
    pub rules: Rules,
    /// How many members it may have.
    pub capacity: Capacity,
    /// How many it has.
    pub members: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was made, or its settings or who is in it changed last. What is said does not change it.
    pub changed_at: Timestamp,
}

/// What sort of conversation a room is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RoomKind {
    /// Two people, always the same two; there is one such room for each pair. One person alone has notes there.
    Direct,
    /// Any number of members with roles.
    Group,
    /// Many readers who do not see each other, and few writers.
    Channel,
}

/// How many members a room may have: 1 to the server's limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Capacity(u32);

/// A capacity outside what the server allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to {max}")]
pub struct CapacityError {
    /// The server's limit.
    pub max: u32,
}

impl Capacity {
    /// Two people.
    pub const DIRECT: Self = Self(2);

    /// Checks a wish against the server's limit.
    pub fn parse(members: u32, max: u32) -> Result<Self, CapacityError> {
        if (1..=max).contains(&members) {
            Ok(Self(members))
        } else {
            Err(CapacityError { max })
        }
    }

    /// A capacity that was checked before it was stored.
    pub fn stored(members: u32) -> Self {
        Self(members)
    }

    /// The number of members.
    pub fn members(self) -> u32 {
        self.0
    }

    /// One member more.
    #[must_use]
    pub fn one_more(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// One member fewer, but at least one.
    #[must_use]
    pub fn one_fewer(self) -> Self {
        Self(self.0.saturating_sub(1).max(1))
    }
}

/// New values for a group; `None` leaves one as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoomChange {
    /// What it is called.
    pub name: Option<RoomName>,
    /// Whether no other group or channel may be called so.
    pub unique_name: bool,
    /// What it is about.
    pub topic: Option<Topic>,
    /// Who may do what in it.
    pub rules: RulesChange,
    /// How many may be in it; those who already are stay.
    pub capacity: Option<Capacity>,
    /// The same, in place of it, of those who take part where the dialect `rooms` shows it: those who do not are counted besides.
    pub places: Option<Capacity>,
}

/// A person in a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub user: UserRef,
    /// The person's unique name.
    pub username: Username,
    /// What the person is called.
    pub display_name: DisplayName,
    /// The picture that stands for the person.
    pub avatar: Option<MediaId>,
    /// Whether the account is a program's.
    pub bot: bool,
    /// What the person may do.
    pub role: Role,
    /// Until when the person may not write.
    pub muted_until: Option<Timestamp>,
    /// How far the person has received and read.
    pub mark: Mark,
    /// The first event that the person may see.
    pub visible_from: Seq,
    /// Since when.
    pub joined_at: Timestamp,
}

/// By a link whoever has it can enter a room, or ask to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomLink {
    /// What is in the link, which nobody can guess.
    pub code: LinkCode,
    /// Where it leads.
    pub room: RoomId,
    /// Who made it.
    pub by: UserRef,
    /// Whether an admin has to let in who comes by it.
    pub approval: bool,
    /// How many have come in by it, or asked to.
    pub used: u32,
    /// How many may; `None` for any number.
    pub uses: Option<u32>,
    /// When it was made.
    pub at: Timestamp,
    /// Until when it leads anywhere; `None` until it is revoked.
    pub expires_at: Option<Timestamp>,
}

impl RoomLink {
    /// How many links a room can have at a time.
    pub const MOST: u32 = 100;
}

/// Who wants to be in a room, and waits for an admin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinRequest {
    /// Where.
    pub room: RoomId,
    /// Who.
    pub user: UserRef,
    /// What is said to it.
    pub note: Option<RequestNote>,
    /// When.
    pub at: Timestamp,
}

impl JoinRequest {
    /// How many requests one person can make at a time.
    pub const MOST: u32 = 100;
    /// How many can wait in a room.
    pub const MOST_IN_ROOM: u32 = 10_000;
}

/// Of which messages of a room somebody wants to be notified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum NotifyLevel {
    /// Of all.
    #[default]
    All,
    /// Of those that name him, or all members.
    Mentions,
    /// Of none.
    Nothing,
}

/// How somebody wants to be notified of what is said in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Notify {
    /// Of what.
    pub level: NotifyLevel,
    /// Until when of nothing at all.
    pub muted_until: Option<Timestamp>,
}
