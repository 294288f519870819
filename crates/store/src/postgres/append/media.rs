//! The media of new messages: nothing is asked or written where there are none.

use std::collections::{BTreeSet, HashMap};

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt};
use diesel_async::RunQueryDsl;
use parlor_ports::Append;

use super::forwarded;
use super::insert::{New, column};
use crate::appending::{self, Source, named};
use crate::counter::Counter;
use crate::id::{DbId, Id};
use crate::postgres::connection::Conn;
use crate::postgres::hold_media;
use crate::rows::MediaRow;

/// Media that nobody else uses or forgets until the end of the transaction.
pub(super) type Held = HashMap<Id, MediaRow>;

/// Holds all media that a batch names or repeats. It does so at once, and after the streams are locked, so that lanes and jobs never wait
/// in a circle.
pub(super) async fn hold(conn: &mut Conn, batch: &[&Append]) -> QueryResult<Held> {
    let mut wanted: BTreeSet<Id> = batch
        .iter()
        .flat_map(|append| named(&append.draft))
        .copied()
        .map(Id::of)
        .collect();
    let repeated = forwarded::sources(conn, batch).await?;
    wanted.extend(repeated.values().flat_map(Source::media));
    if wanted.is_empty() {
        return Ok(Held::new());
    }
    let rows = hold_media(conn, wanted.into_iter().collect()).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Writes down which messages use which media, which are kept from now on.
///
/// It is a type, and not an `sql_query`, because that would be prepared anew each time.
#[derive(QueryId)]
struct Use<M, U> {
    media: M,
    uses: U,
}

impl<M: QueryFragment<Pg>, U: QueryFragment<Pg>> QueryFragment<Pg> for Use<M, U> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "WITH kept AS (\
             UPDATE media SET expires_at = NULL WHERE expires_at IS NOT NULL AND id = ANY(",
        );
        self.media.walk_ast(out.reborrow())?;
        out.push_sql(")) INSERT INTO media_uses (stream_id, seq, media_id) SELECT * FROM unnest(");
        self.uses.walk_ast(out.reborrow())?;
        out.push_sql(")");
        Ok(())
    }
}

/// Notes what new messages use.
pub(super) async fn use_by(mut conn: &Conn, new: &[New<'_>]) -> QueryResult<()> {
    let uses: BTreeSet<(Id, i64, Id)> = new
        .iter()
        .flat_map(|New { event, .. }| {
            let place = |media| (event.stream.into(), event.seq.stored(), media);
            appending::shown(event).map(place)
        })
        .collect();
    if uses.is_empty() {
        return Ok(());
    }
    let uses: Vec<_> = uses.into_iter().collect();
    let statement = Use {
        media: column(&uses, |(_, _, media)| *media).into_sql::<Array<DbId>>(),
        uses: (
            column(&uses, |(stream, _, _)| *stream).into_sql::<Array<DbId>>(),
            column(&uses, |(_, seq, _)| *seq).into_sql::<Array<BigInt>>(),
            column(&uses, |(_, _, media)| *media).into_sql::<Array<DbId>>(),
        ),
    };
    RunQueryDsl::execute(statement, &mut conn).await?;
    Ok(())
}
