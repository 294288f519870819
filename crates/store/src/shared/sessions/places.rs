//! Where people were: from which networks their sessions were used.

use std::time::Duration;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{Timestamp, UserId, network};

use super::super::super::Conn;
use super::super::Tx;
use super::super::care::STEP;
use crate::id::Id;
use crate::schema::places;

/// So many are remembered of each person.
const MOST: usize = 50;
/// After how long one is forgotten.
const MEMORY: Duration = Duration::from_hours(90 * 24);

/// Notes that somebody is at this address now. The user's stream must be locked.
pub(super) async fn note(tx: &mut Tx<'_>, user: Id, address: Option<&str>, at: Timestamp) -> QueryResult<()> {
    let Some(address) = address else {
        return Ok(());
    };
    let network = network(address);
    let seen = diesel::update(places::table.find((user, &*network)))
        .set(places::seen_at.eq(at.micros()))
        .execute(tx.conn)
        .await?;
    if seen == 0 {
        make_room(tx, user).await?;
        diesel::insert_into(places::table)
            .values((
                places::user_id.eq(user),
                places::network.eq(&*network),
                places::seen_at.eq(at.micros()),
            ))
            .execute(tx.conn)
            .await?;
    }
    Ok(())
}

/// Forgets the places beyond the most with one that is to be noted: those that were left longest ago.
async fn make_room(tx: &mut Tx<'_>, user: Id) -> QueryResult<()> {
    let known: Vec<String> = places::table
        .filter(places::user_id.eq(user))
        .order((places::seen_at.desc(), places::network))
        .select(places::network)
        .load(tx.conn)
        .await?;
    for network in known.into_iter().skip(MOST - 1) {
        diesel::delete(places::table.find((user, network)))
            .execute(tx.conn)
            .await?;
    }
    Ok(())
}

pub(super) async fn was_at(
    conn: &mut Conn,
    user: UserId,
    address: String,
    since: Timestamp,
) -> QueryResult<bool> {
    let place = places::table.find((Id::of(user), network(&address).into_owned()));
    let lately = place.filter(places::seen_at.ge(since.micros()));
    diesel::select(diesel::dsl::exists(lately)).get_result(conn).await
}

/// Forgets some of the places at which nobody was for long; says whether there may be more.
pub(super) async fn sweep(tx: &mut Tx<'_>, now: Timestamp) -> QueryResult<bool> {
    let before = (now - MEMORY).micros();
    let left: Vec<(Id, String)> = places::table
        .filter(places::seen_at.lt(before))
        .order(places::seen_at)
        .limit(STEP)
        .select((places::user_id, places::network))
        .load(tx.conn)
        .await?;
    if left.is_empty() {
        return Ok(false);
    }
    tx.lock(left.iter().map(|(user, _)| *user)).await?;
    for place in left {
        // Somebody may have come back at this moment.
        diesel::delete(places::table.find(place))
            .filter(places::seen_at.lt(before))
            .execute(tx.conn)
            .await?;
    }
    Ok(true)
}
