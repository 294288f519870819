//! A batch of appends inside a lane's transaction, as sets: how many statements it takes does not depend on how many
//! messages there are.

mod facts;
mod forwarded;
mod insert;
mod lookup;
mod media;
mod mentioned;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use diesel::prelude::*;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use parlor_domain::{Draft, RoomId};
use parlor_ports::{Append, Appended, Entropy};

use self::facts::Facts;
use self::insert::New;
use self::media::Held;
use super::connection::Conn;
use super::turns::{Turn, Turns};
use crate::appending::{self, judge, known, next, target};
use crate::changing;
use crate::counter::Counter;
use crate::id::Id;
use crate::rows::{Place, Target, digest};
use crate::schema::{rooms, streams};

/// Commits a batch, and says what became of each append and in which turn it is to be published.
pub(super) async fn commit(
    conn: &mut Conn,
    entropy: &dyn Entropy,
    turns: &Arc<Turns>,
    batch: &[&Append],
) -> QueryResult<(Turn, Vec<Appended>)> {
    // The two travel together. BEGIN is always first: it needs no preparing, and is sent when it is first polled.
    let ((), mut places) = tokio::try_join!(biased; execute(conn, "BEGIN"), lock(conn, batch))?;
    let held = media::hold(conn, batch).await?;
    let mut appended = Vec::with_capacity(batch.len());
    let mut rest = batch;
    while !rest.is_empty() {
        let (set, others) = rest.split_at(independent(rest, &places));
        let mut facts = Facts::read(conn, set).await?;
        let judged = Judged::new(&mut facts, &held, &mut places, entropy, set)?;
        let numbers = insert::insert(conn, &places, &judged.new).await?;
        media::use_by(conn, &judged.new).await?;
        mentioned::wait(conn, &judged.new).await?;
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
async fn lock(mut conn: &Conn, batch: &[&Append]) -> QueryResult<HashMap<RoomId, Place>> {
    let wanted: HashSet<Id> = batch.iter().map(|append| Id::of(append.room)).collect();
    let places: Vec<Place> = streams::table
        .inner_join(rooms::table.on(rooms::id.eq(streams::id)))
        .filter(streams::id.eq_any(wanted.into_iter().collect::<Vec<_>>()))
        .order(streams::id)
        .select(Place::as_select())
        .for_update()
        .load(&mut conn)
        .await?;
    Ok(places
        .into_iter()
        .map(|place| (place.stream.id.into(), place))
        .collect())
}

/// How many appends from the first one on do not depend on each other, so that they can be judged by what is stored: at
/// least one. Almost always all of them; an edit that follows its message at once begins another set.
fn independent(batch: &[&Append], places: &HashMap<RoomId, Place>) -> usize {
    let mut keys = HashSet::new();
    let mut changed = HashSet::new();
    let mut slow = HashSet::new();
    let mut depends = |append: &Append| {
        let key = (append.room, append.sender.id, append.client_id.clone());
        let again = !keys.insert(key);
        let room = places.get(&append.room);
        let stored = room.map_or(0, |room| room.stream.seq);
        let place = target(&append.draft).map(|seq| (append.room, seq));
        let pending = place.is_some_and(|(_, seq)| seq > stored);
        let moving = match (&append.draft, place) {
            (Draft::Edit { .. } | Draft::Delete { .. }, Some(place)) => !changed.insert(place),
            _ => false,
        };
        // What is repeated is read as it stands before the set.
        let repeating = match append.draft {
            Draft::Forward { room, seq } => {
                let written = places
                    .get(&room)
                    .is_some_and(|room| seq.stored() > room.stream.seq);
                written || changed.contains(&(room, seq.stored()))
            }
            _ => false,
        };
        // What somebody writes decides when he may write again.
        let soon = append.draft.is_message()
            && room.is_some_and(|room| room.slow_mode() > 0)
            && !slow.insert((append.room, append.sender.id));
        again || pending || moving || repeating || soon
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
        places: &mut HashMap<RoomId, Place>,
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
            let place = places.get(&append.room).copied();
            let (standing, found) = (facts.standing(append), facts.target(append));
            let (standing, place) = match judge(append, standing, place, found)? {
                Ok(found) => found,
                Err(refusal) => {
                    judged.settled.push(Some(Appended::Refused(refusal)));
                    continue;
                }
            };
            let content = match appending::content(append, facts.source(append), held)? {
                Ok(content) => content,
                Err(refusal) => {
                    judged.settled.push(Some(Appended::Refused(refusal)));
                    continue;
                }
            };
            let mentions =
                appending::mentions(&append.draft, (standing, place), found, facts.members(append))?;
            let (event, grown) = next(append, content, mentions, found, &place.stream, entropy.tag())?;
            places.insert(append.room, place.grown(grown));
            judged.new.push(New {
                append,
                waiting: appending::waiting(&event, standing),
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
            if target.shows_media() {
                RunQueryDsl::execute(changing::release(target), conn).await?;
                RunQueryDsl::execute(changing::unuse(target), conn).await?;
                RunQueryDsl::execute(changing::unplay(target), conn).await?;
            }
        }
        (Draft::Message { .. } | Draft::Forward { .. }, _)
        | (Draft::Edit { .. } | Draft::Delete { .. }, None) => {}
    }
    Ok(())
}
