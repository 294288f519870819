//! Names, topics and settings of groups.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{Action, Room, RoomChange, RoomId, Timestamp, UserRef, What};
use parlor_ports::RoomAct;

use super::super::Tx;
use super::act::{self, Act, require};
use crate::code::Code;
use crate::id::Id;
use crate::schema::rooms;

pub(super) async fn update(
    tx: &mut Tx<'_>,
    room: RoomId,
    actor: UserRef,
    change: RoomChange,
    at: Timestamp,
) -> Act<RoomAct> {
    let (before, role) = act::group(tx, room, actor, &[]).await?;
    require(role, Action::UpdateRoom)?;
    let after = Room {
        name: change.name.or_else(|| before.name.clone()),
        topic: change.topic.unwrap_or_else(|| before.topic.clone()),
        history: change.history.unwrap_or(before.history),
        join: change.join.unwrap_or(before.join),
        capacity: change.capacity.unwrap_or(before.capacity),
        ..before.clone()
    };
    if after == before {
        return Ok(RoomAct::Done(None));
    }
    diesel::update(rooms::table.filter(rooms::id.eq(Id::of(room))))
        .set((
            rooms::name.eq(after.name.as_ref().map(|name| name.as_str())),
            rooms::topic.eq(after.topic.as_str()),
            rooms::history.eq(after.history.code()),
            rooms::join_policy.eq(after.join.code()),
            rooms::capacity.eq(i64::from(after.capacity.members())),
        ))
        .execute(tx.conn)
        .await?;
    let updated = What::RoomUpdated {
        name: after.name,
        topic: after.topic,
        history: after.history,
        join: after.join,
        capacity: after.capacity,
    };
    let event = tx.append(room, Some(actor), updated, at).await?;
    Ok(RoomAct::Done(Some(event)))
}
