//! How people come into rooms besides being added: by links, by names, and by asking.

use async_trait::async_trait;
use parlor_domain::{
    Dialect, JoinRequest, LinkCode, PageSize, RequestNote, Room, RoomId, RoomLink, Timestamp, UserId, UserRef,
};

use crate::{Joined, RoomRefusal, StoreError};

/// Links to rooms, the names that dialects give them, and requests to be let in, which [`RoomStore::join`] makes as well. Rights are checked inside the
/// transaction that writes.
///
/// Who asks is told in his own stream, and so are the owner and the admins of the room in theirs: by
/// [`What::JoinRequested`] and [`What::JoinRequestEnded`].
///
/// [`RoomStore::join`]: crate::RoomStore::join
/// [`What::JoinRequested`]: parlor_domain::What::JoinRequested
/// [`What::JoinRequestEnded`]: parlor_domain::What::JoinRequestEnded
#[async_trait]
pub trait AdmissionStore: Send + Sync {
    /// Makes a link. Those of the room that have expired are forgotten.
    async fn add_link(&self, link: RoomLink) -> Result<Result<(), RoomRefusal>, StoreError>;

    /// The links of a room that still lead there, the oldest first, for those who may bring people in: at most
    /// [`RoomLink::MOST`].
    async fn links(
        &self,
        room: RoomId,
        viewer: UserId,
        now: Timestamp,
    ) -> Result<Result<Vec<RoomLink>, RoomRefusal>, StoreError>;

    /// Ends a link: one's own, or as an admin any.
    async fn revoke_link(
        &self,
        room: RoomId,
        actor: UserId,
        code: LinkCode,
    ) -> Result<Result<(), RoomRefusal>, StoreError>;

    /// Where a link leads, for somebody who has it; `None` if nowhere, or if he is kept out there.
    async fn follow_link(
        &self,
        code: LinkCode,
        viewer: UserId,
        now: Timestamp,
    ) -> Result<Option<LinkedRoom>, StoreError>;

    /// Enters the room of a link, or asks to, as the link says.
    async fn join_by_link(
        &self,
        code: LinkCode,
        user: UserRef,
        note: Option<RequestNote>,
        at: Timestamp,
    ) -> Result<Result<(RoomId, Joined), RoomRefusal>, StoreError>;

    /// Enters the group or channel that a dialect calls so, whatever its rules say of those who come by themselves: the name is the
    /// way in.
    async fn join_by_name(
        &self,
        dialect: Dialect,
        name: &str,
        user: UserRef,
        at: Timestamp,
    ) -> Result<Result<(RoomId, Joined), RoomRefusal>, StoreError>;

    /// Lets somebody in who has asked.
    async fn admit(
        &self,
        room: RoomId,
        actor: UserRef,
        user: UserId,
        at: Timestamp,
    ) -> Result<Result<(), RoomRefusal>, StoreError>;

    /// Ends a request: one's own, or as an admin anybody's.
    async fn turn_away(
        &self,
        room: RoomId,
        actor: UserRef,
        user: UserId,
        at: Timestamp,
    ) -> Result<Result<(), RoomRefusal>, StoreError>;

    /// Who asks to be let into a room, in the order of their ids; for admins.
    async fn requests(
        &self,
        room: RoomId,
        viewer: UserId,
        after: Option<UserId>,
        size: PageSize,
    ) -> Result<Result<JoinRequestsPage, RoomRefusal>, StoreError>;

    /// Into which rooms somebody asks to be let, in the order of their ids: at most [`JoinRequest::MOST`].
    async fn requests_of(&self, user: UserId) -> Result<Vec<JoinRequest>, StoreError>;
}

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedRoom {
    /// The room.
    pub room: Room,
    /// Whether an admin has to let in who comes by it.
    pub approval: bool,
    /// Whether the viewer is in it.
    pub member: bool,
    /// Whether the viewer has asked to be.
    pub requested: bool,
}

/// Some of those who ask to be let into a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinRequestsPage {
    /// The requests.
    pub requests: Vec<JoinRequest>,
    /// After whom the next page begins; `None` at the end.
    pub next: Option<UserId>,
}
