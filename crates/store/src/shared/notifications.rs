//! What people are notified of.

mod list;
mod publish;
mod unread;
mod waiting;

use std::cmp;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use parlor_domain::{Event, PageSize, RoomId, Seq, Timestamp, UserId, UserRef, What};
use parlor_ports::{
    NewPublication, NotificationCursor, NotificationStore, NotificationsPage, Notified, Priority,
    PublicationMade, StoreError,
};

use super::super::{Backend, Conn};
use super::Tx;
use super::care::STEP;
use super::log::decode;
use crate::code::{Code, Notifies};
use crate::counter::{Counter, rows};
use crate::id::Id;
use crate::rows::{EventRow, NotificationRow, blank_notice};
use crate::schema::{
    events, media_uses, notification_marks, notifications, publications, released_media, streams,
};

pub(super) use self::list::unread_at;

#[async_trait]
impl NotificationStore for Backend {
    async fn notify(&self, now: Timestamp, most: usize) -> Result<Notified, StoreError> {
        // Mostly there is nothing, which is seen without keeping anybody from writing.
        let next = self.read(move |conn| waiting::next(conn).boxed()).await?;
        if next.is_none_or(|next| next > now) {
            return Ok(Notified { messages: 0, next });
        }
        self.write_as(Priority::Bulk, move |tx| waiting::notify(tx, now, most).boxed())
            .await
    }

    async fn list(
        &self,
        user: UserId,
        since: Timestamp,
        now: Timestamp,
        after: Option<NotificationCursor>,
        unread_only: bool,
        size: PageSize,
    ) -> Result<NotificationsPage, StoreError> {
        self.snapshot(move |conn| list::list(conn, user, (since, now), after, unread_only, size).boxed())
            .await
    }

    async fn unread_direct(&self, user: UserId, most: usize) -> Result<Vec<Arc<Event>>, StoreError> {
        self.snapshot(move |conn| unread::direct(conn, user, most).boxed())
            .await
    }

    async fn read(
        &self,
        user: UserRef,
        up_to: Seq,
        until: Timestamp,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        self.write(move |tx| read(tx, user, up_to, until, at).boxed())
            .await
    }

    async fn publish(&self, new: NewPublication) -> Result<PublicationMade, StoreError> {
        self.write(move |tx| publish::publish(tx, new).boxed()).await
    }

    async fn sweep(&self, before: Timestamp, keys_before: Timestamp) -> Result<bool, StoreError> {
        self.write_as(Priority::Bulk, move |tx| sweep(tx, before, keys_before).boxed())
            .await
    }
}

/// What somebody has seen: events of his own stream up to one, and messages to all up to a time.
#[derive(Debug, Clone, Copy, Default, Queryable, Selectable)]
#[diesel(table_name = notification_marks)]
pub(super) struct Seen {
    up_to: i64,
    until: i64,
}

impl Seen {
    async fn of(conn: &mut Conn, user: Id) -> QueryResult<Self> {
        let seen = notification_marks::table
            .find(user)
            .select(Self::as_select())
            .first(conn)
            .await
            .optional()?;
        Ok(seen.unwrap_or_default())
    }
}

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Place {
    room: Id,
    seq: i64,
}

impl Place {
    fn new(room: RoomId, seq: Seq) -> Self {
        Self {
            room: room.into(),
            seq: seq.stored(),
        }
    }
}

/// The messages at these places that were not deleted.
async fn said(conn: &mut Conn, places: BTreeSet<Place>) -> QueryResult<HashMap<Place, Arc<Event>>> {
    let mut by_room: BTreeMap<Id, Vec<i64>> = BTreeMap::new();
    for Place { room, seq } in places {
        by_room.entry(room).or_default().push(seq);
    }
    let mut found: Vec<EventRow> = Vec::new();
    for (room, seqs) in by_room {
        let messages = events::table
            .filter(events::stream_id.eq(room))
            .filter(events::seq.eq_any(seqs))
            .filter(events::body.is_not_null())
            .select(EventRow::as_select())
            .load(conn)
            .await?;
        found.extend(messages);
    }
    let messages = decode(conn, found).await?.into_iter();
    Ok(messages
        .map(|message| {
            let place = Place {
                room: message.stream.into(),
                seq: message.seq.stored(),
            };
            (place, Arc::new(message))
        })
        .collect())
}

async fn read(
    tx: &mut Tx<'_>,
    user: UserRef,
    up_to: Seq,
    until: Timestamp,
    at: Timestamp,
) -> QueryResult<bool> {
    let id = Id::of(user.id);
    tx.lock([id]).await?;
    let head: i64 = streams::table
        .find(id)
        .select(streams::seq)
        .first(tx.conn)
        .await?;
    let before = Seen::of(tx.conn, id).await?;
    let up_to = cmp::max(before.up_to, cmp::min(up_to.stored(), head));
    let until = cmp::max(before.until, cmp::min(until, at).micros());
    if (up_to, until) == (before.up_to, before.until) {
        return Ok(false);
    }
    let columns = (
        notification_marks::up_to.eq(up_to),
        notification_marks::until.eq(until),
    );
    diesel::insert_into(notification_marks::table)
        .values((notification_marks::user_id.eq(id), columns))
        .on_conflict(notification_marks::user_id)
        .do_update()
        .set(columns)
        .execute(tx.conn)
        .await?;
    let read = What::NotificationsRead {
        up_to: Seq::loaded(up_to),
        until: Timestamp::from_micros(until),
    };
    tx.append(user.id, Some(user), read, at).await?;
    Ok(true)
}

async fn sweep(tx: &mut Tx<'_>, before: Timestamp, keys_before: Timestamp) -> QueryResult<bool> {
    let over: Vec<NotificationRow> = notifications::table
        .filter(notifications::created_at.lt(before.micros()))
        .order(notifications::created_at)
        .limit(STEP)
        .select(NotificationRow::as_select())
        .load(tx.conn)
        .await?;
    for row in &over {
        if row.kind == Notifies::Published.code() {
            unsay(tx, row.user_id, row.seq).await?;
        }
        diesel::delete(notifications::table.find((row.user_id, row.seq)))
            .execute(tx.conn)
            .await?;
    }
    let used: Vec<(i64, String)> = publications::table
        .filter(publications::created_at.lt(keys_before.micros()))
        .order(publications::created_at)
        .limit(STEP)
        .select((publications::key_number, publications::idempotency_key))
        .load(tx.conn)
        .await?;
    for key in &used {
        diesel::delete(publications::table.find((key.0, key.1.as_str())))
            .execute(tx.conn)
            .await?;
    }
    Ok(rows(over.len()) == STEP || rows(used.len()) == STEP)
}

/// Erases what a backend said in an event, of which only that it was is left.
async fn unsay(tx: &mut Tx<'_>, user: Id, seq: i64) -> QueryResult<()> {
    diesel::update(events::table.find((user, seq)))
        .set(events::detail.eq(blank_notice()))
        .execute(tx.conn)
        .await?;
    let shown: Vec<Id> = diesel::delete(media_uses::table)
        .filter(media_uses::stream_id.eq(user))
        .filter(media_uses::seq.eq(seq))
        .returning(media_uses::media_id)
        .get_results(tx.conn)
        .await?;
    release(tx, shown).await
}

/// Notes that media may be used by nothing any more.
async fn release(tx: &mut Tx<'_>, media: Vec<Id>) -> QueryResult<()> {
    for media in media {
        diesel::insert_into(released_media::table)
            .values(released_media::media_id.eq(media))
            .execute(tx.conn)
            .await?;
    }
    Ok(())
}

/// Forgets what somebody was notified of who is gone. What his stream says of it is for the caller to erase.
pub(super) async fn depart(tx: &mut Tx<'_>, user: Id) -> QueryResult<()> {
    diesel::delete(notifications::table.filter(notifications::user_id.eq(user)))
        .execute(tx.conn)
        .await?;
    diesel::delete(notification_marks::table.find(user))
        .execute(tx.conn)
        .await?;
    let shown: Vec<Id> = diesel::delete(media_uses::table)
        .filter(media_uses::stream_id.eq(user))
        .returning(media_uses::media_id)
        .get_results(tx.conn)
        .await?;
    release(tx, shown).await
}
