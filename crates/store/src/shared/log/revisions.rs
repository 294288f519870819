//! What edits replaced.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{MessageBody, PageSize, Revision, RoomId, Seq, Timestamp, UserId};
use parlor_ports::RevisionsPage;

use super::super::super::Conn;
use super::message;
use crate::budget;
use crate::counter::Counter;
use crate::id::Id;
use crate::schema::revisions;

pub(super) async fn list(
    conn: &mut Conn,
    room: RoomId,
    viewer: UserId,
    seq: Seq,
    after: u64,
    size: PageSize,
) -> QueryResult<Option<RevisionsPage>> {
    if message(conn, room, viewer, seq).await?.is_none() {
        return Ok(None);
    }
    let one_more = i64::try_from(size.rows() + 1).unwrap_or(i64::MAX);
    let rows: Vec<(i64, String, i64)> = revisions::table
        .filter(revisions::stream_id.eq(Id::of(room)))
        .filter(revisions::seq.eq(seq.stored()))
        .filter(revisions::no.gt(i64::try_from(after).unwrap_or(i64::MAX)))
        .order(revisions::no)
        .limit(one_more)
        .select((revisions::no, revisions::body, revisions::replaced_at))
        .load(conn)
        .await?;
    let fitting = budget::fitting(budget::PAGE, rows.iter().map(|(_, body, _)| body.len()));
    let shown = fitting.min(size.rows());
    let more = shown < rows.len();
    let revisions: Vec<Revision> = rows
        .into_iter()
        .take(shown)
        .map(|(no, body, replaced_at)| Revision {
            no: no.cast_unsigned(),
            body: MessageBody::stored(body),
            replaced_at: Timestamp::from_micros(replaced_at),
        })
        .collect();
    Ok(Some(RevisionsPage {
        next: revisions.last().filter(|_| more).map(|revision| revision.no),
        revisions,
    }))
}
