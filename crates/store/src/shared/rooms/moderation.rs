//! Keeping order in rooms.

use async_trait::async_trait;
use futures_util::FutureExt;
use parlor_domain::{PageSize, RoomId, Timestamp, UserId, UserRef};
use parlor_ports::{BansPage, ModerationStore, RoomAct, RoomRefusal, StoreError};

use super::super::super::Backend;
use super::act::settle;
use super::sanctions;

#[async_trait]
impl ModerationStore for Backend {
    async fn mute(
        &self,
        room: RoomId,
        actor: UserRef,
        user: UserId,
        until: Option<Timestamp>,
        at: Timestamp,
    ) -> Result<RoomAct, StoreError> {
        self.write(move |tx| {
            settle(
                sanctions::mute(tx, room, actor, user, until, at),
                RoomAct::Refused,
            )
            .boxed()
        })
        .await
    }

    async fn ban(
        &self,
        room: RoomId,
        actor: UserRef,
        user: UserId,
        at: Timestamp,
    ) -> Result<RoomAct, StoreError> {
        self.write(move |tx| settle(sanctions::ban(tx, room, actor, user, at), RoomAct::Refused).boxed())
            .await
    }

    async fn lift_ban(
        &self,
        room: RoomId,
        actor: UserRef,
        user: UserId,
        at: Timestamp,
    ) -> Result<RoomAct, StoreError> {
        self.write(move |tx| settle(sanctions::lift_ban(tx, room, actor, user, at), RoomAct::Refused).boxed())
            .await
    }

    async fn bans(
        &self,
        room: RoomId,
        viewer: UserId,
        after: Option<UserId>,
        size: PageSize,
    ) -> Result<Result<BansPage, RoomRefusal>, StoreError> {
        self.snapshot(move |conn| sanctions::bans(conn, room, viewer, after, size).boxed())
            .await
    }
}
