//! Reactions in channels: however many come at once, a message tells of them once in a while. What waits to be counted is
//! written down, so that nothing is lost in a crash, and what was counted is told in the same transaction.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{Emoji, Seq, Timestamp, What};
use parlor_ports::{COUNT_PATIENCE, Counted};

use super::super::super::Conn;
use super::super::Tx;
use super::super::rooms::find_room;
use super::reactions;
use crate::counter::{Counter, rows};
use crate::id::Id;
use crate::schema::{events, reactions as all_reactions, uncounted_reactions};

/// A message: a stream and a seq in it.
type Place = (Id, i64);

/// Notes that there are so many more of an emoji, or less. The stream must be locked.
pub(super) async fn note(
    tx: &mut Tx<'_>,
    (stream, seq): Place,
    (emoji, more): (&Emoji, i64),
    at: Timestamp,
) -> QueryResult<()> {
    diesel::insert_into(uncounted_reactions::table)
        .values((
            uncounted_reactions::stream_id.eq(stream),
            uncounted_reactions::seq.eq(seq),
            uncounted_reactions::emoji.eq(emoji.as_str()),
            uncounted_reactions::amount.eq(more),
            uncounted_reactions::due_at.eq((at + COUNT_PATIENCE).micros()),
        ))
        .on_conflict((
            uncounted_reactions::stream_id,
            uncounted_reactions::seq,
            uncounted_reactions::emoji,
        ))
        .do_update()
        .set(uncounted_reactions::amount.eq(uncounted_reactions::amount + more))
        .execute(tx.conn)
        .await?;
    Ok(())
}

/// Which emoji have come to a message since it was counted.
pub(super) async fn brought(conn: &mut Conn, (stream, seq): Place) -> QueryResult<Vec<String>> {
    uncounted_reactions::table
        .filter(uncounted_reactions::stream_id.eq(stream))
        .filter(uncounted_reactions::seq.eq(seq))
        .filter(uncounted_reactions::amount.gt(0))
        .select(uncounted_reactions::emoji)
        .load(conn)
        .await
}

/// Counts what is due at some messages.
pub(super) async fn count(tx: &mut Tx<'_>, now: Timestamp, most: usize) -> QueryResult<Counted> {
    let due: Vec<Place> = uncounted_reactions::table
        .filter(uncounted_reactions::due_at.le(now.micros()))
        .order(uncounted_reactions::due_at)
        .limit(rows(most))
        .select((uncounted_reactions::stream_id, uncounted_reactions::seq))
        .load(tx.conn)
        .await?;
    let places: BTreeSet<Place> = due.into_iter().collect();
    tx.lock(places.iter().map(|(stream, _)| *stream)).await?;
    for place in &places {
        tell(tx, *place, now).await?;
    }
    let next: Option<i64> = uncounted_reactions::table
        .order(uncounted_reactions::due_at)
        .select(uncounted_reactions::due_at)
        .first(tx.conn)
        .await
        .optional()?;
    Ok(Counted {
        messages: places.len(),
        next: next.map(Timestamp::from_micros),
    })
}

/// Counts what waits at a message, and tells its channel.
async fn tell(tx: &mut Tx<'_>, place: Place, at: Timestamp) -> QueryResult<()> {
    let (stream, seq) = place;
    let mut waiting: Vec<(String, i64)> = diesel::delete(uncounted_reactions::table)
        .filter(uncounted_reactions::stream_id.eq(stream))
        .filter(uncounted_reactions::seq.eq(seq))
        .returning((uncounted_reactions::emoji, uncounted_reactions::amount))
        .get_results(tx.conn)
        .await?;
    // What came and went again is nothing, and another process may have counted meanwhile.
    waiting.retain(|(_, more)| *more != 0);
    if waiting.is_empty() || find_room(tx, stream.into()).await?.is_none() {
        return Ok(());
    }
    let is_said: bool = events::table
        .find(place)
        .select(events::body.is_not_null())
        .first(tx.conn)
        .await?;
    if !is_said {
        // Who deleted the message has forgotten what was counted, and this is the rest.
        diesel::delete(all_reactions::table)
            .filter(all_reactions::stream_id.eq(stream))
            .filter(all_reactions::seq.eq(seq))
            .execute(tx.conn)
            .await?;
        return Ok(());
    }
    let rev = tx.next_seq(stream).await?;
    for (emoji, more) in &waiting {
        reactions::add(tx, place, (emoji, *more), rev).await?;
    }
    let counted = What::ReactionsCounted {
        target: Seq::loaded(seq),
        reactions: reactions::counted(tx, place, rev).await?,
    };
    tx.append(stream, None, counted, at).await?;
    Ok(())
}
