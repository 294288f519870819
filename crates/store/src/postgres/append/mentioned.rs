//! Who is called in new messages, and who is to be notified of them: nothing is asked or written where nobody is.

use std::collections::{BTreeSet, HashMap};

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Nullable, Text};
use diesel_async::RunQueryDsl;
use parlor_domain::UserRef;
use parlor_ports::Append;

use super::insert::{New, column};
use crate::appending::{WaitingRow, called_names};
use crate::id::{DbId, Id};
use crate::postgres::connection::Conn;

/// Of rooms: members by the keys of their names.
pub(super) type Members = HashMap<Id, HashMap<String, UserRef>>;

/// Finds members of rooms by the keys of their names.
///
/// It is a type, and not an `sql_query`, because that would be prepared anew each time.
#[derive(QueryId)]
struct Named<K>(K);

impl<K: QueryFragment<Pg>> QueryFragment<Pg> for Named<K> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("SELECT members.room_id, users.username_key, users.id, users.number FROM unnest(");
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(
            ") AS wanted (room_id, username_key) JOIN users USING (username_key) \
             JOIN members ON members.room_id = wanted.room_id AND members.user_id = users.id",
        );
        Ok(())
    }
}

impl<K> Query for Named<K> {
    type SqlType = (DbId, Text, DbId, BigInt);
}

/// The members that a set of appends calls.
pub(super) async fn members(mut conn: &Conn, set: &[&Append]) -> QueryResult<Members> {
    let wanted: BTreeSet<(Id, String)> = set
        .iter()
        .flat_map(|append| {
            let names = called_names(&append.draft).into_iter();
            names.map(|name| (append.room.into(), name))
        })
        .collect();
    let mut members = Members::new();
    if wanted.is_empty() {
        return Ok(members);
    }
    let (rooms, names): (Vec<Id>, Vec<String>) = wanted.into_iter().unzip();
    let keys = (rooms.into_sql::<Array<DbId>>(), names.into_sql::<Array<Text>>());
    let found: Vec<(Id, String, Id, i64)> = Named(keys).load(&mut conn).await?;
    for (room, key, id, number) in found {
        let id = id.into();
        members
            .entry(room)
            .or_default()
            .insert(key, UserRef { id, number });
    }
    Ok(members)
}

/// Writes down of which messages somebody is to be notified.
#[derive(QueryId)]
struct Wait<R>(R);

impl<R: QueryFragment<Pg>> QueryFragment<Pg> for Wait<R> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("INSERT INTO waiting_notices (room_id, seq, peer_id, due_at) SELECT * FROM unnest(");
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(")");
        Ok(())
    }
}

/// Notes which of the new messages wait.
pub(super) async fn wait(mut conn: &Conn, new: &[New<'_>]) -> QueryResult<()> {
    let rows: Vec<WaitingRow> = new.iter().filter_map(|new| new.waiting).collect();
    if rows.is_empty() {
        return Ok(());
    }
    let statement = Wait((
        column(&rows, |row| row.room_id).into_sql::<Array<DbId>>(),
        column(&rows, |row| row.seq).into_sql::<Array<BigInt>>(),
        column(&rows, |row| row.peer_id).into_sql::<Array<Nullable<DbId>>>(),
        column(&rows, |row| row.due_at).into_sql::<Array<BigInt>>(),
    ));
    RunQueryDsl::execute(statement, &mut conn).await?;
    Ok(())
}
