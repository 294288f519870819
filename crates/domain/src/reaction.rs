//! Reactions to messages.

use crate::{Emoji, Seq, Timestamp, UserRef};

/// How a message was reacted to, as it stands at some time. The later of two such sums is the one with the greater `rev`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reactions {
    /// Each emoji that somebody has put there, the first one first: at most [`Reactions::KINDS`].
    pub counts: Box<[ReactionCount]>,
    /// The event that last changed them; [`Seq::ZERO`] if none ever did.
    pub rev: Seq,
}

/// How many people have put an emoji to a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReactionCount {
    /// Which.
    pub emoji: Emoji,
    /// How many, at least one.
    pub count: u32,
}

/// That somebody has put an emoji to a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reaction {
    /// Who.
    pub user: UserRef,
    /// When.
    pub at: Timestamp,
}

impl Reactions {
    /// Most different emoji at one message.
    pub const KINDS: usize = 50;
    /// Most emoji of one person at one message.
    pub const OWN: usize = 10;
}
