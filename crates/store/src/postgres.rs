//! Everything on PostgreSQL: lanes that append, workers for all other writes, and a pool of connections.

mod append;
mod connection;
mod engine;
mod jobs;
mod lane;
mod strangers;
mod turns;

#[path = "shared/stores.rs"]
mod stores;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Text};
use diesel_async::pooled_connection::deadpool::{Object, Pool};
use diesel_async::{AnsiTransactionManager, RunQueryDsl, TransactionManager};
use futures_util::future::BoxFuture;
use parlor_ports::{Append, Appended, Priority, StoreError};
use tokio::sync::{Notify, oneshot};

use self::connection::Conn;
use self::lane::Pending;
use self::stores::{Job, Task, Tx};
use crate::end::End;
use crate::error::{closed, store_error};
use crate::id::{DbId, Id};
use crate::queue::Queue;
use crate::rows::{LetterRow, MediaRow};
use crate::schema::{letters, media, streams};

pub(crate) use self::connection::{Connector, migrate, pending};
pub(crate) use self::engine::{Engine, Idle};

/// The ports on PostgreSQL. Reads run where they are called; writes are entries in queues.
#[derive(Clone)]
pub(crate) struct Backend {
    pool: Pool<Conn>,
    lanes: Arc<[Arc<Queue<Pending>>]>,
    jobs: Arc<Queue<Box<dyn Job>>>,
    erase: Arc<Notify>,
}

impl Backend {
    /// Runs queries of which each may see another moment.
    async fn read<R, F>(&self, work: F) -> Result<R, StoreError>
    where
        R: Send + 'static,
        F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, QueryResult<R>> + Send + 'static,
    {
        let mut conn = self.connection().await?;
        work(&mut conn).await.map_err(|error| store_error(&error))
    }

    /// Runs several queries that see the database as it is at one moment.
    async fn snapshot<R, F>(&self, work: F) -> Result<R, StoreError>
    where
        R: Send + 'static,
        F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, QueryResult<R>> + Send + 'static,
    {
        let mut conn = self.connection().await?;
        at_one_moment(&mut conn, work)
            .await
            .map_err(|error| store_error(&error))
    }

    /// Runs work in a transaction; answers once it is committed and published.
    async fn write<R, F>(&self, work: F) -> Result<R, StoreError>
    where
        R: Send + 'static,
        F: for<'t, 'c> FnOnce(&'t mut Tx<'c>) -> BoxFuture<'t, QueryResult<R>> + Send + 'static,
    {
        self.write_as(Priority::Person, work).await
    }

    async fn write_as<R, F>(&self, priority: Priority, work: F) -> Result<R, StoreError>
    where
        R: Send + 'static,
        F: for<'t, 'c> FnOnce(&'t mut Tx<'c>) -> BoxFuture<'t, QueryResult<R>> + Send + 'static,
    {
        let (job, result) = Task::queued(work);
        self.jobs.push(job, priority)?;
        result.await.map_err(|_| closed())?
    }

    /// Appends; the order of each stream is that of these calls.
    async fn enqueue(&self, append: Append) -> Result<Appended, StoreError> {
        let mut hasher = DefaultHasher::new();
        append.room.hash(&mut hasher);
        let lanes = u64::try_from(self.lanes.len()).unwrap_or(1);
        let lane = usize::try_from(hasher.finish() % lanes).unwrap_or(0);
        let priority = append.priority;
        let (caller, result) = oneshot::channel();
        self.lanes[lane].push(Pending { append, caller }, priority)?;
        result.await.map_err(|_| closed())?
    }

    /// Says that there may be a deleted room to erase.
    fn erase_soon(&self) {
        self.erase.notify_one();
    }

    /// Takes no more writes.
    fn close(&self) {
        self.lanes.iter().for_each(|lane| lane.close());
        self.jobs.close();
    }

    async fn connection(&self) -> Result<Object<Conn>, StoreError> {
        self.pool
            .get()
            .await
            .map_err(|error| StoreError::Unavailable(error.into()))
    }
}

async fn at_one_moment<R, F>(conn: &mut Conn, work: F) -> QueryResult<R>
where
    F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, QueryResult<R>>,
{
    const BEGIN: &str = "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY";
    AnsiTransactionManager::begin_transaction_sql(conn, BEGIN).await?;
    let result = work(conn).await;
    AnsiTransactionManager::rollback_transaction(conn).await?;
    result
}

/// Locks the rows of streams until the end of the transaction, in the order of their ids, which are given in this order.
async fn lock(conn: &mut Conn, ids: Vec<Id>) -> QueryResult<()> {
    let _locked: Vec<Id> = streams::table
        .filter(streams::id.eq_any(ids))
        .order(streams::id)
        .select(streams::id)
        .for_update()
        .load(conn)
        .await?;
    Ok(())
}

/// Keeps others from deciding about the same thing, whatever it is, until the end of the transaction.
async fn claim(conn: &mut Conn, what: &str) -> QueryResult<()> {
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
        .bind::<Text, _>(what)
        .execute(conn)
        .await?;
    Ok(())
}

/// Keeps others from claiming this until the end of the transaction; many can share it.
async fn share_claim(conn: &mut Conn, what: &str) -> QueryResult<()> {
    diesel::sql_query("SELECT pg_advisory_xact_lock_shared(hashtextextended($1, 0))")
        .bind::<Text, _>(what)
        .execute(conn)
        .await?;
    Ok(())
}

/// After numbers were given by hand, lets the database give none that is not greater.
async fn settle_numbers(conn: &mut Conn) -> QueryResult<()> {
    for table in ["users", "rooms", "events"] {
        diesel::sql_query(format!(
            "SELECT setval('{table}_number_seq', max(number)) FROM {table} \
             HAVING max(number) >= (SELECT last_value FROM {table}_number_seq)"
        ))
        .execute(conn)
        .await?;
    }
    Ok(())
}

/// These media, as far as they are there. Nobody else uses or forgets them until the end of the transaction. They are locked
/// in the order of their ids.
async fn hold_media(conn: &mut Conn, ids: Vec<Id>) -> QueryResult<Vec<MediaRow>> {
    media::table
        .filter(media::id.eq_any(ids))
        .order(media::id)
        .select(MediaRow::as_select())
        .for_update()
        .load(conn)
        .await
}

/// The letters that are due, the one that waited longest first, without those that somebody else takes at this moment.
/// Nobody else takes these until the end of the transaction.
async fn due(conn: &mut Conn, now: i64, most: i64) -> QueryResult<Vec<LetterRow>> {
    letters::table
        .filter(letters::due_at.le(now))
        .order((letters::due_at, letters::number))
        .limit(most)
        .select(LetterRow::as_select())
        .for_update()
        .skip_locked()
        .load(conn)
        .await
}

#[derive(diesel::QueryableByName)]
struct Numbered {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// The numbers of messages, without deleted ones, that somebody may see in these rooms of his, from one end: after so many, so many
/// at most. Of each room no more are read than the page may need, by the index of messages, which a sum leaves as the only one.
async fn messages_from(
    conn: &mut Conn,
    end: End,
    viewer: Id,
    rooms: Vec<Id>,
    (skip, most): (i64, i64),
) -> QueryResult<Vec<i64>> {
    let order = end.order();
    let found: Vec<Numbered> = diesel::sql_query(format!(
        "SELECT said.number FROM unnest($1) AS wanted (room_id) \
         JOIN members ON members.room_id = wanted.room_id AND members.user_id = $2 \
         CROSS JOIN LATERAL (SELECT events.number FROM events WHERE events.stream_id = members.room_id \
         AND events.rev IS NOT NULL AND events.body IS NOT NULL AND events.seq + 0 >= members.visible_from \
         ORDER BY events.msg_no {order} LIMIT $3) AS said ORDER BY said.number {order} LIMIT $4 OFFSET $5",
    ))
    .bind::<Array<DbId>, _>(rooms)
    .bind::<DbId, _>(viewer)
    .bind::<BigInt, _>(skip.saturating_add(most))
    .bind::<BigInt, _>(most)
    .bind::<BigInt, _>(skip)
    .load(conn)
    .await?;
    Ok(found.into_iter().map(|row| row.number).collect())
}

/// Gives no room this number by itself any more, nor one before it.
async fn pass_room_number(conn: &mut Conn, number: i64) -> QueryResult<()> {
    diesel::sql_query(
        "SELECT setval('rooms_number_seq', $1) WHERE $1 > 0 AND $1 >= (SELECT last_value FROM rooms_number_seq)",
    )
    .bind::<BigInt, _>(number)
    .execute(conn)
    .await?;
    Ok(())
}

/// A number that no room has or will have.
async fn draw_room_number(conn: &mut Conn) -> QueryResult<i64> {
    let drawn: Numbered = diesel::sql_query("SELECT nextval('rooms_number_seq') AS number")
        .get_result(conn)
        .await?;
    Ok(drawn.number)
}

#[derive(diesel::QueryableByName)]
struct TagAt {
    #[diesel(sql_type = DbId)]
    stream_id: Id,
    #[diesel(sql_type = Integer)]
    tag: i32,
}

/// The tags of these events, where there are such.
async fn tags_at(conn: &mut Conn, wanted: Vec<(Id, i64)>) -> QueryResult<Vec<(Id, i32)>> {
    let (streams, seqs): (Vec<Id>, Vec<i64>) = wanted.into_iter().unzip();
    let found: Vec<TagAt> = diesel::sql_query(
        "SELECT events.stream_id, events.tag FROM unnest($1, $2) AS wanted (stream_id, seq) \
         JOIN events USING (stream_id, seq)",
    )
    .bind::<Array<DbId>, _>(streams)
    .bind::<Array<BigInt>, _>(seqs)
    .load(conn)
    .await?;
    Ok(found.into_iter().map(|at| (at.stream_id, at.tag)).collect())
}
