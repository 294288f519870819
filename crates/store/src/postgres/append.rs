//! A batch of appends inside a lane's transaction, as sets: how many statements it takes does not depend on how many
//! messages there are.

mod facts;
mod insert;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{Draft, Event, RoomId};
use parlor_ports::{Append, Appended, Entropy};

use self::facts::Facts;
use super::connection::Conn;
use crate::appending::{judge, known, next, target};
use crate::error::corrupt;
use crate::counter::Counter;
use crate::id::Id;
use crate::rows::{StreamRow, Target, digest};
use crate::schema::{events, revisions, streams};

/// Appends a batch, and says what became of each. All or nothing is to be committed.
pub(super) async fn append(
    conn: &mut Conn,
    entropy: &dyn Entropy,
    batch: &[&Append],
) -> QueryResult<Vec<Appended>> {
    let mut streams = lock(conn, batch).await?;
    let mut appended = Vec::with_capacity(batch.len());
    let mut rest = batch;
    while !rest.is_empty() {
        let (these, others) = rest.split_at(independent(rest, &streams));
        appended.extend(append_set(conn, entropy, &mut streams, these).await?);
        rest = others;
    }
    Ok(appended)
}

/// Locks the streams of a batch, in the order of their ids, so that lanes and jobs never wait in a circle. Nobody joins,
/// leaves or appends in these rooms until the end of the transaction.
async fn lock(conn: &mut Conn, batch: &[&Append]) -> QueryResult<HashMap<RoomId, StreamRow>> {
    let rooms: HashSet<Id> = batch.iter().map(|append| Id::of(append.room)).collect();
    let rows: Vec<StreamRow> = streams::table
        .filter(streams::id.eq_any(rooms.into_iter().collect::<Vec<_>>()))
        .order(streams::id)
        .select(StreamRow::as_select())
        .for_update()
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id.into(), row)).collect())
}

/// How many appends from the first one on do not depend on each other, so that they can be judged by what is stored: at
/// least one. Almost always all of them; an edit that follows its message at once begins another set.
fn independent(batch: &[&Append], streams: &HashMap<RoomId, StreamRow>) -> usize {
    let mut keys = HashSet::new();
    let mut changed = HashSet::new();
    let mut depends = |append: &Append| {
        let key = (append.room, append.sender.id, append.client_id.clone());
        let again = !keys.insert(key);
        let stored = streams.get(&append.room).map_or(0, |stream| stream.seq);
        let place = target(&append.draft).map(|seq| (append.room, seq));
        let pending = place.is_some_and(|(_, seq)| seq > stored);
        let moving = match (&append.draft, place) {
            (Draft::Edit { .. } | Draft::Delete { .. }, Some(place)) => !changed.insert(place),
            _ => false,
        };
        again || pending || moving
    };
    // Nothing stands before the first one, whatever it looks like.
    let later = batch.iter().map(|append| depends(append)).skip(1).position(|depends| depends);
    later.map_or(batch.len(), |n| n + 1)
}

/// Appends what does not depend on each other.
async fn append_set(
    conn: &mut Conn,
    entropy: &dyn Entropy,
    streams: &mut HashMap<RoomId, StreamRow>,
    set: &[&Append],
) -> QueryResult<Vec<Appended>> {
    let mut facts = Facts::read(conn, set).await?;
    let mut new = Vec::with_capacity(set.len());
    let mut answers = Vec::with_capacity(set.len());
    for append in set {
        let digest = digest(&append.client_id, &append.draft);
        if let Some((row, edited)) = facts.known(append) {
            answers.push(Some(known(row, digest, edited.as_ref())?));
            continue;
        }
        let found = facts.target(append);
        if let Err(refusal) = judge(&append.draft, append.sender.id, facts.standing(append), found) {
            answers.push(Some(Appended::Refused(refusal)));
            continue;
        }
        let stream = streams.get_mut(&append.room);
        let stream = stream.ok_or_else(|| corrupt("room", format_args!("{} has no stream", append.room)))?;
        let (event, grown) = next(append, stream, entropy.tag());
        *stream = grown;
        new.push(insert::New { append, event, digest });
        answers.push(None);
    }
    let numbers = insert::insert(conn, streams, &new).await?;
    let mut stored = Vec::with_capacity(new.len());
    for (insert::New { append, mut event, .. }, number) in new.into_iter().zip(numbers) {
        event.number = number;
        match &append.draft {
            Draft::Message { .. } => {}
            Draft::Edit { body, .. } => revise(conn, &event, facts.target(append), body.as_str()).await?,
            Draft::Delete { .. } => erase(conn, &event, facts.target(append)).await?,
        }
        stored.push(Appended::New(Arc::new(event)));
    }
    let mut stored = stored.into_iter();
    let answer = |settled: Option<Appended>| settled.or_else(|| stored.next());
    Ok(answers.into_iter().filter_map(answer).collect())
}

/// Gives a message another text, and keeps the one before.
async fn revise(conn: &mut Conn, event: &Event, target: Option<&Target>, body: &str) -> QueryResult<()> {
    let Some(target) = target else {
        return Ok(());
    };
    let kept: i64 = revisions::table
        .filter(revisions::stream_id.eq(target.stream_id))
        .filter(revisions::seq.eq(target.seq))
        .count()
        .get_result(conn)
        .await?;
    diesel::insert_into(revisions::table)
        .values((
            revisions::stream_id.eq(target.stream_id),
            revisions::seq.eq(target.seq),
            revisions::no.eq(kept + 1),
            revisions::body.eq(target.body.as_deref().unwrap_or_default()),
            revisions::replaced_at.eq(event.at.micros()),
        ))
        .execute(conn)
        .await?;
    diesel::update(events::table.find((target.stream_id, target.seq)))
        .set((
            events::body.eq(body),
            events::edited_at.eq(event.at.micros()),
            events::rev.eq(event.seq.stored()),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Leaves nothing of what a message said.
async fn erase(conn: &mut Conn, event: &Event, target: Option<&Target>) -> QueryResult<()> {
    let Some(target) = target else {
        return Ok(());
    };
    diesel::update(events::table.find((target.stream_id, target.seq)))
        .set((
            events::body.eq(None::<String>),
            events::rev.eq(event.seq.stored()),
        ))
        .execute(conn)
        .await?;
    diesel::delete(
        revisions::table
            .filter(revisions::stream_id.eq(target.stream_id))
            .filter(revisions::seq.eq(target.seq)),
    )
    .execute(conn)
    .await?;
    Ok(())
}
