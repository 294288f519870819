//! The log: what was said, and reading it.

mod acting;
mod counting;
mod decode;
mod history;
mod pins;
mod plays;
mod reactions;
mod receipts;
mod revisions;
mod said;
mod taking_back;

use std::sync::Arc;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use parlor_domain::{
    Emoji, Event, FileName, MarksUpdate, Media, MemberMark, MessageBody, Notice, PageSize, Rev, RoomId,
    RoomMark, Seq, StreamId, Timestamp, UserId, UserRef, What,
};
use parlor_ports::{
    Append, Appended, Counted, EventLog, HistoryPage, HistoryRange, MessageAct, PinsPage, PlaysPage,
    Priority, ReactionsPage, ReceiptRange, ReceiptsPage, RevisionsPage, SaidPage, StoreError,
};

use super::super::{Backend, Conn};
use crate::budget;
use crate::counter::Counter;
use crate::id::Id;
use crate::rows::{EventRow, MemberRow};
use crate::schema::{events, members, streams};

pub(in super::super) use self::decode::decode;
pub(super) use self::history::messages_by;
pub(super) use self::said::messages_of;
pub(super) use self::taking_back::erase;

/// Most events that one read of a stream gives.
const PAGE_EVENTS: i64 = 64;
/// How much there is to say of how often an emoji was put to a message, about.
const REACTION: usize = 50;
/// How much there is to say of somebody who is mentioned, about.
const PERSON: usize = 60;
/// How much there is to say of a piece of media besides its names, about.
const MEDIA: usize = 400;

#[async_trait]
impl EventLog for Backend {
    async fn append(&self, append: Append) -> Result<Appended, StoreError> {
        self.enqueue(append).await
    }

    async fn events_after(&self, stream: StreamId, after: Seq) -> Result<Vec<Arc<Event>>, StoreError> {
        self.read(move |conn| events_after(conn, stream, after).boxed())
            .await
    }

    async fn marks_after(&self, stream: StreamId, rev: Rev) -> Result<MarksUpdate, StoreError> {
        self.snapshot(move |conn| marks_after(conn, stream, rev).boxed())
            .await
    }

    async fn history(
        &self,
        room: RoomId,
        viewer: UserId,
        range: HistoryRange,
        size: PageSize,
    ) -> Result<Option<HistoryPage>, StoreError> {
        self.snapshot(move |conn| history::list(conn, room, viewer, range, size).boxed())
            .await
    }

    async fn message(
        &self,
        room: RoomId,
        viewer: UserId,
        seq: Seq,
    ) -> Result<Option<Arc<Event>>, StoreError> {
        self.read(move |conn| message(conn, room, viewer, seq).boxed())
            .await
    }

    async fn newest_said(
        &self,
        room: RoomId,
        viewer: UserId,
        skip: u64,
        most: usize,
    ) -> Result<Vec<Arc<Event>>, StoreError> {
        self.snapshot(move |conn| said::newest(conn, room, viewer, skip, most).boxed())
            .await
    }

    async fn said(
        &self,
        viewer: UserId,
        room: Option<RoomId>,
        skip: u64,
        most: usize,
    ) -> Result<SaidPage, StoreError> {
        self.snapshot(move |conn| said::list(conn, viewer, room, skip, most).boxed())
            .await
    }

    async fn numbered(&self, number: i64) -> Result<Option<Arc<Event>>, StoreError> {
        self.read(move |conn| numbered(conn, number).boxed()).await
    }

    async fn take_back(&self, number: i64, author: UserRef, at: Timestamp) -> Result<MessageAct, StoreError> {
        self.write(move |tx| taking_back::take_back(tx, number, author, at).boxed())
            .await
    }

    async fn mark_played(
        &self,
        room: RoomId,
        seq: Seq,
        user: UserRef,
        at: Timestamp,
    ) -> Result<MessageAct, StoreError> {
        self.write(move |tx| plays::mark(tx, room, seq, user, at).boxed())
            .await
    }

    async fn plays(
        &self,
        room: RoomId,
        viewer: UserId,
        seq: Seq,
        after: Option<UserId>,
        size: PageSize,
    ) -> Result<PlaysPage, StoreError> {
        self.read(move |conn| plays::list(conn, (room, viewer), seq, after, size).boxed())
            .await
    }

    async fn receipts(
        &self,
        room: RoomId,
        viewer: UserId,
        seq: Seq,
        range: ReceiptRange,
        size: PageSize,
    ) -> Result<Option<ReceiptsPage>, StoreError> {
        self.snapshot(move |conn| receipts::list(conn, (room, seq), viewer, range, size).boxed())
            .await
    }

    async fn react(
        &self,
        room: RoomId,
        seq: Seq,
        user: UserRef,
        (emoji, on): (Emoji, bool),
        at: Timestamp,
    ) -> Result<MessageAct, StoreError> {
        self.write(move |tx| reactions::set(tx, (room, seq), user, (emoji, on), at).boxed())
            .await
    }

    async fn count_reactions(&self, now: Timestamp, most: usize) -> Result<Counted, StoreError> {
        self.write_as(Priority::Bulk, move |tx| counting::count(tx, now, most).boxed())
            .await
    }

    async fn reactions(
        &self,
        room: RoomId,
        seq: Seq,
        emoji: Emoji,
        after: Option<UserId>,
        size: PageSize,
    ) -> Result<ReactionsPage, StoreError> {
        self.read(move |conn| reactions::list(conn, (room, seq), emoji, after, size).boxed())
            .await
    }

    async fn pin(
        &self,
        room: RoomId,
        seq: Seq,
        user: UserRef,
        on: bool,
        at: Timestamp,
    ) -> Result<MessageAct, StoreError> {
        self.write(move |tx| pins::set(tx, (room, seq), user, on, at).boxed())
            .await
    }

    async fn pins(&self, room: RoomId, viewer: UserId) -> Result<Option<PinsPage>, StoreError> {
        self.snapshot(move |conn| pins::list(conn, room, viewer).boxed())
            .await
    }

    async fn revisions(
        &self,
        room: RoomId,
        viewer: UserId,
        seq: Seq,
        after: u64,
        size: PageSize,
    ) -> Result<Option<RevisionsPage>, StoreError> {
        self.snapshot(move |conn| revisions::list(conn, room, viewer, seq, after, size).boxed())
            .await
    }
}

async fn events_after(conn: &mut Conn, stream: StreamId, after: Seq) -> QueryResult<Vec<Arc<Event>>> {
    let rows = events::table
        .filter(events::stream_id.eq(Id::of(stream)))
        .filter(events::seq.gt(after.stored()))
        .order(events::seq)
        .limit(PAGE_EVENTS)
        .select(EventRow::as_select())
        .load(conn)
        .await?;
    let page = decode(conn, rows).await?;
    let fitting = budget::fitting(budget::EVENTS, page.iter().map(text));
    Ok(page.into_iter().take(fitting).map(Arc::new).collect())
}

/// How much an event lets somebody read.
pub(super) fn text(event: &Event) -> usize {
    let text = |body: &Option<MessageBody>| body.as_ref().map_or(0, |body| body.as_str().len());
    match &event.what {
        What::Message(message) => {
            let media: usize = message.media.iter().map(weight).sum();
            let mentions = message.mentions.users.len() * PERSON;
            text(&message.body) + media + mentions + message.reactions.counts.len() * REACTION
        }
        What::MessageEdited {
            body,
            media,
            mentions,
            ..
        } => {
            let media: usize = media.iter().map(weight).sum();
            text(body) + media + mentions.users.len() * PERSON
        }
        What::Reacted { reactions, .. } | What::ReactionsCounted { reactions, .. } => {
            reactions.counts.len() * REACTION
        }
        What::Notified(Notice::Published(published)) => {
            let media: usize = published.media.iter().map(weight).sum();
            published.text.as_str().len() + media
        }
        _ => 0,
    }
}

/// How much is said of a piece of media, about.
pub(super) fn weight(media: &Media) -> usize {
    let name = media.name.as_ref().map_or("", FileName::as_str);
    MEDIA + media.mime.len() + name.len()
}

async fn marks_after(conn: &mut Conn, stream: StreamId, rev: Rev) -> QueryResult<MarksUpdate> {
    let now: i64 = streams::table
        .find(Id::of(stream))
        .select(streams::rev)
        .first(conn)
        .await
        .optional()?
        .unwrap_or(0);
    let now = Rev::loaded(now);
    let (marks, own) = if now > rev {
        (
            marks_of_members(conn, stream, rev).await?,
            own_marks(conn, stream, rev).await?,
        )
    } else {
        Default::default()
    };
    Ok(MarksUpdate {
        stream,
        after: rev,
        rev: now,
        marks,
        own,
    })
}

/// The marks of a room's members that moved, in the order of their ids.
async fn marks_of_members(conn: &mut Conn, room: StreamId, rev: Rev) -> QueryResult<Vec<MemberMark>> {
    let moved: Vec<MemberRow> = members::table
        .filter(members::room_id.eq(Id::of(room)))
        .filter(members::rev.gt(rev.stored()))
        .order(members::user_id)
        .select(MemberRow::as_select())
        .load(conn)
        .await?;
    let marks = moved.iter().map(|member| MemberMark {
        user: member.user_id.into(),
        mark: member.shown_mark(),
    });
    Ok(marks.collect())
}

/// The marks of a user that moved where only he sees it.
async fn own_marks(conn: &mut Conn, user: StreamId, rev: Rev) -> QueryResult<Vec<RoomMark>> {
    let moved: Vec<MemberRow> = members::table
        .filter(members::user_id.eq(Id::of(user)))
        .filter(members::own_rev.gt(rev.stored()))
        .order(members::room_id)
        .select(MemberRow::as_select())
        .load(conn)
        .await?;
    let marks = moved.iter().map(|member| RoomMark {
        room: member.room_id.into(),
        mark: member.mark(),
    });
    Ok(marks.collect())
}

async fn message(conn: &mut Conn, room: RoomId, viewer: UserId, seq: Seq) -> QueryResult<Option<Arc<Event>>> {
    let found: Option<EventRow> = members::table
        .inner_join(events::table.on(events::stream_id.eq(members::room_id)))
        .filter(members::room_id.eq(Id::of(room)))
        .filter(members::user_id.eq(Id::of(viewer)))
        .filter(members::visible_from.le(seq.stored()))
        .filter(events::seq.eq(seq.stored()))
        .filter(events::rev.is_not_null())
        .select(EventRow::as_select())
        .first(conn)
        .await
        .optional()?;
    let mut found = decode(conn, Vec::from_iter(found)).await?;
    Ok(found.pop().map(Arc::new))
}

async fn numbered(conn: &mut Conn, number: i64) -> QueryResult<Option<Arc<Event>>> {
    let rows = events::table
        .filter(events::number.eq(number))
        .filter(events::rev.is_not_null())
        .filter(events::body.is_not_null())
        .select(EventRow::as_select())
        .load(conn)
        .await?;
    Ok(decode(conn, rows).await?.pop().map(Arc::new))
}
