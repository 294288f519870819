//! Members who take no part in a room where it is shown through the dialect `rooms`. The room's capacity counts them besides.

use std::sync::Arc;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{Capacity, Event, Room, RoomId, RoomKind, Seq, Timestamp, UserRef, What};
use parlor_ports::Attended;

use super::super::Tx;
use super::{act, settings};
use crate::counter::Counter;
use crate::id::Id;
use crate::schema::{members, rooms, streams};

pub(super) async fn attend(
    tx: &mut Tx<'_>,
    room: RoomId,
    user: UserRef,
    attending: bool,
    at: Timestamp,
) -> QueryResult<Attended> {
    tx.lock([Id::of(room), Id::of(user.id)]).await?;
    let absent: Option<bool> = members::table
        .find((Id::of(room), Id::of(user.id)))
        .select(members::absent)
        .first(tx.conn)
        .await
        .optional()?;
    let found = act::find(tx, room).await?;
    let Some((absent, found)) = absent.zip(found.filter(can_be_left)) else {
        return Ok(Attended::NotMember);
    };
    if absent != attending {
        return Ok(Attended::Done(None));
    }
    let capacity = if attending {
        found.capacity.one_fewer()
    } else {
        found.capacity.one_more()
    };
    if attending && found.members > capacity.members() {
        return Ok(Attended::Full);
    }
    resize(tx, &found, capacity, Some(user), at).await?;
    let told = note(tx, room, user, attending, at).await?;
    Ok(Attended::Done(Some(told)))
}

/// Whether a room can be left, and so be in without taking part.
fn can_be_left(room: &Room) -> bool {
    room.kind != RoomKind::Direct && !room.everyones
}

/// Writes down whether a member takes part from the room's last event on, and tells his own stream.
pub(super) async fn note(
    tx: &mut Tx<'_>,
    room: RoomId,
    user: UserRef,
    attending: bool,
    at: Timestamp,
) -> QueryResult<Arc<Event>> {
    let visible_from: i64 = diesel::update(members::table.find((Id::of(room), Id::of(user.id))))
        .set(members::absent.eq(!attending))
        .returning(members::visible_from)
        .get_result(tx.conn)
        .await?;
    let since: i64 = streams::table
        .find(Id::of(room))
        .select(streams::seq)
        .first(tx.conn)
        .await?;
    let changed = What::AttendanceChanged {
        room,
        attending,
        since: Seq::loaded(since),
        visible_from: Seq::loaded(visible_from),
    };
    tx.append(user.id, Some(user), changed, at).await
}

/// Gives a room this capacity, as somebody takes part in it or no more, and tells it. A channel does not know who its readers are.
pub(super) async fn resize(
    tx: &mut Tx<'_>,
    room: &Room,
    capacity: Capacity,
    actor: Option<UserRef>,
    at: Timestamp,
) -> QueryResult<()> {
    diesel::update(rooms::table.filter(rooms::id.eq(Id::of(room.id))))
        .set((
            rooms::capacity.eq(i64::from(capacity.members())),
            rooms::changed_at.eq(at.micros()),
        ))
        .execute(tx.conn)
        .await?;
    let resized = Room {
        capacity,
        ..room.clone()
    };
    let actor = actor.filter(|_| room.kind != RoomKind::Channel);
    settings::tell(tx, resized, actor, at).await?;
    Ok(())
}
