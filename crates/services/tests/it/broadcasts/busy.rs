//! Broadcasts while too much work waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use parlor_domain::{
    Emoji, Event, MarksUpdate, PageSize, Rev, RoomId, Seq, StreamId, Timestamp, UserId, UserRef,
};
use parlor_ports::{
    Append, Appended, Counted, EventLog, HistoryPage, HistoryRange, MessageAct, PinsPage, PlaysPage,
    ReactionsPage, ReceiptRange, ReceiptsPage, RevisionsPage, SaidPage, StoreError,
};
use parlor_services::{Ports, Settings};

use super::{draft, heard, list};
use crate::world::World;

/// Passes everything on, but has no place for the first message.
struct Busy {
    log: Arc<dyn EventLog>,
    full: AtomicBool,
}

#[async_trait]
impl EventLog for Busy {
    async fn append(&self, append: Append) -> Result<Appended, StoreError> {
        if self.full.swap(false, Ordering::SeqCst) {
            return Err(StoreError::Busy);
        }
        self.log.append(append).await
    }

    async fn events_after(&self, stream: StreamId, after: Seq) -> Result<Vec<Arc<Event>>, StoreError> {
        self.log.events_after(stream, after).await
    }

    async fn marks_after(&self, stream: StreamId, rev: Rev) -> Result<MarksUpdate, StoreError> {
        self.log.marks_after(stream, rev).await
    }

    async fn history(
        &self,
        room: RoomId,
        viewer: UserId,
        range: HistoryRange,
        size: PageSize,
    ) -> Result<Option<HistoryPage>, StoreError> {
        self.log.history(room, viewer, range, size).await
    }

    async fn message(
        &self,
        room: RoomId,
        viewer: UserId,
        seq: Seq,
    ) -> Result<Option<Arc<Event>>, StoreError> {
        self.log.message(room, viewer, seq).await
    }

    async fn newest_said(
        &self,
        room: RoomId,
        viewer: UserId,
        skip: u64,
        most: usize,
    ) -> Result<Vec<Arc<Event>>, StoreError> {
        self.log.newest_said(room, viewer, skip, most).await
    }

    async fn said(
        &self,
        viewer: UserId,
        room: Option<RoomId>,
        skip: u64,
        most: usize,
    ) -> Result<SaidPage, StoreError> {
        self.log.said(viewer, room, skip, most).await
    }

    async fn numbered(&self, number: i64) -> Result<Option<Arc<Event>>, StoreError> {
        self.log.numbered(number).await
    }

    async fn take_back(&self, number: i64, author: UserRef, at: Timestamp) -> Result<MessageAct, StoreError> {
        self.log.take_back(number, author, at).await
    }

    async fn mark_played(
        &self,
        room: RoomId,
        seq: Seq,
        user: UserRef,
        at: Timestamp,
    ) -> Result<MessageAct, StoreError> {
        self.log.mark_played(room, seq, user, at).await
    }

    async fn plays(
        &self,
        room: RoomId,
        viewer: UserId,
        seq: Seq,
        after: Option<UserId>,
        size: PageSize,
    ) -> Result<PlaysPage, StoreError> {
        self.log.plays(room, viewer, seq, after, size).await
    }

    async fn react(
        &self,
        room: RoomId,
        seq: Seq,
        user: UserRef,
        reaction: (Emoji, bool),
        at: Timestamp,
    ) -> Result<MessageAct, StoreError> {
        self.log.react(room, seq, user, reaction, at).await
    }

    async fn receipts(
        &self,
        room: RoomId,
        viewer: UserId,
        seq: Seq,
        range: ReceiptRange,
        size: PageSize,
    ) -> Result<Option<ReceiptsPage>, StoreError> {
        self.log.receipts(room, viewer, seq, range, size).await
    }

    async fn count_reactions(&self, now: Timestamp, most: usize) -> Result<Counted, StoreError> {
        self.log.count_reactions(now, most).await
    }

    async fn reactions(
        &self,
        room: RoomId,
        seq: Seq,
        emoji: Emoji,
        after: Option<UserId>,
        size: PageSize,
    ) -> Result<ReactionsPage, StoreError> {
        self.log.reactions(room, seq, emoji, after, size).await
    }

    async fn pin(
        &self,
        room: RoomId,
        seq: Seq,
        user: UserRef,
        on: bool,
        at: Timestamp,
    ) -> Result<MessageAct, StoreError> {
        self.log.pin(room, seq, user, on, at).await
    }

    async fn pins(&self, room: RoomId, viewer: UserId) -> Result<Option<PinsPage>, StoreError> {
        self.log.pins(room, viewer).await
    }

    async fn revisions(
        &self,
        room: RoomId,
        viewer: UserId,
        seq: Seq,
        after: u64,
        size: PageSize,
    ) -> Result<Option<RevisionsPage>, StoreError> {
        self.log.revisions(room, viewer, seq, after, size).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broadcast_waits_no_longer_than_there_is_too_much_work() {
    let world = World::new().await;
    let [ann, ben, cleo] = world.people(["ann", "ben", "cleo"]).await;
    let list = list(&world, &ann, &[&ben, &cleo]).await;
    let busy = Busy {
        log: world.ports.log.clone(),
        full: AtomicBool::new(true),
    };
    let ports = Ports {
        log: Arc::new(busy),
        ..world.ports.clone()
    };
    let broadcasts = world.services_with(ports, Settings::default()).broadcasts;
    let sale = broadcasts.send(&ann, list, draft("b1", "sale")).await.unwrap();
    broadcasts.tend().await.unwrap();
    let view = broadcasts.sent(&ann, sale.into_inner().id).await.unwrap();
    let progress = view.broadcast.progress;
    assert_eq!((progress.waiting, progress.sent, progress.skipped), (0, 2, 0));
    for person in [&ben, &cleo] {
        assert_eq!(heard(&world, person, &ann).await, ["sale"]);
    }
}
