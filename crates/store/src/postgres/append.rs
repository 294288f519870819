//! A batch of appends inside a lane's transaction, as sets: how many statements it takes does not depend on how many
//! messages there are.

mod facts;
mod insert;
mod lookup;
mod media;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use diesel::prelude::*;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use parlor_domain::{Draft, RoomId};
use parlor_ports::{Append, AppendRefusal, Appended, Entropy};

use self::facts::Facts;
use self::insert::New;
use self::media::Held;
use super::connection::Conn;
use super::turns::{Turn, Turns};
use crate::appending::{self, judge, known, next, target};
use crate::changing;
use crate::error::corrupt;
use crate::id::Id;
use crate::rows::{StreamRow, Target, digest};
use crate::schema::streams;

/// Commits a batch, and says what became of each append and in which turn it is to be published.
pub(super) async fn commit(
    conn: &mut Conn,
    entropy: &dyn Entropy,
    turns: &Arc<Turns>,
    batch: &[&Append],
) -> QueryResult<(Turn, Vec<Appended>)> {
    // The two travel together. BEGIN is always first: it needs no preparing, and is sent when it is first polled.
    let ((), mut streams) = tokio::try_join!(biased; execute(conn, "BEGIN"), lock(conn, batch))?;
    let held = media::hold(conn, batch).await?;
    let mut appended = Vec::with_capacity(batch.len());
    let mut rest = batch;
    while !rest.is_empty() {
        let (set, others) = rest.split_at(independent(rest, &streams));
        let mut facts = Facts::read(conn, set).await?;
        let judged = Judged::new(&mut facts, &held, &mut streams, entropy, set)?;
        let numbers = insert::insert(conn, &streams, &judged.new).await?;
        media::use_by(conn, &judged.new).await?;
        for new in &judged.new {
            change(conn, new, facts.target(new.append)).await?;
        }
        appended.extend(judged.answers(numbers));
        rest = others;
    }
    let turn = turns.take();
    execute(conn, "COMMIT").await?;
    Ok((turn, appended))
}

async fn execute(mut conn: &Conn, statement: &str) -> QueryResult<()> {
    conn.batch_execute(statement).await
}

/// Locks the streams of a batch, in the order of their ids, so that lanes and jobs never wait in a circle. Nobody joins,
/// leaves or appends in these rooms until the end of the transaction.
async fn lock(mut conn: &Conn, batch: &[&Append]) -> QueryResult<HashMap<RoomId, StreamRow>> {
    let rooms: HashSet<Id> = batch.iter().map(|append| Id::of(append.room)).collect();
    let rows: Vec<StreamRow> = streams::table
        .filter(streams::id.eq_any(rooms.into_iter().collect::<Vec<_>>()))
        .order(streams::id)
        .select(StreamRow::as_select())
        .for_update()
        .load(&mut conn)
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
    let later = batch
        .iter()
        .map(|append| depends(append))
        .skip(1)
        .position(|depends| depends);
    later.map_or(batch.len(), |n| n + 1)
}

/// What becomes of a set of appends.
struct Judged<'a> {
    /// One for each; `None` if it is new.
    settled: Vec<Option<Appended>>,
    new: Vec<New<'a>>,
}

impl<'a> Judged<'a> {
    /// Judges a set whose members do not depend on each other, and moves the streams to where they will stand.
    fn new(
        facts: &mut Facts,
        held: &Held,
        streams: &mut HashMap<RoomId, StreamRow>,
        entropy: &dyn Entropy,
        set: &[&'a Append],
    ) -> QueryResult<Self> {
        let mut judged = Self {
            settled: Vec::with_capacity(set.len()),
            new: Vec::with_capacity(set.len()),
        };
        for &append in set {
            let digest = digest(&append.client_id, &append.draft);
            if let Some((row, edited)) = facts.known(append) {
                judged.settled.push(Some(known(row, digest, edited.as_ref())?));
                continue;
            }
            let found = facts.target(append);
            if let Err(refusal) = judge(&append.draft, append.sender.id, facts.standing(append), found) {
                judged.settled.push(Some(Appended::Refused(refusal)));
                continue;
            }
            let Some(media) = appending::media(append, held)? else {
                judged
                    .settled
                    .push(Some(Appended::Refused(AppendRefusal::NoMedia)));
                continue;
            };
            let stream = streams.get_mut(&append.room);
            let stream = stream.ok_or_else(|| corrupt("room", format_args!("{}: no stream", append.room)))?;
            let (event, grown) = next(append, media, stream, entropy.tag());
            *stream = grown;
            judged.new.push(New {
                append,
                event,
                digest,
            });
            judged.settled.push(None);
        }
        Ok(judged)
    }

    /// The answers, once the new events have their numbers.
    fn answers(self, numbers: Vec<i64>) -> impl Iterator<Item = Appended> {
        let mut stored = self
            .new
            .into_iter()
            .zip(numbers)
            .map(|(New { mut event, .. }, number)| {
                event.number = number;
                Appended::New(Arc::new(event))
            });
        let answer = move |settled: Option<Appended>| settled.or_else(|| stored.next());
        self.settled.into_iter().filter_map(answer)
    }
}

/// Does to the message what an edit or a deletion says.
async fn change(conn: &mut Conn, new: &New<'_>, target: Option<&Target>) -> QueryResult<()> {
    match (&new.append.draft, target) {
        (Draft::Edit { body, .. }, Some(target)) => {
            RunQueryDsl::execute(changing::keep(&new.event, target), conn).await?;
            RunQueryDsl::execute(changing::rewrite(&new.event, target, body), conn).await?;
        }
        (Draft::Delete { .. }, Some(target)) => {
            RunQueryDsl::execute(changing::blank(&new.event, target), conn).await?;
            RunQueryDsl::execute(changing::forget(target), conn).await?;
            RunQueryDsl::execute(changing::unpin(target), conn).await?;
            if target.reacted().is_some() {
                RunQueryDsl::execute(changing::unreact(target), conn).await?;
                RunQueryDsl::execute(changing::uncount(target), conn).await?;
            }
            if target.shows_media {
                RunQueryDsl::execute(changing::release(target), conn).await?;
                RunQueryDsl::execute(changing::unuse(target), conn).await?;
                RunQueryDsl::execute(changing::unplay(target), conn).await?;
            }
        }
        (Draft::Message { .. }, _) | (Draft::Edit { .. } | Draft::Delete { .. }, None) => {}
    }
    Ok(())
}
