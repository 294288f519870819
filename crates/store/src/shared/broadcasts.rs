//! Broadcast lists, and what is sent to them.
//!
//! A list, who is in it and what is sent to it change under the lock of its owner's stream.

mod ending;
mod fates;
mod lists;
mod recipients;
mod sending;
mod showing;

use async_trait::async_trait;
use diesel::dsl::not;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use parlor_domain::{
    BroadcastId, BroadcastList, BroadcastListId, ListName, PageSize, Position, Timestamp, UserId, UserRef,
    What,
};
use parlor_ports::{
    Batch, BroadcastPut, BroadcastStore, BroadcastView, BroadcastsPage, Fate, FatesPage, ListAct, ListPut,
    ListsPage, NewBroadcast, NewList, Priority, RecipientsPage, StoreError,
};

use super::super::{Backend, Conn};
use super::Tx;
use crate::id::Id;
use crate::rows::{ListRow, StreamRow};
use crate::schema::{broadcast_lists, streams};

pub(super) use self::ending::delete_all;
pub(super) use self::lists::create as make_list;
pub(super) use self::recipients::add as add_recipients;

#[async_trait]
impl BroadcastStore for Backend {
    async fn create(&self, new: NewList) -> Result<ListPut, StoreError> {
        self.write(move |tx| lists::create(tx, new).boxed()).await
    }

    async fn find(&self, list: BroadcastListId, owner: UserId) -> Result<Option<BroadcastList>, StoreError> {
        self.read(move |conn| lists::find(conn, list, owner).boxed())
            .await
    }

    async fn lists(
        &self,
        owner: UserId,
        after: Option<BroadcastListId>,
        size: PageSize,
    ) -> Result<ListsPage, StoreError> {
        self.snapshot(move |conn| lists::list(conn, owner, after, size).boxed())
            .await
    }

    async fn rename(
        &self,
        list: BroadcastListId,
        owner: UserRef,
        name: ListName,
        at: Timestamp,
    ) -> Result<Option<BroadcastList>, StoreError> {
        self.write(move |tx| lists::rename(tx, list, owner, name, at).boxed())
            .await
    }

    async fn delete(&self, list: BroadcastListId, owner: UserRef, at: Timestamp) -> Result<bool, StoreError> {
        self.write(move |tx| ending::delete(tx, list, owner, at).boxed())
            .await
    }

    async fn add(
        &self,
        list: BroadcastListId,
        owner: UserRef,
        people: Vec<UserId>,
        most: u32,
        at: Timestamp,
    ) -> Result<ListAct, StoreError> {
        self.write(move |tx| recipients::add(tx, list, owner, people, most, at).boxed())
            .await
    }

    async fn remove(
        &self,
        list: BroadcastListId,
        owner: UserRef,
        people: Vec<UserId>,
        at: Timestamp,
    ) -> Result<ListAct, StoreError> {
        self.write(move |tx| recipients::remove(tx, list, owner, people, at).boxed())
            .await
    }

    async fn recipients(
        &self,
        list: BroadcastListId,
        owner: UserId,
        after: Option<UserId>,
        size: PageSize,
    ) -> Result<Option<RecipientsPage>, StoreError> {
        self.snapshot(move |conn| recipients::list(conn, list, owner, after, size).boxed())
            .await
    }

    async fn send(&self, new: NewBroadcast) -> Result<BroadcastPut, StoreError> {
        self.write(move |tx| sending::send(tx, new).boxed()).await
    }

    async fn known(&self, new: &NewBroadcast) -> Result<Option<BroadcastPut>, StoreError> {
        let new = new.clone();
        self.snapshot(move |conn| async move { sending::known(conn, &new).await }.boxed())
            .await
    }

    async fn sent(&self, broadcast: BroadcastId, owner: UserId) -> Result<Option<BroadcastView>, StoreError> {
        self.snapshot(move |conn| showing::find(conn, broadcast, owner).boxed())
            .await
    }

    async fn history(
        &self,
        list: BroadcastListId,
        owner: UserId,
        before: Option<BroadcastId>,
        size: PageSize,
    ) -> Result<Option<BroadcastsPage>, StoreError> {
        self.snapshot(move |conn| showing::list(conn, list, owner, before, size).boxed())
            .await
    }

    async fn read_by_all(
        &self,
        broadcasts: Vec<BroadcastId>,
        owner: UserId,
    ) -> Result<Vec<BroadcastId>, StoreError> {
        self.snapshot(move |conn| showing::read_by_all(conn, broadcasts, owner).boxed())
            .await
    }

    async fn fates(
        &self,
        broadcast: BroadcastId,
        owner: UserId,
        after: Option<UserId>,
        size: PageSize,
    ) -> Result<Option<FatesPage>, StoreError> {
        self.snapshot(move |conn| fates::list(conn, broadcast, owner, after, size).boxed())
            .await
    }

    async fn prepare(&self, now: Timestamp) -> Result<Option<Batch>, StoreError> {
        loop {
            let prepared = self
                .write_as(Priority::Bulk, move |tx| sending::prepare(tx, now).boxed())
                .await?;
            if let Some(prepared) = prepared {
                return Ok(prepared);
            }
        }
    }

    async fn settle(&self, batch: &Batch, fates: Vec<Fate>, at: Timestamp) -> Result<(), StoreError> {
        let (broadcast, sender, after) = (batch.broadcast, batch.sender, batch.after);
        let people = batch.recipients.iter().map(|(user, _)| *user);
        let fates: Vec<(UserId, Fate)> = people.zip(fates).collect();
        self.write_as(Priority::Bulk, move |tx| {
            fates::settle(tx, (broadcast, sender), after, fates, at).boxed()
        })
        .await
    }

    async fn erase(&self, until: Timestamp) -> Result<bool, StoreError> {
        self.write_as(Priority::Bulk, move |tx| ending::erase(tx, until).boxed())
            .await
    }
}

/// A list of this owner that was not deleted.
async fn owned(conn: &mut Conn, list: BroadcastListId, owner: UserId) -> QueryResult<Option<ListRow>> {
    broadcast_lists::table
        .find(Id::of(list))
        .filter(broadcast_lists::owner_id.eq(Id::of(owner)))
        .filter(not(broadcast_lists::deleted))
        .select(ListRow::as_select())
        .first(conn)
        .await
        .optional()
}

async fn position(conn: &mut Conn, owner: UserId) -> QueryResult<Position> {
    let row: Option<StreamRow> = streams::table
        .find(Id::of(owner))
        .select(StreamRow::as_select())
        .first(conn)
        .await
        .optional()?;
    Ok(row.map_or(Position::default(), |row| row.position()))
}

/// Tells the owner that a list of his is as it is.
async fn tell(tx: &mut Tx<'_>, owner: UserRef, list: &BroadcastList, at: Timestamp) -> QueryResult<()> {
    let changed = What::BroadcastListChanged {
        list: list.id,
        recipients: list.recipients,
    };
    tx.append(owner.id, Some(owner), changed, at).await?;
    Ok(())
}
