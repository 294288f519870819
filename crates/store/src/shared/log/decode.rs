//! Events of rows, with what messages say now and how they were reacted to.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{Event, ReactionCount, Reactions, Seq, What};

use super::super::super::Conn;
use super::reactions::count;
use crate::id::Id;
use crate::rows::{EventRow, Target};
use crate::schema::{events, reaction_counts};

/// A stream and a seq in it.
type Place = (Id, i64);

/// Makes events of rows, with what edited messages say now, and with all reactions.
pub(in super::super::super) async fn decode(conn: &mut Conn, rows: Vec<EventRow>) -> QueryResult<Vec<Event>> {
    let held: HashMap<Place, Option<Seq>> = rows
        .iter()
        .filter(|row| row.is_message())
        .filter_map(|row| Some((row.subject()?, row.reacted())))
        .collect();
    let pointed_at = rows.iter().filter(|row| !row.is_message());
    let targets = targets(conn, pointed_at.filter_map(EventRow::subject)).await?;
    let others = targets.iter().map(|(place, target)| (*place, target.reacted()));
    let reacted = held.into_iter().chain(others);
    let reactions = reactions(conn, reacted.filter_map(|(place, rev)| Some((place, rev?)))).await?;
    rows.into_iter()
        .map(|row| {
            let subject = row.subject();
            let target = subject.and_then(|place| targets.get(&place));
            let mut event = row.event(target)?;
            if let Some(now) = subject.and_then(|place| reactions.get(&place)) {
                show(&mut event.what, now);
            }
            Ok(event)
        })
        .collect()
}

fn show(what: &mut What, now: &Reactions) {
    match what {
        What::Message(message) => message.reactions = now.clone(),
        What::Reacted { reactions, .. } | What::ReactionsCounted { reactions, .. } => {
            *reactions = now.clone();
        }
        _ => {}
    }
}

/// The messages at these places.
async fn targets(
    conn: &mut Conn,
    places: impl Iterator<Item = Place>,
) -> QueryResult<HashMap<Place, Target>> {
    let mut found = HashMap::new();
    for (stream, seqs) in by_stream(places) {
        let targets: Vec<Target> = events::table
            .filter(events::stream_id.eq(stream))
            .filter(events::seq.eq_any(seqs))
            .select(Target::as_select())
            .load(conn)
            .await?;
        found.extend(targets.into_iter().map(|target| ((stream, target.seq), target)));
    }
    Ok(found)
}

/// How the messages at these places were reacted to, where the reactions changed last as of the given events.
async fn reactions(
    conn: &mut Conn,
    places: impl Iterator<Item = (Place, Seq)>,
) -> QueryResult<HashMap<Place, Reactions>> {
    let revs: HashMap<Place, Seq> = places.collect();
    let mut counts: HashMap<Place, Vec<ReactionCount>> = HashMap::new();
    for (stream, seqs) in by_stream(revs.keys().copied()) {
        let found: Vec<(i64, String, i64)> = reaction_counts::table
            .filter(reaction_counts::stream_id.eq(stream))
            .filter(reaction_counts::seq.eq_any(seqs))
            .order((
                reaction_counts::seq,
                reaction_counts::since,
                reaction_counts::emoji,
            ))
            .select((
                reaction_counts::seq,
                reaction_counts::emoji,
                reaction_counts::amount,
            ))
            .load(conn)
            .await?;
        for (seq, emoji, amount) in found {
            counts
                .entry((stream, seq))
                .or_default()
                .push(count((emoji, amount)));
        }
    }
    Ok(revs
        .into_iter()
        .map(|(place, rev)| {
            let counts = counts.remove(&place).unwrap_or_default().into();
            (place, Reactions { counts, rev })
        })
        .collect())
}

fn by_stream(places: impl Iterator<Item = Place>) -> HashMap<Id, Vec<i64>> {
    let mut streams: HashMap<Id, Vec<i64>> = HashMap::new();
    for (stream, seq) in places {
        streams.entry(stream).or_default().push(seq);
    }
    streams
}
