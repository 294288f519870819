//! What people show their contacts for a day.
//!
//! Whoever tells people of a status, or decides by what they were told, has locked the streams of its author and of them. So
//! nobody is told of it who is blocked, and a row of `status_views` stands for one who was told, and was told of nothing else.

mod answering;
mod current;
mod erasing;
mod looking;
mod parting;
mod posting;
mod telling;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use parlor_domain::{ClientId, Draft, PageSize, RoomId, Status, StatusId, Timestamp, UserId, UserRef};
use parlor_ports::{
    NewStatus, Priority, StatusCursor, StatusPut, StatusStore, StatusView, StatusViewsPage, StatusesPage,
    StoreError,
};

use super::super::Backend;
use super::Tx;
use crate::id::Id;
use crate::rows::StatusRow;
use crate::schema::statuses;

pub(super) use self::parting::{forget, part};
pub(super) use self::posting::{lasting_since, post as post_status, remove_all};

#[async_trait]
impl StatusStore for Backend {
    async fn post(&self, new: NewStatus) -> Result<StatusPut, StoreError> {
        self.write(move |tx| posting::post(tx, new).boxed()).await
    }

    async fn known(&self, new: &NewStatus) -> Result<Option<StatusPut>, StoreError> {
        let new = new.clone();
        self.snapshot(move |conn| async move { posting::known(conn, &new).await }.boxed())
            .await
    }

    async fn answered(
        &self,
        sender: UserId,
        client_id: ClientId,
        answer: Draft,
    ) -> Result<Option<RoomId>, StoreError> {
        self.read(move |conn| answering::room(conn, sender, client_id, answer).boxed())
            .await
    }

    async fn find(
        &self,
        status: StatusId,
        viewer: UserId,
        now: Timestamp,
    ) -> Result<Option<StatusView>, StoreError> {
        self.snapshot(move |conn| looking::find(conn, status, viewer, now).boxed())
            .await
    }

    async fn feed(
        &self,
        viewer: UserId,
        after: Option<StatusCursor>,
        size: PageSize,
        now: Timestamp,
    ) -> Result<StatusesPage, StoreError> {
        self.snapshot(move |conn| looking::feed(conn, viewer, after, size, now).boxed())
            .await
    }

    async fn current(
        &self,
        viewer: UserId,
        authors: Vec<UserId>,
        now: Timestamp,
    ) -> Result<Vec<Status>, StoreError> {
        self.snapshot(move |conn| current::of(conn, viewer, authors, now).boxed())
            .await
    }

    async fn own(&self, author: UserId, now: Timestamp) -> Result<StatusesPage, StoreError> {
        self.snapshot(move |conn| looking::own(conn, author, now).boxed())
            .await
    }

    async fn remove(&self, status: StatusId, author: UserRef, at: Timestamp) -> Result<bool, StoreError> {
        self.write(move |tx| posting::remove(tx, status, author, at).boxed())
            .await
    }

    async fn mark_viewed(
        &self,
        status: StatusId,
        viewer: UserRef,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        self.write(move |tx| looking::mark(tx, status, viewer, at).boxed())
            .await
    }

    async fn views(
        &self,
        status: StatusId,
        author: UserId,
        after: Option<UserId>,
        size: PageSize,
        now: Timestamp,
    ) -> Result<Option<StatusViewsPage>, StoreError> {
        self.snapshot(move |conn| looking::views(conn, (status, author), after, size, now).boxed())
            .await
    }

    async fn tell(&self, now: Timestamp) -> Result<bool, StoreError> {
        self.write_as(Priority::Bulk, move |tx| telling::tell(tx, now).boxed())
            .await
    }

    async fn erase(&self, now: Timestamp) -> Result<bool, StoreError> {
        self.write_as(Priority::Bulk, move |tx| erasing::erase(tx, now).boxed())
            .await
    }
}

/// A status, whatever has become of it, if it is there. The stream of its author must be locked.
async fn held(tx: &mut Tx<'_>, status: Id) -> QueryResult<Option<StatusRow>> {
    statuses::table
        .find(status)
        .select(StatusRow::as_select())
        .first(tx.conn)
        .await
        .optional()
}
