//! Rooms and who is in them.

use crate::{DisplayName, Mark, RoomId, RoomName, Seq, Timestamp, Topic, UserId, UserRef, Username};

/// A conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    /// Its id, which is also its stream's.
    pub id: RoomId,
    /// Its number, counted from 1.
    pub number: i64,
    /// Direct or group.
    pub kind: RoomKind,
    /// What it is called; direct rooms have no name of their own.
    pub name: Option<RoomName>,
    /// What it is about.
    pub topic: Topic,
    /// To whom it belongs, who need not be a member. Direct rooms belong to nobody.
    pub owner: Option<UserId>,
    /// What a new member may see.
    pub history: History,
    /// Who may enter.
    pub join: JoinPolicy,
    /// How many members it may have.
    pub capacity: Capacity,
    /// How many it has.
    pub members: u32,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What sort of conversation a room is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RoomKind {
    /// Two people, always the same two; there is one such room for each pair.
    Direct,
    /// Any number of members with roles.
    Group,
}

/// What a member may see of the time before he joined. Applies to joins after it was set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum History {
    /// Everything.
    #[default]
    All,
    /// Nothing that stood there before he joined.
    FromJoin,
}

/// Who may enter a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum JoinPolicy {
    /// Only whom an admin adds.
    #[default]
    Closed,
    /// Anybody.
    Open,
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
}

/// New values for a group; `None` leaves one as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoomChange {
    /// What it is called.
    pub name: Option<RoomName>,
    /// What it is about.
    pub topic: Option<Topic>,
    /// What new members may see.
    pub history: Option<History>,
    /// Who may enter.
    pub join: Option<JoinPolicy>,
    /// How many may be in it; those who already are stay.
    pub capacity: Option<Capacity>,
}

/// What a member may do; see [`allows`](crate::allows). Ordered by power.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Reads and writes.
    Member,
    /// Also looks after members and settings.
    Admin,
    /// Also decides about admins and the room itself. One per group.
    Owner,
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
    /// What the person may do.
    pub role: Role,
    /// How far the person has received and read.
    pub mark: Mark,
    /// The first event that the person may see.
    pub visible_from: Seq,
    /// Since when.
    pub joined_at: Timestamp,
}
