//! Keeping order in rooms: who may not write, and who is kept out.

use async_trait::async_trait;
use parlor_domain::{PageSize, RoomId, Timestamp, UserId, UserRef};

use crate::{RoomAct, RoomRefusal, StoreError};

/// Restraints on people in rooms. They hold whether somebody is in the room or not, so that nobody is rid of one by leaving.
/// Rights are checked inside the transaction that writes; the room's stream tells of what changed.
#[async_trait]
pub trait ModerationStore: Send + Sync {
    /// Lets a member not write until then, or write again.
    async fn mute(
        &self,
        room: RoomId,
        actor: UserRef,
        user: UserId,
        until: Option<Timestamp>,
        at: Timestamp,
    ) -> Result<RoomAct, StoreError>;

    /// Keeps somebody out: a member, who leaves by it, one who asks to be let in, or anybody else.
    async fn ban(
        &self,
        room: RoomId,
        actor: UserRef,
        user: UserId,
        at: Timestamp,
    ) -> Result<RoomAct, StoreError>;

    /// Keeps somebody out no more.
    async fn lift_ban(
        &self,
        room: RoomId,
        actor: UserRef,
        user: UserId,
        at: Timestamp,
    ) -> Result<RoomAct, StoreError>;

    /// Who is kept out, in the order of their ids; for admins.
    async fn bans(
        &self,
        room: RoomId,
        viewer: UserId,
        after: Option<UserId>,
        size: PageSize,
    ) -> Result<Result<BansPage, RoomRefusal>, StoreError>;
}

/// Somebody who is kept out of a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ban {
    /// Who.
    pub user: UserRef,
    /// By whom.
    pub by: UserId,
    /// Since when.
    pub at: Timestamp,
}

impl Ban {
    /// How many people can be kept out of a room.
    pub const MOST: u32 = 10_000;
}

/// Some of those who are kept out of a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BansPage {
    /// Who.
    pub bans: Vec<Ban>,
    /// After whom the next page begins; `None` at the end.
    pub next: Option<UserId>,
}
