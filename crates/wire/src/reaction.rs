//! Reactions to messages.

use parlor_domain::Reactions;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{PersonRef, Time};

/// How a message was reacted to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReactionsView {
    /// Each emoji that somebody has put there, the first one first: at most 50.
    pub counts: Vec<ReactionCountView>,
    /// The event that last changed them. Of two versions the one with the greater `rev` is newer.
    pub rev: u64,
}

impl ReactionsView {
    /// Whether nobody ever reacted.
    pub fn is_none(&self) -> bool {
        self.rev == 0
    }
}

/// How many people have put an emoji to a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReactionCountView {
    /// Which.
    pub emoji: String,
    /// How many, at least one.
    pub count: u32,
}

impl From<&Reactions> for ReactionsView {
    fn from(reactions: &Reactions) -> Self {
        let counts = reactions.counts.iter().map(|count| ReactionCountView {
            emoji: count.emoji.to_string(),
            count: count.count,
        });
        Self {
            counts: counts.collect(),
            rev: reactions.rev.0,
        }
    }
}

/// An emoji that one has put to a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OwnReaction {
    /// The message.
    pub seq: u64,
    /// Which.
    pub emoji: String,
}

/// That somebody has put an emoji to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReactionView {
    /// Who.
    pub user: PersonRef,
    /// When.
    pub at: Time,
}

/// Some of those who have put an emoji to a message, in the order of their ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReactionsPage {
    /// Who, and when.
    pub reactions: Vec<ReactionView>,
    /// What to give as `after` for the next page; `null` at the end.
    pub next: Option<Uuid>,
}
