//! Rooms by the names that dialects give them: coming in, and the end of those in which nobody else is.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{Dialect, Role, RoomId, RoomKind, Timestamp, UserRef};
use parlor_ports::{Joined, RoomRefusal};

use super::super::Tx;
use super::super::dialects::room_named;
use super::act::{self, Act};
use super::{delete, enter, requests};
use crate::code::Code;
use crate::id::Id;
use crate::schema::{dialect_rooms, members, rooms};

/// So many rooms end in one transaction, so that nobody waits long for it.
const SOME: usize = 10;

pub(super) async fn join(
    tx: &mut Tx<'_>,
    dialect: Dialect,
    name: String,
    user: UserRef,
    at: Timestamp,
) -> Act<(RoomId, Joined)> {
    // What a name means never changes as long as the room is there, so that it can be read before the streams are locked.
    let room = room_named(tx.conn, dialect, name).await?;
    let (room, member) = requests::approach(tx, room.ok_or(RoomRefusal::NoRoom)?, user).await?;
    if member {
        return Ok((room.id, Joined::Already));
    }
    if room.kind == RoomKind::Direct {
        return Err(RoomRefusal::NoRoom.into());
    }
    let joined = enter::walk_in(tx, &room, user, at).await?;
    Ok((room.id, joined))
}

/// Ends some of the groups of an owner that have a name in a dialect and in which nobody else is, the oldest first, but for so many.
pub(in super::super) async fn end_lonely(
    tx: &mut Tx<'_>,
    dialect: Dialect,
    owner: UserRef,
    keep: usize,
    at: Timestamp,
) -> QueryResult<()> {
    let lonely: Vec<Id> = members::table
        .inner_join(rooms::table.on(rooms::id.eq(members::room_id)))
        .inner_join(dialect_rooms::table.on(dialect_rooms::room_id.eq(members::room_id)))
        .filter(members::user_id.eq(Id::of(owner.id)))
        .filter(members::role.eq(Role::Owner.code()))
        .filter(rooms::kind.eq(RoomKind::Group.code()))
        .filter(rooms::member_count.eq(1))
        .filter(dialect_rooms::dialect.eq(dialect.code()))
        .order((rooms::created_at.desc(), rooms::id.desc()))
        .select(rooms::id)
        .load(tx.conn)
        .await?;
    let ending: Vec<Id> = lonely.into_iter().skip(keep).rev().take(SOME).collect();
    if ending.is_empty() {
        return Ok(());
    }
    tx.lock(ending.iter().copied()).await?;
    for room in ending {
        // Somebody may have come at this moment, or it may have passed on.
        let room = act::find(tx, room.into()).await?;
        let Some(room) = room.filter(|room| room.members == 1) else {
            continue;
        };
        if act::role(tx, room.id, owner.id).await? == Some(Role::Owner) {
            delete::end(tx, &room, Some(owner), at).await?;
        }
    }
    Ok(())
}
