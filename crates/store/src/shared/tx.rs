//! A transaction that writes.

use std::sync::Arc;

use diesel::dsl::case_when;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{Event, MarksUpdate, MsgNo, Seq, StreamId, Tag, Timestamp, UserId, UserRef, What};
use parlor_ports::{Entropy, Published};
use uuid::Uuid;

use super::super::{Conn, claim, hold_media, lock, share_claim};
use crate::counter::{Counter, stored_tag};
use crate::id::Id;
use crate::rows::{MediaRow, NewEvent, NotificationRow, StreamRow};
use crate::schema::{events, notifications, streams};
use crate::settings::Settings;

/// How much a person may have.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Limits {
    pub(super) rooms_per_user: i64,
}

impl Limits {
    pub(in super::super) fn of(settings: &Settings) -> Self {
        Self {
            rooms_per_user: settings.rooms_per_user.into(),
        }
    }
}

/// An open transaction, and what it will have added to the log once it is committed.
pub(in super::super) struct Tx<'c> {
    pub(in super::super) conn: &'c mut Conn,
    pub(super) limits: Limits,
    entropy: &'c dyn Entropy,
    published: Vec<Published>,
    /// The number of the next event, where the database is not to choose it.
    next_number: Option<i64>,
}

impl<'c> Tx<'c> {
    pub(in super::super) fn new(conn: &'c mut Conn, entropy: &'c dyn Entropy, limits: Limits) -> Self {
        Self {
            conn,
            limits,
            entropy,
            published: Vec::new(),
            next_number: None,
        }
    }

    /// What was added, in order.
    pub(in super::super) fn into_published(self) -> Vec<Published> {
        self.published
    }

    /// Locks streams until the end of the transaction, all at once, so that nobody waits in a circle. Whoever appends to
    /// several streams, or decides by what stands in them, begins with this.
    pub(super) async fn lock(&mut self, ids: impl IntoIterator<Item = Id>) -> QueryResult<()> {
        let mut ids: Vec<Id> = ids.into_iter().collect();
        ids.sort_unstable();
        ids.dedup();
        lock(self.conn, ids).await
    }

    /// Keeps others from deciding at the same time about something of which there can be one, such as an address, until the
    /// end of the transaction. Comes after streams were locked, never before.
    pub(super) async fn claim(&mut self, what: &str) -> QueryResult<()> {
        claim(self.conn, what).await
    }

    /// Keeps others from claiming this until the end of the transaction; many can share it. Comes before everything else.
    pub(super) async fn share_claim(&mut self, what: &str) -> QueryResult<()> {
        share_claim(self.conn, what).await
    }

    /// Media, as far as they are there, that nobody else uses or forgets until the end of the transaction. Called once in a
    /// transaction, after streams were locked and what else there is was claimed.
    pub(super) async fn hold_media(&mut self, ids: Vec<Id>) -> QueryResult<Vec<MediaRow>> {
        hold_media(self.conn, ids).await
    }

    /// A number for bytes that are to be stored, by which they are told from the same bytes of another time.
    pub(super) fn generation(&self) -> u32 {
        let mut random = [0; 4];
        self.entropy.fill(&mut random);
        u32::from_ne_bytes(random)
    }

    /// An id for something new.
    pub(super) fn id(&self, at: Timestamp) -> Uuid {
        self.entropy.uuid(at)
    }

    /// Makes the stream of a new user or room.
    pub(super) async fn open_stream(&mut self, id: Id, at: Timestamp) -> QueryResult<()> {
        diesel::insert_into(streams::table)
            .values(StreamRow::new(id, at))
            .execute(self.conn)
            .await?;
        Ok(())
    }

    /// The seq of the next event of a stream, which must be locked.
    pub(super) async fn next_seq(&mut self, stream: impl Into<StreamId>) -> QueryResult<Seq> {
        let last = streams::table
            .find(Id::of(stream.into()))
            .select(streams::seq)
            .first(self.conn)
            .await?;
        Ok(Seq::loaded(last).next())
    }

    /// Appends an event that is no message to a stream, whose time never goes back.
    pub(super) async fn append(
        &mut self,
        stream: impl Into<StreamId>,
        actor: Option<UserRef>,
        what: What,
        at: Timestamp,
    ) -> QueryResult<Arc<Event>> {
        let stream = stream.into();
        let tag = self.entropy.tag();
        let micros = at.micros();
        let latest = case_when(streams::active_at.gt(micros), streams::active_at).otherwise(micros);
        let (seq, msg_no) = diesel::update(streams::table.find(Id::of(stream)))
            .set((
                streams::seq.eq(streams::seq + 1),
                streams::tag.eq(stored_tag(tag)),
                streams::active_at.eq(latest),
            ))
            .returning((streams::seq, streams::msg_no))
            .get_result(self.conn)
            .await?;
        let mut event = Event {
            stream,
            seq: Seq::loaded(seq),
            tag,
            number: 0,
            msg_no: MsgNo::loaded(msg_no),
            at,
            actor,
            what,
        };
        event.number = match self.number() {
            Some(number) => {
                diesel::insert_into(events::table)
                    .values((NewEvent::of(&event), events::number.eq(number)))
                    .execute(self.conn)
                    .await?;
                number
            }
            None => {
                diesel::insert_into(events::table)
                    .values(NewEvent::of(&event))
                    .returning(events::number)
                    .get_result(self.conn)
                    .await?
            }
        };
        let event = Arc::new(event);
        self.publish(event.clone());
        Ok(event)
    }

    /// Gives events their numbers by itself from now on: greater than all there are, and than this. Nobody else may add events
    /// meanwhile.
    pub(super) async fn number_beyond(&mut self, least: i64) -> QueryResult<()> {
        let last: Option<i64> = events::table
            .select(diesel::dsl::max(events::number))
            .first(self.conn)
            .await?;
        self.next_number = Some(last.unwrap_or(0).max(least) + 1);
        Ok(())
    }

    /// The number of the next event, if the database does not choose it.
    pub(super) fn number(&mut self) -> Option<i64> {
        let number = self.next_number?;
        self.next_number = Some(number + 1);
        Some(number)
    }

    /// A tag for an event.
    pub(super) fn tag(&self) -> Tag {
        self.entropy.tag()
    }

    /// Tells of an event that was added.
    pub(super) fn publish(&mut self, event: Arc<Event>) {
        self.published.push(Published::Event { event, origin: None });
    }

    /// Appends an event to somebody's own stream that notifies him.
    pub(super) async fn notify(
        &mut self,
        user: UserId,
        actor: Option<UserRef>,
        what: What,
        at: Timestamp,
    ) -> QueryResult<Arc<Event>> {
        let event = self.append(user, actor, what, at).await?;
        diesel::insert_into(notifications::table)
            .values(NotificationRow::of(&event))
            .execute(self.conn)
            .await?;
        Ok(event)
    }

    /// Tells of marks that moved.
    pub(super) fn publish_marks(&mut self, update: MarksUpdate) {
        self.published.push(Published::Marks(Arc::new(update)));
    }
}
