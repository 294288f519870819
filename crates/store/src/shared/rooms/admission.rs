//! Coming into rooms by links and by asking.

use async_trait::async_trait;
use futures_util::FutureExt;
use parlor_domain::{
    Dialect, JoinRequest, LinkCode, PageSize, RequestNote, RoomId, RoomLink, Timestamp, UserId, UserRef,
};
use parlor_ports::{AdmissionStore, JoinRequestsPage, Joined, LinkedRoom, RoomRefusal, StoreError};

use super::super::super::Backend;
use super::act::outcome;
use super::{called, links, requests};

#[async_trait]
impl AdmissionStore for Backend {
    async fn add_link(&self, link: RoomLink) -> Result<Result<(), RoomRefusal>, StoreError> {
        self.write(move |tx| outcome(links::add(tx, link)).boxed()).await
    }

    async fn links(
        &self,
        room: RoomId,
        viewer: UserId,
        now: Timestamp,
    ) -> Result<Result<Vec<RoomLink>, RoomRefusal>, StoreError> {
        self.snapshot(move |conn| links::list(conn, room, viewer, now).boxed())
            .await
    }

    async fn revoke_link(
        &self,
        room: RoomId,
        actor: UserId,
        code: LinkCode,
    ) -> Result<Result<(), RoomRefusal>, StoreError> {
        self.write(move |tx| outcome(links::revoke(tx, room, actor, code)).boxed())
            .await
    }

    async fn follow_link(
        &self,
        code: LinkCode,
        viewer: UserId,
        now: Timestamp,
    ) -> Result<Option<LinkedRoom>, StoreError> {
        self.snapshot(move |conn| links::follow(conn, code, viewer, now).boxed())
            .await
    }

    async fn join_by_link(
        &self,
        code: LinkCode,
        user: UserRef,
        note: Option<RequestNote>,
        at: Timestamp,
    ) -> Result<Result<(RoomId, Joined), RoomRefusal>, StoreError> {
        self.write(move |tx| outcome(links::join(tx, code, user, note, at)).boxed())
            .await
    }

    async fn join_by_name(
        &self,
        dialect: Dialect,
        name: &str,
        user: UserRef,
        at: Timestamp,
    ) -> Result<Result<(RoomId, Joined), RoomRefusal>, StoreError> {
        let name = name.to_owned();
        self.write(move |tx| outcome(called::join(tx, dialect, name, user, at)).boxed())
            .await
    }

    async fn admit(
        &self,
        room: RoomId,
        actor: UserRef,
        user: UserId,
        at: Timestamp,
    ) -> Result<Result<(), RoomRefusal>, StoreError> {
        self.write(move |tx| outcome(requests::admit(tx, room, actor, user, at)).boxed())
            .await
    }

    async fn turn_away(
        &self,
        room: RoomId,
        actor: UserRef,
        user: UserId,
        at: Timestamp,
    ) -> Result<Result<(), RoomRefusal>, StoreError> {
        self.write(move |tx| outcome(requests::turn_away(tx, room, actor, user, at)).boxed())
            .await
    }

    async fn requests(
        &self,
        room: RoomId,
        viewer: UserId,
        after: Option<UserId>,
        size: PageSize,
    ) -> Result<Result<JoinRequestsPage, RoomRefusal>, StoreError> {
        self.snapshot(move |conn| requests::list(conn, room, viewer, after, size).boxed())
            .await
    }

    async fn requests_of(&self, user: UserId) -> Result<Vec<JoinRequest>, StoreError> {
        self.read(move |conn| requests::list_of(conn, user).boxed()).await
    }
}
