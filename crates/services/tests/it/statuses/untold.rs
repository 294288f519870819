//! Telling of statuses that fails or never ends: what has ended is erased all the same.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use parlor_domain::{ClientId, Draft, PageSize, RoomId, Status, StatusId, Timestamp, UserId, UserRef};
use parlor_ports::{
    NewStatus, StatusCursor, StatusPut, StatusStore, StatusView, StatusViewsPage, StatusesPage, StoreError,
};
use parlor_services::{Ports, Settings};

use super::draft;
use crate::world::{World, code};

/// Passes everything on, but tells nobody.
struct Untold {
    store: Arc<dyn StatusStore>,
    /// What is said of it.
    told: fn() -> Result<bool, StoreError>,
}

#[async_trait]
impl StatusStore for Untold {
    async fn tell(&self, _: Timestamp) -> Result<bool, StoreError> {
        tokio::task::yield_now().await;
        (self.told)()
    }

    async fn post(&self, new: NewStatus) -> Result<StatusPut, StoreError> {
        self.store.post(new).await
    }

    async fn known(&self, new: &NewStatus) -> Result<Option<StatusPut>, StoreError> {
        self.store.known(new).await
    }

    async fn answered(
        &self,
        sender: UserId,
        client_id: ClientId,
        answer: Draft,
    ) -> Result<Option<RoomId>, StoreError> {
        self.store.answered(sender, client_id, answer).await
    }

    async fn find(
        &self,
        status: StatusId,
        viewer: UserId,
        now: Timestamp,
    ) -> Result<Option<StatusView>, StoreError> {
        self.store.find(status, viewer, now).await
    }

    async fn feed(
        &self,
        viewer: UserId,
        after: Option<StatusCursor>,
        size: PageSize,
        now: Timestamp,
    ) -> Result<StatusesPage, StoreError> {
        self.store.feed(viewer, after, size, now).await
    }

    async fn current(
        &self,
        viewer: UserId,
        authors: Vec<UserId>,
        now: Timestamp,
    ) -> Result<Vec<Status>, StoreError> {
        self.store.current(viewer, authors, now).await
    }

    async fn own(&self, author: UserId, now: Timestamp) -> Result<StatusesPage, StoreError> {
        self.store.own(author, now).await
    }

    async fn remove(&self, status: StatusId, author: UserRef, at: Timestamp) -> Result<bool, StoreError> {
        self.store.remove(status, author, at).await
    }

    async fn mark_viewed(
        &self,
        status: StatusId,
        viewer: UserRef,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        self.store.mark_viewed(status, viewer, at).await
    }

    async fn views(
        &self,
        status: StatusId,
        author: UserId,
        after: Option<UserId>,
        size: PageSize,
        now: Timestamp,
    ) -> Result<Option<StatusViewsPage>, StoreError> {
        self.store.views(status, author, after, size, now).await
    }

    async fn erase(&self, now: Timestamp) -> Result<bool, StoreError> {
        self.store.erase(now).await
    }
}

/// Posts a status, lets it end, and tends the statuses by a store of which telling says this. Gives the outcome, once nothing is left
/// of the status.
async fn tended(told: fn() -> Result<bool, StoreError>) -> &'static str {
    let world = World::new().await;
    let ann = world.person("ann").await;
    world.services.statuses.post(&ann, draft("tea")).await.unwrap();
    world.pass(24 * 60 * 60);
    let store = world.ports.statuses.clone();
    let ports = Ports {
        statuses: Arc::new(Untold { store, told }),
        ..world.ports.clone()
    };
    let services = world.services_with(ports, Settings::default());
    let tended = tokio::time::timeout(Duration::from_secs(20), services.statuses.tend()).await;
    let now = world.ports.clock.now();
    assert!(!world.ports.statuses.erase(now).await.unwrap(), "it is erased");
    code(tended.unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_has_ended_is_erased_though_nobody_can_be_told() {
    let outcome = tended(|| Err(StoreError::Other("a bad row".into()))).await;
    assert_eq!(outcome, "internal");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_has_ended_is_erased_though_there_is_no_end_of_telling() {
    assert_eq!(tended(|| Ok(true)).await, "ok");
}
