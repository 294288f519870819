//! The messages that new ones repeat: nothing is asked where none does.

use std::collections::{BTreeSet, HashMap};

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Nullable, Text};
use diesel_async::RunQueryDsl;
use parlor_ports::Append;

use super::insert::column;
use crate::appending::{self, Source};
use crate::id::{DbId, Id};
use crate::postgres::connection::Conn;

/// Who repeats which message: sender, room and seq.
type Key = (Id, Id, i64);

/// What senders repeat, as far as they may see it.
pub(super) type Sources = HashMap<Key, Source>;

/// What stands in the messages of these keys that their senders may see.
///
/// It is a type, and not an `sql_query`, because that would be prepared anew each time.
#[derive(QueryId)]
struct Seen<K>(K);

impl<K: QueryFragment<Pg>> QueryFragment<Pg> for Seen<K> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "SELECT wanted.user_id, events.stream_id, events.seq, events.body, events.detail FROM unnest(",
        );
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(
            ") AS wanted (user_id, room_id, seq) \
             JOIN members ON members.room_id = wanted.room_id AND members.user_id = wanted.user_id \
             AND members.visible_from <= wanted.seq \
             JOIN events ON events.stream_id = wanted.room_id AND events.seq = wanted.seq \
             WHERE events.rev IS NOT NULL AND events.body IS NOT NULL",
        );
        Ok(())
    }
}

impl<K> Query for Seen<K> {
    type SqlType = (DbId, DbId, BigInt, Text, Nullable<Text>);
}

/// Which message an append repeats.
pub(super) fn key(append: &Append) -> Option<Key> {
    let (room, seq) = appending::source(&append.draft)?;
    Some((append.sender.id.into(), room, seq))
}

/// What these appends repeat.
pub(super) async fn sources(mut conn: &Conn, appends: &[&Append]) -> QueryResult<Sources> {
    let wanted: BTreeSet<Key> = appends.iter().filter_map(|append| key(append)).collect();
    if wanted.is_empty() {
        return Ok(Sources::new());
    }
    let wanted: Vec<Key> = wanted.into_iter().collect();
    let keys = (
        column(&wanted, |(user, _, _)| *user).into_sql::<Array<DbId>>(),
        column(&wanted, |(_, room, _)| *room).into_sql::<Array<DbId>>(),
        column(&wanted, |(_, _, seq)| *seq).into_sql::<Array<BigInt>>(),
    );
    let found: Vec<(Id, Id, i64, String, Option<String>)> = Seen(keys).load(&mut conn).await?;
    found
        .into_iter()
        .map(|(user, room, seq, body, extras)| Ok(((user, room, seq), Source::new(body, extras.as_deref())?)))
        .collect()
}
