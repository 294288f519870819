//! A log in memory.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use parlor_domain::{
    Emoji, Event, MarksUpdate, PageSize, Rev, RoomId, Seq, StreamId, Timestamp, UserId, UserRef,
};
use parlor_ports::{
    Append, Appended, Counted, EventLog, HistoryPage, HistoryRange, MessageAct, PinsPage, PlaysPage,
    ReactionsPage, ReceiptRange, ReceiptsPage, RevisionsPage, SaidPage, StoreError,
};

/// The log: events by stream, and marks.
#[derive(Default)]
pub(crate) struct Log {
    pub(crate) streams: Mutex<HashMap<StreamId, Vec<Arc<Event>>>>,
    pub(crate) marks: Mutex<HashMap<StreamId, Vec<Arc<MarksUpdate>>>>,
    pub(crate) reads: AtomicUsize,
    /// What is read of events comes a second later.
    pub(crate) slow: AtomicBool,
}

#[async_trait]
impl EventLog for Log {
    async fn newest_said(
        &self,
        _: RoomId,
        _: UserId,
        _: u64,
        _: usize,
    ) -> Result<Vec<Arc<Event>>, StoreError> {
        unreachable!("the hub reads the log only")
    }

    async fn said(&self, _: UserId, _: Option<RoomId>, _: u64, _: usize) -> Result<SaidPage, StoreError> {
        unreachable!("the hub reads the log only")
    }

    async fn numbered(&self, _: i64) -> Result<Option<Arc<Event>>, StoreError> {
        unreachable!("the hub reads the log only")
    }

    async fn take_back(&self, _: i64, _: UserRef, _: Timestamp) -> Result<MessageAct, StoreError> {
        unreachable!("the hub reads the log only")
    }

    async fn events_after(&self, stream: StreamId, after: Seq) -> Result<Vec<Arc<Event>>, StoreError> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        let page = {
            let streams = self.streams.lock().expect("no panic");
            let events = streams.get(&stream).map(Vec::as_slice).unwrap_or_default();
            events.iter().skip(after.0 as usize).take(64).cloned().collect()
        };
        if self.slow.load(Ordering::Relaxed) {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        Ok(page)
    }

    async fn marks_after(&self, stream: StreamId, rev: Rev) -> Result<MarksUpdate, StoreError> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        let marks = self.marks.lock().expect("no panic");
        let rows = marks.get(&stream).map_or(0, |updates| updates.len() as u64);
        Ok(MarksUpdate {
            stream,
            after: rev,
            rev: Rev(rows),
            marks: Vec::new(),
            own: Vec::new(),
        })
    }

    async fn append(&self, _: Append) -> Result<Appended, StoreError> {
        unreachable!("the hub only reads")
    }

    async fn history(
        &self,
        _: RoomId,
        _: UserId,
        _: HistoryRange,
        _: PageSize,
    ) -> Result<Option<HistoryPage>, StoreError> {
        unreachable!("the hub reads the log only")
    }

    async fn message(&self, _: RoomId, _: UserId, _: Seq) -> Result<Option<Arc<Event>>, StoreError> {
        unreachable!("the hub reads the log only")
    }

    async fn mark_played(
        &self,
        _: RoomId,
        _: Seq,
        _: UserRef,
        _: Timestamp,
    ) -> Result<MessageAct, StoreError> {
        unreachable!("the hub only reads")
    }

    async fn plays(
        &self,
        _: RoomId,
        _: UserId,
        _: Seq,
        _: Option<UserId>,
        _: PageSize,
    ) -> Result<PlaysPage, StoreError> {
        unreachable!("the hub reads the log only")
    }

    async fn receipts(
        &self,
        _: RoomId,
        _: UserId,
        _: Seq,
        _: ReceiptRange,
        _: PageSize,
    ) -> Result<Option<ReceiptsPage>, StoreError> {
        unreachable!("the hub reads the log only")
    }

    async fn react(
        &self,
        _: RoomId,
        _: Seq,
        _: UserRef,
        _: (Emoji, bool),
        _: Timestamp,
    ) -> Result<MessageAct, StoreError> {
        unreachable!("the hub only reads")
    }

    async fn count_reactions(&self, _: Timestamp, _: usize) -> Result<Counted, StoreError> {
        unreachable!("the hub only reads")
    }

    async fn reactions(
        &self,
        _: RoomId,
        _: Seq,
        _: Emoji,
        _: Option<UserId>,
        _: PageSize,
    ) -> Result<ReactionsPage, StoreError> {
        unreachable!("the hub reads the log only")
    }

    async fn pin(
        &self,
        _: RoomId,
        _: Seq,
        _: UserRef,
        _: bool,
        _: Timestamp,
    ) -> Result<MessageAct, StoreError> {
        unreachable!("the hub only reads")
    }

    async fn pins(&self, _: RoomId, _: UserId) -> Result<Option<PinsPage>, StoreError> {
        unreachable!("the hub reads the log only")
    }

    async fn revisions(
        &self,
        _: RoomId,
        _: UserId,
        _: Seq,
        _: u64,
        _: PageSize,
    ) -> Result<Option<RevisionsPage>, StoreError> {
        unreachable!("the hub reads the log only")
    }
}
