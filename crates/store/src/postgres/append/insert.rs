//! Storing a set of events, with what follows from it for streams and marks: one statement.

use std::collections::{HashMap, HashSet};

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, SmallInt, Text};
use diesel_async::RunQueryDsl;
use parlor_domain::{Event, RoomId};
use parlor_ports::Append;

use crate::appending::WaitingRow;
use crate::counter::Counter;
use crate::error::corrupt;
use crate::id::{DbId, Id};
use crate::postgres::connection::Conn;
use crate::rows::{NewEvent, Place, StreamRow};

/// An event to be stored.
pub(super) struct New<'a> {
    pub(super) append: &'a Append,
    pub(super) event: Event,
    pub(super) digest: i64,
    /// What waits once it is stored.
    pub(super) waiting: Option<WaitingRow>,
}

/// Stores events, moves the heads of their streams, and the marks of their senders to the newest of their messages.
/// Numbers are given in the order of the arrays, so they grow along each stream.
///
/// It is a type, and not an `sql_query`, because that would be prepared anew each time.
#[derive(QueryId)]
struct Insert<E, H, M> {
    events: E,
    heads: H,
    marks: M,
}

impl<E, H, M> QueryFragment<Pg> for Insert<E, H, M>
where
    E: QueryFragment<Pg>,
    H: QueryFragment<Pg>,
    M: QueryFragment<Pg>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "WITH stored AS (\
             INSERT INTO events (stream_id, seq, tag, kind, msg_no, sender_id, sender_number, client_id, digest, \
             target, body, reply_to, rev, detail, created_at, mentions, mentions_all) SELECT * FROM unnest(",
        );
        self.events.walk_ast(out.reborrow())?;
        out.push_sql(
            ") RETURNING stream_id, seq, number), grown AS (\
             UPDATE streams SET seq = heads.seq, tag = heads.tag, msg_no = heads.msg_no, \
             active_at = heads.active_at FROM unnest(",
        );
        self.heads.walk_ast(out.reborrow())?;
        out.push_sql(
            ") AS heads (id, seq, tag, msg_no, active_at) WHERE streams.id = heads.id), moved AS (\
             UPDATE members SET posted_at = marks.at, read_seq = marks.seq, read_msg_no = marks.msg_no, \
             delivered_seq = marks.seq, shown_read = marks.seq \
             FROM unnest(",
        );
        self.marks.walk_ast(out.reborrow())?;
        out.push_sql(
            ") AS marks (room_id, user_id, seq, msg_no, at) \
             WHERE members.room_id = marks.room_id AND members.user_id = marks.user_id) \
             SELECT stream_id, seq, number FROM stored",
        );
        Ok(())
    }
}

impl<E, H, M> Query for Insert<E, H, M> {
    type SqlType = (DbId, BigInt, BigInt);
}

/// Stores these events, whose streams stand at their new heads, and gives their numbers in the same order.
pub(super) async fn insert(
    mut conn: &Conn,
    places: &HashMap<RoomId, Place>,
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
    let heads: Vec<&StreamRow> = rooms
        .iter()
        .filter_map(|room| Some(&places.get(room)?.stream))
        .collect();
    let mut spoken: HashMap<(Id, Id), (i64, i64, i64)> = HashMap::new();
    for New { append, event, .. } in new {
        if append.draft.is_message() {
            let member = (append.room.into(), append.sender.id.into());
            let at = event.at.micros();
            spoken.insert(member, (event.seq.stored(), event.msg_no.stored(), at));
        }
    }
    let spoken: Vec<_> = spoken.into_iter().collect();

    let insert = Insert {
        events: (
            column(&rows, |row| row.stream_id).into_sql::<Array<DbId>>(),
            column(&rows, |row| row.seq).into_sql::<Array<BigInt>>(),
            column(&rows, |row| row.tag).into_sql::<Array<Integer>>(),
            column(&rows, |row| row.kind).into_sql::<Array<SmallInt>>(),
            column(&rows, |row| row.msg_no).into_sql::<Array<BigInt>>(),
            column(&rows, |row| row.sender_id).into_sql::<Array<Nullable<DbId>>>(),
            column(&rows, |row| row.sender_number).into_sql::<Array<Nullable<BigInt>>>(),
            column(&rows, |row| row.client_id.as_deref()).into_sql::<Array<Nullable<Text>>>(),
            column(&rows, |row| row.digest).into_sql::<Array<Nullable<BigInt>>>(),
            column(&rows, |row| row.target).into_sql::<Array<Nullable<BigInt>>>(),
            column(&rows, |row| row.body.as_deref()).into_sql::<Array<Nullable<Text>>>(),
            column(&rows, |row| row.reply_to).into_sql::<Array<Nullable<BigInt>>>(),
            column(&rows, |row| row.rev).into_sql::<Array<Nullable<BigInt>>>(),
            column(&rows, |row| row.detail.as_deref()).into_sql::<Array<Nullable<Text>>>(),
            column(&rows, |row| row.created_at).into_sql::<Array<BigInt>>(),
            column(&rows, |row| row.mentions.as_deref()).into_sql::<Array<Nullable<Text>>>(),
            column(&rows, |row| row.mentions_all).into_sql::<Array<Bool>>(),
        ),
        heads: (
            column(&heads, |head| head.id).into_sql::<Array<DbId>>(),
            column(&heads, |head| head.seq).into_sql::<Array<BigInt>>(),
            column(&heads, |head| head.tag).into_sql::<Array<Integer>>(),
            column(&heads, |head| head.msg_no).into_sql::<Array<BigInt>>(),
            column(&heads, |head| head.active_at).into_sql::<Array<BigInt>>(),
        ),
        marks: (
            column(&spoken, |(member, _)| member.0).into_sql::<Array<DbId>>(),
            column(&spoken, |(member, _)| member.1).into_sql::<Array<DbId>>(),
            column(&spoken, |(_, mark)| mark.0).into_sql::<Array<BigInt>>(),
            column(&spoken, |(_, mark)| mark.1).into_sql::<Array<BigInt>>(),
            column(&spoken, |(_, mark)| mark.2).into_sql::<Array<BigInt>>(),
        ),
    };
    let stored: Vec<(Id, i64, i64)> = insert.load(&mut conn).await?;
    let numbers: HashMap<(Id, i64), i64> = stored
        .into_iter()
        .map(|(stream, seq, number)| ((stream, seq), number))
        .collect();
    rows.iter()
        .map(|row| {
            let number = numbers.get(&(row.stream_id, row.seq)).copied();
            number.ok_or_else(|| corrupt("event", format_args!("{} was not stored", row.seq)))
        })
        .collect()
}

pub(super) fn column<'r, T, C>(rows: &'r [T], cell: impl Fn(&'r T) -> C) -> Vec<C> {
    rows.iter().map(cell).collect()
}
