//! What the admins of a room decide about it.

use crate::{Role, RoomKind};

/// Who may do what in a room, besides what roles decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// What a new member may see.
    pub history: History,
    /// Who may enter.
    pub join: JoinPolicy,
    /// Who may write.
    pub posting: Who,
    /// Who may bring people in, by adding them or by a link.
    pub adding: Who,
    /// How often a member who is no admin may write.
    pub slow_mode: SlowMode,
    /// Whether anybody can find it: for channels that anybody may enter.
    pub listed: bool,
}

impl Default for Rules {
    /// Whoever was added by an admin sees everything and may write.
    fn default() -> Self {
        Self {
            history: History::default(),
            join: JoinPolicy::default(),
            posting: Who::Everyone,
            adding: Who::Admins,
            slow_mode: SlowMode::OFF,
            listed: false,
        }
    }
}

/// New rules; `None` leaves one as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RulesChange {
    /// What a new member may see. Those who are in keep what they may see.
    pub history: Option<History>,
    /// Who may enter.
    pub join: Option<JoinPolicy>,
    /// Who may write.
    pub posting: Option<Who>,
    /// Who may bring people in.
    pub adding: Option<Who>,
    /// How often a member who is no admin may write.
    pub slow_mode: Option<SlowMode>,
    /// Whether anybody can find it. What anybody may enter no more is found no more.
    pub listed: Option<bool>,
}

impl Rules {
    /// Those of a new room of this kind: whoever was added by an admin sees everything and, but in a channel, may write.
    pub fn of_new(kind: RoomKind) -> Self {
        Self {
            posting: match kind {
                RoomKind::Channel => Who::Admins,
                RoomKind::Direct | RoomKind::Group => Who::Everyone,
            },
            ..Self::default()
        }
    }

    /// These rules with what changes.
    #[must_use]
    pub fn with(self, change: RulesChange) -> Self {
        let join = change.join.unwrap_or(self.join);
        let stays_listed = self.listed && join == JoinPolicy::Open;
        Self {
            history: change.history.unwrap_or(self.history),
            join,
            posting: change.posting.unwrap_or(self.posting),
            adding: change.adding.unwrap_or(self.adding),
            slow_mode: change.slow_mode.unwrap_or(self.slow_mode),
            listed: change.listed.unwrap_or(stays_listed),
        }
    }

    /// Whether a room of this kind can have them.
    pub fn suit(self, kind: RoomKind) -> bool {
        !self.listed || kind == RoomKind::Channel && self.join == JoinPolicy::Open
    }
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

/// Who may enter a room by himself. A link opens a closed room as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum JoinPolicy {
    /// Only whom somebody brings in.
    #[default]
    Closed,
    /// Whoever asks and is let in by an admin.
    Approval,
    /// Anybody.
    Open,
}

/// Which members of a room may do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Who {
    /// All of them.
    Everyone,
    /// Admins and the owner.
    Admins,
}

impl Who {
    /// Whether a member with this role may do it.
    pub fn includes(self, role: Role) -> bool {
        match self {
            Self::Everyone => true,
            Self::Admins => role >= Role::Admin,
        }
    }
}

/// The least time between two messages of a member: up to six hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SlowMode(u32);

/// A slow mode that is longer than allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be 0 to {} seconds", SlowMode::MAX)]
pub struct SlowModeError;

impl SlowMode {
    /// No limit.
    pub const OFF: Self = Self(0);
    /// The longest, in seconds.
    pub const MAX: u32 = 21_600;

    /// So many seconds.
    pub fn parse(seconds: u32) -> Result<Self, SlowModeError> {
        if seconds <= Self::MAX {
            Ok(Self(seconds))
        } else {
            Err(SlowModeError)
        }
    }

    /// One that was checked before it was stored.
    pub fn stored(seconds: u32) -> Self {
        Self(seconds)
    }

    /// The time, in seconds.
    pub fn seconds(self) -> u32 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_changed_stays() {
        let change = RulesChange {
            posting: Some(Who::Admins),
            ..RulesChange::default()
        };
        let rules = Rules::default().with(change);
        assert_eq!(rules.posting, Who::Admins);
        assert_eq!(
            Rules {
                posting: Who::Everyone,
                ..rules
            },
            Rules::default()
        );
    }

    #[test]
    fn only_what_anybody_may_enter_is_listed() {
        let change = |join, listed| RulesChange {
            join,
            listed,
            ..RulesChange::default()
        };
        let listed = Rules::default().with(change(Some(JoinPolicy::Open), Some(true)));
        assert!(listed.listed && listed.suit(RoomKind::Channel) && !listed.suit(RoomKind::Group));
        assert!(!listed.with(change(Some(JoinPolicy::Approval), None)).listed);
        let both = listed.with(change(Some(JoinPolicy::Closed), Some(true)));
        assert!(!both.suit(RoomKind::Channel), "that cannot be meant");
    }

    #[test]
    fn the_longest_slow_mode_is_six_hours() {
        assert_eq!(SlowMode::parse(21_600).unwrap().seconds(), 21_600);
        assert_eq!(SlowMode::parse(21_601), Err(SlowModeError));
    }
}
