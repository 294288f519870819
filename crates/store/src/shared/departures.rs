//! What is still to be done for accounts that were deleted: their groups and channels are left, people's lists forget them, and if it was
//! wished, what they wrote is deleted, room by room and a little at a time.

use std::collections::BTreeSet;

use diesel::dsl::max;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{RoomKind, Timestamp, UserId};

use super::rooms::{depart, find_room, with_hosts};
use super::{Tx, contacts, log, notifications};
use crate::code::{Code, Kind};
use crate::id::Id;
use crate::rows::{StreamRow, Target, blank_people, joined_room};
use crate::schema::{departures, events, join_requests, members, rooms, streams};

/// So many messages are deleted in one transaction at most.
const MESSAGES: i64 = 100;
/// So many events are looked through for them in one transaction at most.
const EVENTS: i64 = 2_000;

/// A room that somebody who is gone was in, or asked to be let into; his own stream stands for the lists of people that name him.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = departures)]
struct DepartureRow {
    user_id: Id,
    room_id: Id,
    messages: bool,
    done_seq: i64,
    created_at: i64,
}

/// Notes what is to be done for an account that is deleted now. Its stream must be locked, so that it comes into no other
/// room.
pub(super) async fn plan(tx: &mut Tx<'_>, user: UserId, messages: bool, at: Timestamp) -> QueryResult<()> {
    let mut places: BTreeSet<Id> = members::table
        .inner_join(rooms::table.on(rooms::id.eq(members::room_id)))
        .filter(members::user_id.eq(Id::of(user)))
        .filter(rooms::kind.ne(RoomKind::Direct.code()))
        .select(members::room_id)
        .load(tx.conn)
        .await?
        .into_iter()
        .collect();
    let asked: Vec<Id> = join_requests::table
        .filter(join_requests::user_id.eq(Id::of(user)))
        .select(join_requests::room_id)
        .load(tx.conn)
        .await?;
    places.extend(asked);
    if messages {
        places.extend(rooms_ever(tx, user).await?);
    }
    // Its own stream stands for the lists of people that name it, and those that it has.
    places.insert(Id::of(user));
    for place in places {
        diesel::insert_into(departures::table)
            .values((
                departures::user_id.eq(Id::of(user)),
                departures::room_id.eq(place),
                departures::messages.eq(messages),
                departures::done_seq.eq(0),
                departures::created_at.eq(at.micros()),
            ))
            .execute(tx.conn)
            .await?;
    }
    Ok(())
}

/// All rooms that somebody ever came into, as his own stream tells.
async fn rooms_ever(tx: &mut Tx<'_>, user: UserId) -> QueryResult<Vec<Id>> {
    let details: Vec<Option<String>> = events::table
        .filter(events::stream_id.eq(Id::of(user)))
        .filter(events::kind.eq(Kind::RoomJoined.code()))
        .select(events::detail)
        .load(tx.conn)
        .await?;
    let rooms = details.iter().flatten().filter_map(|detail| {
        let room = joined_room(detail).transpose()?;
        Some(room.map(Id::of))
    });
    rooms.collect()
}

/// Does the next piece of what is to be done, but for so many that are passed over; false if there is nothing.
pub(super) async fn next(tx: &mut Tx<'_>, passed_over: i64) -> QueryResult<bool> {
    let next: Option<(Id, Id)> = departures::table
        .order((departures::user_id, departures::room_id))
        .offset(passed_over)
        .select((departures::user_id, departures::room_id))
        .first(tx.conn)
        .await
        .optional()?;
    let Some((user, room)) = next else {
        return Ok(false);
    };
    if user == room {
        people(tx, user).await?;
        return Ok(true);
    }
    let concerned = with_hosts(tx.conn, room.into(), &[user.into()]).await?;
    let streams: Vec<Id> = concerned.into_iter().map(Id::of).chain([room]).collect();
    tx.lock(streams.iter().copied()).await?;
    // Another process may have done it meanwhile.
    let departure = departures::table
        .find((user, room))
        .select(DepartureRow::as_select())
        .first(tx.conn)
        .await
        .optional()?;
    if let Some(departure) = departure {
        piece(tx, departure, &streams).await?;
    }
    Ok(true)
}

/// Takes an account out of one more person's lists, or forgets what there was to be done.
async fn people(tx: &mut Tx<'_>, user: Id) -> QueryResult<()> {
    let Some((other, room)) = contacts::others(tx, user).await? else {
        // What he called others, and what he said to them, stands in his own stream, which nobody reads any more.
        for (kind, nobody) in blank_people() {
            diesel::update(events::table.filter(events::stream_id.eq(user)))
                .filter(events::kind.eq(kind.code()))
                .set(events::detail.eq(nobody))
                .execute(tx.conn)
                .await?;
        }
        notifications::depart(tx, user).await?;
        diesel::delete(departures::table.find((user, user)))
            .execute(tx.conn)
            .await?;
        return Ok(());
    };
    tx.lock([user, other].into_iter().chain(room)).await?;
    let since: Option<i64> = departures::table
        .find((user, user))
        .select(departures::created_at)
        .first(tx.conn)
        .await
        .optional()?;
    let head: StreamRow = streams::table
        .find(other)
        .select(StreamRow::as_select())
        .first(tx.conn)
        .await?;
    // The time of a stream never goes back.
    let at = Timestamp::from_micros(since.unwrap_or(0).max(head.active_at));
    contacts::depart(tx, user.into(), other.into(), room, at).await
}

/// Does a piece of what there is to do in a room, while these streams are locked.
async fn piece(tx: &mut Tx<'_>, departure: DepartureRow, streams: &[Id]) -> QueryResult<()> {
    let Some(room) = find_room(tx, departure.room_id.into()).await? else {
        // With the room, all that was said in it has an end.
        return done(tx, &departure).await;
    };
    let head: StreamRow = streams::table
        .find(departure.room_id)
        .select(StreamRow::as_select())
        .first(tx.conn)
        .await?;
    let latest: Option<i64> = streams::table
        .filter(streams::id.eq_any(streams))
        .select(max(streams::active_at))
        .first(tx.conn)
        .await?;
    // The time of a stream never goes back.
    let at = Timestamp::from_micros(departure.created_at.max(latest.unwrap_or(0)));
    if depart(tx, &room, departure.user_id.into(), at).await? {
        return Ok(());
    }
    if !departure.messages {
        return done(tx, &departure).await;
    }
    delete_messages(tx, &departure, &head, at).await
}

/// Deletes some of the messages that are still there, and notes how far that has come.
async fn delete_messages(
    tx: &mut Tx<'_>,
    departure: &DepartureRow,
    head: &StreamRow,
    at: Timestamp,
) -> QueryResult<()> {
    let until = departure.done_seq.saturating_add(EVENTS);
    let messages: Vec<Target> = events::table
        .filter(events::stream_id.eq(departure.room_id))
        .filter(events::seq.gt(departure.done_seq))
        .filter(events::seq.le(until))
        .filter(events::sender_id.eq(departure.user_id))
        .filter(events::rev.is_not_null())
        .filter(events::body.is_not_null())
        .order(events::seq)
        .limit(MESSAGES)
        .select(Target::as_select())
        .load(tx.conn)
        .await?;
    for message in &messages {
        // Nobody does it: the author is not there any more.
        log::erase(tx, message, None, at).await?;
    }
    let full = i64::try_from(messages.len()).is_ok_and(|found| found == MESSAGES);
    let until = match messages.last() {
        Some(last) if full => last.seq,
        _ => until,
    };
    if !full && until >= head.seq {
        return done(tx, departure).await;
    }
    diesel::update(departures::table.find((departure.user_id, departure.room_id)))
        .set(departures::done_seq.eq(until))
        .execute(tx.conn)
        .await?;
    Ok(())
}

async fn done(tx: &mut Tx<'_>, departure: &DepartureRow) -> QueryResult<()> {
    diesel::delete(departures::table.find((departure.user_id, departure.room_id)))
        .execute(tx.conn)
        .await?;
    Ok(())
}
