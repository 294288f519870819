//! Going out of groups and channels.

use std::sync::Arc;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{
    Action, Event, LeaveReason, Role, Room, RoomId, RoomKind, Timestamp, UserId, UserRef, What,
};
use parlor_ports::{RoomAct, RoomRefusal};

use super::super::Tx;
use super::act::{self, Act, require};
use super::{attendance, delete, links, requests, roles};
use crate::id::Id;
use crate::schema::{members, rooms, users};

pub(super) async fn remove(
    tx: &mut Tx<'_>,
    room: RoomId,
    actor: UserRef,
    user: UserId,
    reason: LeaveReason,
    at: Timestamp,
) -> Act<RoomAct> {
    let (room, role) = act::group(tx, room, actor, &[user]).await?;
    let leaving = act::role(tx, room.id, user)
        .await?
        .ok_or(RoomRefusal::NotMember(user))?;
    require(
        role,
        match reason {
            LeaveReason::Left if user == actor.id => Action::Leave,
            LeaveReason::Left | LeaveReason::Removed | LeaveReason::Banned => Action::Remove(leaving),
        },
    )?;
    let user = reference(tx, user).await?;
    let event = go(tx, &room, actor, (user, leaving), reason, at).await?;
    Ok(RoomAct::Done(Some(event)))
}

/// Lets somebody leave a room whose account was deleted, or ask no more to be let into it; false if there is nothing to leave. All
/// streams that it concerns must be locked.
pub(in super::super) async fn depart(
    tx: &mut Tx<'_>,
    room: &Room,
    user: UserId,
    at: Timestamp,
) -> QueryResult<bool> {
    if room.kind == RoomKind::Direct {
        return Ok(false);
    }
    let person = reference(tx, user).await?;
    requests::end(tx, room.id, person, None, false, at).await?;
    let Some(role) = act::role(tx, room.id, user).await? else {
        return Ok(false);
    };
    go(tx, room, person, (person, role), LeaveReason::Left, at).await?;
    Ok(true)
}

/// Ends a membership, and with the last one the room, unless it waits for accounts to be made. An owner is followed by somebody.
pub(super) async fn go(
    tx: &mut Tx<'_>,
    room: &Room,
    actor: UserRef,
    (user, role): (UserRef, Role),
    reason: LeaveReason,
    at: Timestamp,
) -> QueryResult<Arc<Event>> {
    let (event, absent) = take_out(tx, room, actor, user, reason, at).await?;
    if room.members <= 1 && !room.everyones {
        delete::end(tx, room, Some(actor), at).await?;
        return Ok(event);
    }
    if absent {
        attendance::resize(tx, room, room.capacity.one_fewer(), Some(actor), at).await?;
    }
    links::revoke_all_of(tx, room.id, user.id).await?;
    if role == Role::Owner {
        roles::succeed(tx, room, user, at).await?;
    }
    Ok(event)
}

/// A member, whose account may be locked by now.
pub(super) async fn reference(tx: &mut Tx<'_>, id: UserId) -> QueryResult<UserRef> {
    let number = users::table
        .filter(users::id.eq(Id::of(id)))
        .select(users::number)
        .first(tx.conn)
        .await?;
    Ok(UserRef { id, number })
}

/// Ends a membership, and says whether its member took no part in the room where the dialect `rooms` shows it.
async fn take_out(
    tx: &mut Tx<'_>,
    room: &Room,
    actor: UserRef,
    user: UserRef,
    reason: LeaveReason,
    at: Timestamp,
) -> QueryResult<(Arc<Event>, bool)> {
    let absent = diesel::delete(members::table.find((Id::of(room.id), Id::of(user.id))))
        .returning(members::absent)
        .get_result(tx.conn)
        .await?;
    diesel::update(rooms::table.filter(rooms::id.eq(Id::of(room.id))))
        .set((
            rooms::member_count.eq(rooms::member_count - 1),
            rooms::changed_at.eq(at.micros()),
        ))
        .execute(tx.conn)
        .await?;
    let left = match room.kind {
        RoomKind::Channel => None,
        RoomKind::Direct | RoomKind::Group => {
            let left = What::MemberLeft { user, reason };
            Some(tx.append(room.id, Some(actor), left, at).await?)
        }
    };
    let told = What::RoomLeft {
        room: room.id,
        left: left.as_ref().map(|event| event.seq),
        reason,
    };
    let told = tx.append(user.id, Some(actor), told, at).await?;
    Ok((left.unwrap_or(told), absent))
}
