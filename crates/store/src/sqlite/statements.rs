//! The statements that every message costs, as fixed texts: SQLite plans each of them once.
//!
//! Diesel prepares an `UPDATE` anew each time, and writes the text of an `INSERT` anew to see whether it knows it. That
//! is right for what happens now and then.

use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Bool, Integer, Nullable, SmallInt, Text};
use diesel::sqlite::Sqlite;

use crate::appending::WaitingRow;
use crate::id::{DbId, Id};
use crate::rows::{NewEvent, StreamRow};

/// Begins a part of a transaction that can be undone by itself. While it is open SQLite keeps a copy of each page that
/// is changed, so messages go without.
pub(super) const PART: &str = "SAVEPOINT part";
/// Ends it.
pub(super) const DONE: &str = "RELEASE part";
/// Undoes it.
pub(super) const UNDO: &str = "ROLLBACK TO part; RELEASE part";

/// Writes how far a stream has grown.
#[derive(Debug, QueryId)]
pub(super) struct GrowStream(pub(super) StreamRow);

/// Moves a sender's mark to his message, and notes when he wrote.
#[derive(Debug, QueryId)]
pub(super) struct MoveMark {
    pub(super) room: Id,
    pub(super) user: Id,
    pub(super) seq: i64,
    pub(super) msg_no: i64,
    pub(super) at: i64,
}

/// Adds an event under this number, unless its client id was used before.
#[derive(Debug, QueryId)]
pub(super) struct AddEvent {
    pub(super) number: i64,
    pub(super) row: NewEvent,
}

/// Writes down that somebody is to be notified of a message.
#[derive(Debug, QueryId)]
pub(super) struct Wait(pub(super) WaitingRow);

/// The text of a statement, with a value of this SQL type behind each part but the last.
macro_rules! statement {
    ($out:ident, $($sql:literal $kind:ty = $value:expr),+ $(,)?) => {{
        $(
            $out.push_sql($sql);
            $out.push_bind_param::<$kind, _>($value)?;
        )+
        Ok(())
    }};
}

impl QueryFragment<Sqlite> for GrowStream {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        let row = &self.0;
        statement!(
            out,
            "UPDATE streams SET seq = " BigInt = &row.seq,
            ", tag = " Integer = &row.tag,
            ", msg_no = " BigInt = &row.msg_no,
            ", active_at = " BigInt = &row.active_at,
            " WHERE id = " DbId = &row.id,
        )
    }
}

impl QueryFragment<Sqlite> for MoveMark {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        statement!(
            out,
            "UPDATE members SET posted_at = " BigInt = &self.at,
            ", read_seq = " BigInt = &self.seq,
            ", read_msg_no = " BigInt = &self.msg_no,
            ", delivered_seq = " BigInt = &self.seq,
            ", shown_read = " BigInt = &self.seq,
            " WHERE room_id = " DbId = &self.room,
            " AND user_id = " DbId = &self.user,
        )
    }
}

impl QueryFragment<Sqlite> for AddEvent {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        let row = &self.row;
        out.push_sql(
            "INSERT INTO events (number, stream_id, seq, tag, kind, msg_no, sender_id, sender_number, client_id, digest, \
             target, body, reply_to, rev, detail, created_at, mentions, mentions_all) ",
        );
        let added: QueryResult<()> = statement!(
            out,
            "VALUES (" BigInt = &self.number,
            ", " DbId = &row.stream_id,
            ", " BigInt = &row.seq,
            ", " Integer = &row.tag,
            ", " SmallInt = &row.kind,
            ", " BigInt = &row.msg_no,
            ", " Nullable<DbId> = &row.sender_id,
            ", " Nullable<BigInt> = &row.sender_number,
            ", " Nullable<Text> = &row.client_id,
            ", " Nullable<BigInt> = &row.digest,
            ", " Nullable<BigInt> = &row.target,
            ", " Nullable<Text> = &row.body,
            ", " Nullable<BigInt> = &row.reply_to,
            ", " Nullable<BigInt> = &row.rev,
            ", " Nullable<Text> = &row.detail,
            ", " BigInt = &row.created_at,
            ", " Nullable<Text> = &row.mentions,
            ", " Bool = &row.mentions_all,
        );
        out.push_sql(") ON CONFLICT DO NOTHING");
        added
    }
}

impl QueryFragment<Sqlite> for Wait {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        let row = &self.0;
        out.push_sql("INSERT INTO waiting_notices (room_id, seq, peer_id, due_at) ");
        let noted: QueryResult<()> = statement!(
            out,
            "VALUES (" DbId = &row.room_id,
            ", " BigInt = &row.seq,
            ", " Nullable<DbId> = &row.peer_id,
            ", " BigInt = &row.due_at,
        );
        out.push_sql(")");
        noted
    }
}

impl RunQueryDsl<SqliteConnection> for Wait {}
impl RunQueryDsl<SqliteConnection> for GrowStream {}
impl RunQueryDsl<SqliteConnection> for MoveMark {}
impl RunQueryDsl<SqliteConnection> for AddEvent {}
