//! Broadcast lists: one message for many, each of whom gets it from its sender alone.

use crate::{BroadcastId, BroadcastListId, ListName, Media, MessageBody, Timestamp};

/// A list of recipients, which is known to its owner alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BroadcastList {
    /// Its id.
    pub id: BroadcastListId,
    /// What its owner calls it.
    pub name: ListName,
    /// How many recipients it has.
    pub recipients: u32,
    /// When it was made.
    pub created_at: Timestamp,
}

impl BroadcastList {
    /// Most recipients that can be added or removed at once.
    pub const AT_ONCE: usize = 1_000;
}

/// One message that goes to all who were in a list when it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broadcast {
    /// Its id.
    pub id: BroadcastId,
    /// To which list it was sent.
    pub list: BroadcastListId,
    /// The text, which may be empty beside media.
    pub body: MessageBody,
    /// What it shows besides.
    pub media: Box<[Media]>,
    /// How far it has come.
    pub progress: BroadcastProgress,
    /// When it was sent.
    pub at: Timestamp,
}

/// How far a broadcast has come: each recipient is counted once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BroadcastProgress {
    /// How many it has still to be sent to. At its end, none.
    pub waiting: u32,
    /// To how many it was sent.
    pub sent: u32,
    /// To how many it could not be sent.
    pub skipped: u32,
}
