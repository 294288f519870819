//! Everything on one SQLite file: one thread writes, a few read, one brings the write-ahead log home.

mod append;
mod batch;
mod checkpoint;
mod connection;
mod engine;
mod memory;
mod reader;
mod statements;
mod strangers;
mod writer;

#[path = "shared/stores.rs"]
mod stores;

use std::sync::Arc;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Text};
use diesel_async::RunQueryDsl;
use futures_util::future::BoxFuture;
use parlor_ports::{Append, Appended, Priority, StoreError};
use tokio::sync::{Notify, oneshot};

use self::batch::{Pending, Write};
use self::connection::Conn;
use self::reader::Read;
use self::stores::{Task, Tx};
use crate::end::End;
use crate::error::closed;
use crate::id::{DbId, Id};
use crate::queue::Queue;
use crate::rows::{LetterRow, MediaRow};
use crate::schema::{letters, media};

pub(crate) use self::connection::{migrate, pending};
pub(crate) use self::engine::{Engine, Idle};

/// The ports on SQLite: each call is one entry in one of two queues.
#[derive(Clone)]
pub(crate) struct Backend {
    writes: Arc<Queue<Write>>,
    reads: Arc<Queue<Read>>,
    erase: Arc<Notify>,
}

impl Backend {
    /// Runs a query on a reader thread.
    async fn read<R, F>(&self, work: F) -> Result<R, StoreError>
    where
        R: Send + 'static,
        F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, QueryResult<R>> + Send + 'static,
    {
        let (read, result) = reader::read(work);
        self.reads.push(read, Priority::Person)?;
        result.await.map_err(|_| closed())?
    }

    /// Runs several queries that see the database as it is at one moment, as every read does here.
    async fn snapshot<R, F>(&self, work: F) -> Result<R, StoreError>
    where
        R: Send + 'static,
        F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, QueryResult<R>> + Send + 'static,
    {
        self.read(work).await
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
        self.writes.push(Write::Job(job), priority)?;
        result.await.map_err(|_| closed())?
    }

    /// Appends; the order of the log is that of these calls.
    async fn enqueue(&self, append: Append) -> Result<Appended, StoreError> {
        let priority = append.priority;
        let (caller, result) = oneshot::channel();
        self.writes
            .push(Write::Append(Pending { append, caller }), priority)?;
        result.await.map_err(|_| closed())?
    }

    /// Says that there may be a deleted room to erase.
    fn erase_soon(&self) {
        self.erase.notify_one();
    }
}

/// Nothing to lock: there is one writer.
async fn lock(_: &mut Conn, _: Vec<Id>) -> QueryResult<()> {
    Ok(())
}

/// Nothing to claim, for the same reason.
async fn claim(_: &mut Conn, _: &str) -> QueryResult<()> {
    Ok(())
}

/// Nothing to share: there is one writer.
async fn share_claim(_: &mut Conn, _: &str) -> QueryResult<()> {
    Ok(())
}

/// Nothing to do after numbers were given by hand: the next one is always greater than all there are.
async fn settle_numbers(_: &mut Conn) -> QueryResult<()> {
    Ok(())
}

/// These media, as far as they are there. Nobody else uses or forgets them: there is one writer.
async fn hold_media(conn: &mut Conn, ids: Vec<Id>) -> QueryResult<Vec<MediaRow>> {
    media::table
        .filter(media::id.eq_any(ids))
        .select(MediaRow::as_select())
        .load(conn)
        .await
}

/// The letters that are due, the one that waited longest first. Nobody else takes them: there is one writer.
async fn due(conn: &mut Conn, now: i64, most: i64) -> QueryResult<Vec<LetterRow>> {
    letters::table
        .filter(letters::due_at.le(now))
        .order((letters::due_at, letters::number))
        .limit(most)
        .select(LetterRow::as_select())
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
    let rooms: Vec<String> = rooms
        .into_iter()
        .map(|room| room.0.simple().to_string())
        .collect();
    let rooms = serde_json::to_string(&rooms).expect("texts are always JSON");
    let order = end.order();
    let found: Vec<Numbered> = diesel::sql_query(format!(
        "SELECT events.number FROM json_each(?) AS wanted \
         CROSS JOIN members ON members.room_id = unhex(wanted.value) AND members.user_id = ? \
         CROSS JOIN events ON events.number IN (SELECT said.number FROM events AS said \
         WHERE said.stream_id = members.room_id AND said.rev IS NOT NULL AND said.body IS NOT NULL \
         AND said.seq + 0 >= members.visible_from ORDER BY said.msg_no {order} LIMIT ?) \
         ORDER BY events.number + 0 {order} LIMIT ? OFFSET ?",
    ))
    .bind::<Text, _>(rooms)
    .bind::<DbId, _>(viewer)
    .bind::<BigInt, _>(skip.saturating_add(most))
    .bind::<BigInt, _>(most)
    .bind::<BigInt, _>(skip)
    .load(conn)
    .await?;
    Ok(found.into_iter().map(|row| row.number).collect())
}

/// Begins to count rooms: SQLite does from the first one on.
async fn count_rooms(conn: &mut Conn) -> QueryResult<()> {
    let counter = "INSERT INTO sqlite_sequence (name, seq) SELECT 'rooms', 0 \
                   WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'rooms')";
    diesel::sql_query(counter).execute(conn).await?;
    Ok(())
}

/// Gives no room this number by itself any more, nor one before it.
async fn pass_room_number(conn: &mut Conn, number: i64) -> QueryResult<()> {
    count_rooms(conn).await?;
    diesel::sql_query("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'rooms'")
        .bind::<BigInt, _>(number)
        .execute(conn)
        .await?;
    Ok(())
}

/// A number that no room has or will have.
async fn draw_room_number(conn: &mut Conn) -> QueryResult<i64> {
    count_rooms(conn).await?;
    let drawn: Numbered = diesel::sql_query(
        "UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = 'rooms' RETURNING seq AS number",
    )
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
    let wanted: Vec<(String, i64)> = wanted
        .into_iter()
        .map(|(stream, seq)| (stream.0.simple().to_string(), seq))
        .collect();
    let wanted = serde_json::to_string(&wanted).expect("texts and numbers are always JSON");
    let found: Vec<TagAt> = diesel::sql_query(
        "SELECT events.stream_id, events.tag FROM json_each(?) AS wanted \
         CROSS JOIN events ON events.stream_id = unhex(wanted.value ->> 0) AND events.seq = wanted.value ->> 1",
    )
    .bind::<Text, _>(wanted)
    .load(conn)
    .await?;
    Ok(found.into_iter().map(|at| (at.stream_id, at.tag)).collect())
}
