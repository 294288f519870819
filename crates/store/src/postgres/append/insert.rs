//! Storing a set of events, with what follows from it for streams and marks: one statement.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Nullable, SmallInt, Text};
use diesel_async::RunQueryDsl;
use parlor_domain::{Draft, Event, RoomId};
use parlor_ports::Append;

use crate::counter::Counter;
use crate::error::corrupt;
use crate::id::{DbId, Id};
use crate::postgres::connection::Conn;
use crate::rows::{NewEvent, StreamRow};

/// An event to be stored.
pub(super) struct New<'a> {
    pub(super) append: &'a Append,
    pub(super) event: Event,
    pub(super) digest: i64,
}

/// Numbers are given in the order of the arrays, so they grow along each stream. The sender's mark moves to the newest
/// of his messages.
const INSERT: &str = "\
    WITH stored AS (
        INSERT INTO events (stream_id, seq, tag, kind, msg_no, sender_id, sender_number, client_id, digest, target, body,
                            reply_to, rev, created_at)
        SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        RETURNING stream_id, seq, number
    ), grown AS (
        UPDATE streams SET seq = heads.seq, tag = heads.tag, msg_no = heads.msg_no, active_at = heads.active_at
        FROM unnest($15, $16, $17, $18, $19) AS heads (id, seq, tag, msg_no, active_at)
        WHERE streams.id = heads.id
    ), moved AS (
        UPDATE members SET read_seq = spoken.seq, read_msg_no = spoken.msg_no, delivered_seq = spoken.seq
        FROM unnest($20, $21, $22, $23) AS spoken (room_id, user_id, seq, msg_no)
        WHERE members.room_id = spoken.room_id AND members.user_id = spoken.user_id
    )
    SELECT stream_id, seq, number FROM stored";

#[derive(QueryableByName)]
struct Stored {
    #[diesel(sql_type = DbId)]
    stream_id: Id,
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// Stores these events, whose streams stand at their new heads, and gives their numbers in the same order.
pub(super) async fn insert(
    mut conn: &Conn,
    streams: &HashMap<RoomId, StreamRow>,
    new: &[New<'_>],
) -> QueryResult<Vec<i64>> {
    if new.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<NewEvent> = new
        .iter()
        .map(|new| NewEvent::named(&new.event, &new.append.client_id, new.digest))
        .collect();
    let rooms: HashSet<RoomId> = new.iter().map(|new| new.append.room).collect();
    let heads: Vec<&StreamRow> = rooms.iter().filter_map(|room| streams.get(room)).collect();
    let mut spoken: HashMap<(Id, Id), (i64, i64)> = HashMap::new();
    for New { append, event, .. } in new {
        if let Draft::Message { .. } = append.draft {
            let member = (append.room.into(), append.sender.id.into());
            spoken.insert(member, (event.seq.stored(), event.msg_no.stored()));
        }
    }
    let (members, marks): (Vec<(Id, Id)>, Vec<(i64, i64)>) = spoken.into_iter().unzip();

    let stored: Vec<Stored> = diesel::sql_query(INSERT)
        .bind::<Array<DbId>, _>(column(&rows, |row| row.stream_id))
        .bind::<Array<BigInt>, _>(column(&rows, |row| row.seq))
        .bind::<Array<Integer>, _>(column(&rows, |row| row.tag))
        .bind::<Array<SmallInt>, _>(column(&rows, |row| row.kind))
        .bind::<Array<BigInt>, _>(column(&rows, |row| row.msg_no))
        .bind::<Array<Nullable<DbId>>, _>(column(&rows, |row| row.sender_id))
        .bind::<Array<Nullable<BigInt>>, _>(column(&rows, |row| row.sender_number))
        .bind::<Array<Nullable<Text>>, _>(column(&rows, |row| row.client_id.as_deref()))
        .bind::<Array<Nullable<BigInt>>, _>(column(&rows, |row| row.digest))
        .bind::<Array<Nullable<BigInt>>, _>(column(&rows, |row| row.target))
        .bind::<Array<Nullable<Text>>, _>(column(&rows, |row| row.body.as_deref()))
        .bind::<Array<Nullable<BigInt>>, _>(column(&rows, |row| row.reply_to))
        .bind::<Array<Nullable<BigInt>>, _>(column(&rows, |row| row.rev))
        .bind::<Array<BigInt>, _>(column(&rows, |row| row.created_at))
        .bind::<Array<DbId>, _>(column(&heads, |head| head.id))
        .bind::<Array<BigInt>, _>(column(&heads, |head| head.seq))
        .bind::<Array<Integer>, _>(column(&heads, |head| head.tag))
        .bind::<Array<BigInt>, _>(column(&heads, |head| head.msg_no))
        .bind::<Array<BigInt>, _>(column(&heads, |head| head.active_at))
        .bind::<Array<DbId>, _>(column(&members, |member| member.0))
        .bind::<Array<DbId>, _>(column(&members, |member| member.1))
        .bind::<Array<BigInt>, _>(column(&marks, |mark| mark.0))
        .bind::<Array<BigInt>, _>(column(&marks, |mark| mark.1))
        .load(&mut conn)
        .await?;

    let numbers: HashMap<(Id, i64), i64> = stored
        .into_iter()
        .map(|row| ((row.stream_id, row.seq), row.number))
        .collect();
    rows.iter()
        .map(|row| {
            let number = numbers.get(&(row.stream_id, row.seq)).copied();
            number.ok_or_else(|| corrupt("event", format_args!("{} was not stored", row.seq)))
        })
        .collect()
}

fn column<'r, T, C>(rows: &'r [T], cell: impl Fn(&'r T) -> C) -> Vec<C> {
    rows.iter().map(cell).collect()
}
