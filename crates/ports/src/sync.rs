//! Where a user's streams stand, for a socket that opens.

use async_trait::async_trait;
use parlor_domain::{
    Account, Head, Mark, Position, RoomId, RoomKind, Seq, Session, SessionId, StreamId, Tag, Timestamp,
};

use crate::StoreError;

/// Reads what a socket needs to begin, in one snapshot and at most four statements.
#[async_trait]
pub trait SyncStore: Send + Sync {
    /// Session, account, rooms and the heads of their streams, and the tags at the given positions where these are
    /// neither the head nor the beginning, and how many of the notifications since a time are unread. `None` if the session is
    /// over, expired, or its account disabled.
    async fn snapshot(
        &self,
        session: SessionId,
        positions: Vec<(StreamId, Position)>,
        notified_since: Timestamp,
        now: Timestamp,
    ) -> Result<Option<Snapshot>, StoreError>;

    /// As [`SyncStore::snapshot`], with none but these of the user's rooms, for who follows no others. No tags are looked up, and no
    /// notifications counted.
    async fn snapshot_of(
        &self,
        session: SessionId,
        rooms: Vec<RoomId>,
        now: Timestamp,
    ) -> Result<Option<Snapshot>, StoreError>;
}

/// A user's streams at one moment.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// The session.
    pub session: Session,
    /// Its account.
    pub account: Account,
    /// The head of the user's own stream.
    pub own: Position,
    /// Every room that the user is in, or those that were asked for.
    pub rooms: Vec<RoomHead>,
    /// For each given position that was looked up: the tag that the log has there. Missing if there is no such event.
    pub tags: Vec<(StreamId, Tag)>,
    /// How many notifications are unread, as [`NotificationStore::list`] says, counted to [`Snapshot::NOTIFICATIONS`], and among
    /// the last [`Snapshot::LOOKED_AT`] events of the user's own stream.
    ///
    /// [`NotificationStore::list`]: crate::NotificationStore::list
    pub unread: u64,
}

impl Snapshot {
    /// So many unread notifications are counted.
    pub const NOTIFICATIONS: usize = 100;
    /// So many events of the user's own stream are looked at for them.
    pub const LOOKED_AT: i64 = 1_000;
}

/// A membership and how far the room's stream has grown.
#[derive(Debug, Clone)]
pub struct RoomHead {
    /// The room.
    pub room: RoomId,
    /// Direct or group.
    pub kind: RoomKind,
    /// How far its stream has grown.
    pub head: Head,
    /// The event that tells of the user's joining: what he hears begins here.
    pub joined: Seq,
    /// The first event that the user may see.
    pub visible_from: Seq,
    /// The user's mark.
    pub mark: Mark,
}
