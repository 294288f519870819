//! Roles and ownership.

use std::sync::Arc;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{AccountStatus, Action, Event, Role, Room, RoomId, Timestamp, UserId, UserRef, What};
use parlor_ports::{RoomAct, RoomRefusal, RoomThing};

use super::super::Tx;
use super::act::{self, Act, require};
use super::leave::reference;
use super::links;
use super::requests::hosts;
use crate::code::Code;
use crate::id::Id;
use crate::schema::{members, rooms, users};

/// Most admins besides the owner.
const ADMINS: usize = Role::ADMINS as usize;

pub(super) async fn change(
    tx: &mut Tx<'_>,
    room: RoomId,
    actor: UserRef,
    user: UserId,
    role: Role,
    at: Timestamp,
) -> Act<RoomAct> {
    let (room, actors) = act::group(tx, room, actor, &[]).await?;
    let before = act::role(tx, room.id, user)
        .await?
        .ok_or(RoomRefusal::NotMember(user))?;
    require(actors, Action::ChangeRole(before, role))?;
    if before == role {
        return Ok(RoomAct::Done(None));
    }
    if role == Role::Admin && hosts(tx.conn, room.id).await?.len() > ADMINS {
        return Err(RoomRefusal::TooMany(RoomThing::Admins).into());
    }
    set(tx, room.id, user, role).await?;
    if !room.rules.adding.includes(role) {
        links::revoke_all_of(tx, room.id, user).await?;
    }
    let user = reference(tx, user).await?;
    let changed = What::RoleChanged { user, role };
    let event = tx.append(room.id, Some(actor), changed, at).await?;
    Ok(RoomAct::Done(Some(event)))
}

pub(super) async fn hand_over(
    tx: &mut Tx<'_>,
    room: RoomId,
    actor: UserRef,
    to: UserId,
    at: Timestamp,
) -> Act<RoomAct> {
    let (room, role) = act::group(tx, room, actor, &[]).await?;
    require(role, Action::HandOver)?;
    act::role(tx, room.id, to)
        .await?
        .ok_or(RoomRefusal::NotMember(to))?;
    if to == actor.id {
        return Ok(RoomAct::Done(None));
    }
    set(tx, room.id, actor.id, Role::Admin).await?;
    let event = crown(tx, &room, to, actor, Some(actor), at).await?;
    Ok(RoomAct::Done(Some(event)))
}

/// Gives a room whose owner left to the admin, else the member, who is longest in it; to a program or somebody who is locked out only
/// if there is nobody else.
pub(super) async fn succeed(tx: &mut Tx<'_>, room: &Room, former: UserRef, at: Timestamp) -> QueryResult<()> {
    let heir: Id = members::table
        .inner_join(users::table.on(users::id.eq(members::user_id)))
        .filter(members::room_id.eq(Id::of(room.id)))
        .order((
            users::bot.or(users::status.ne(AccountStatus::Active.code())),
            members::role.desc(),
            members::joined_at,
            members::user_id,
        ))
        .select(members::user_id)
        .first(tx.conn)
        .await?;
    crown(tx, room, heir.into(), former, None, at).await?;
    Ok(())
}

/// Makes a member the owner.
async fn crown(
    tx: &mut Tx<'_>,
    room: &Room,
    owner: UserId,
    former: UserRef,
    actor: Option<UserRef>,
    at: Timestamp,
) -> QueryResult<Arc<Event>> {
    set(tx, room.id, owner, Role::Owner).await?;
    diesel::update(rooms::table.filter(rooms::id.eq(Id::of(room.id))))
        .set(rooms::owner_id.eq(Id::of(owner)))
        .execute(tx.conn)
        .await?;
    let changed = What::OwnerChanged {
        owner: reference(tx, owner).await?,
        former: Some(former),
    };
    tx.append(room.id, actor, changed, at).await
}

async fn set(tx: &mut Tx<'_>, room: RoomId, user: UserId, role: Role) -> QueryResult<()> {
    diesel::update(members::table.find((Id::of(room), Id::of(user))))
        .set(members::role.eq(role.code()))
        .execute(tx.conn)
        .await?;
    Ok(())
}
