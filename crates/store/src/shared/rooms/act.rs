//! What all acts on a room have in common.

use std::collections::HashSet;

use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{AccountStatus, Action, Role, Room, RoomId, RoomKind, UserId, UserRef, Who, allows};
use parlor_ports::RoomRefusal;

use super::super::super::Conn;
use super::super::Tx;
use crate::code::Code;
use crate::id::Id;
use crate::rows::RoomRow;
use crate::schema::{members, rooms, users};

/// Why an act ends early. Refusals come before the first write.
#[derive(Debug)]
pub(super) enum Halt {
    Refused(RoomRefusal),
    Failed(diesel::result::Error),
}

pub(super) type Act<T> = Result<T, Halt>;

impl From<RoomRefusal> for Halt {
    fn from(refusal: RoomRefusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<diesel::result::Error> for Halt {
    fn from(error: diesel::result::Error) -> Self {
        Self::Failed(error)
    }
}

/// Turns a refusal into an outcome.
pub(super) async fn outcome<T>(act: impl Future<Output = Act<T>>) -> QueryResult<Result<T, RoomRefusal>> {
    settle(async { act.await.map(Ok) }, Err).await
}

/// Turns a refusal into the outcome that the port has for it.
pub(super) async fn settle<T>(
    act: impl Future<Output = Act<T>>,
    refused: fn(RoomRefusal) -> T,
) -> QueryResult<T> {
    match act.await {
        Ok(done) => Ok(done),
        Err(Halt::Refused(refusal)) => Ok(refused(refusal)),
        Err(Halt::Failed(error)) => Err(error),
    }
}

/// A room whose stream is locked, so that neither it nor who is in it changes.
pub(in super::super) async fn find(tx: &mut Tx<'_>, room: RoomId) -> QueryResult<Option<Room>> {
    rooms::table
        .filter(rooms::id.eq(Id::of(room)))
        .filter(rooms::deleted_at.is_null())
        .select(RoomRow::as_select())
        .first(tx.conn)
        .await
        .optional()?
        .map(Room::try_from)
        .transpose()
}

/// What a person is in a room; `None` if nothing.
pub(super) async fn role(tx: &mut Tx<'_>, room: RoomId, user: UserId) -> QueryResult<Option<Role>> {
    members::table
        .find((Id::of(room), Id::of(user)))
        .select(members::role)
        .first(tx.conn)
        .await
        .optional()?
        .map(Role::decode)
        .transpose()
}

/// A group or a channel and the role of the actor, with the streams of the room and of all whom the act concerns locked.
/// Refused if the actor is not in it, or it is a direct room or that of all accounts.
pub(super) async fn group(
    tx: &mut Tx<'_>,
    room: RoomId,
    actor: UserRef,
    concerned: &[UserId],
) -> Act<(Room, Role)> {
    tx.lock(concerned.iter().map(|user| Id::of(*user)).chain([Id::of(room)]))
        .await?;
    let found = find(tx, room).await?.ok_or(RoomRefusal::NoRoom)?;
    let role = role(tx, room, actor.id).await?.ok_or(RoomRefusal::NoRoom)?;
    match found.kind {
        RoomKind::Group | RoomKind::Channel if found.everyones => Err(RoomRefusal::Everyones.into()),
        RoomKind::Group | RoomKind::Channel => Ok((found, role)),
        RoomKind::Direct => Err(RoomRefusal::Direct.into()),
    }
}

/// Refuses what somebody is to see who has no right to it.
pub(super) async fn may(
    conn: &mut Conn,
    room: RoomId,
    viewer: UserId,
    action: Action,
) -> QueryResult<Result<(), RoomRefusal>> {
    let row: Option<(i16, i16)> = members::table
        .inner_join(rooms::table.on(rooms::id.eq(members::room_id)))
        .filter(members::room_id.eq(Id::of(room)))
        .filter(members::user_id.eq(Id::of(viewer)))
        .select((members::role, rooms::kind))
        .first(conn)
        .await
        .optional()?;
    Ok(match row {
        None => Err(RoomRefusal::NoRoom),
        Some((_, kind)) if RoomKind::decode(kind)? == RoomKind::Direct => Err(RoomRefusal::Direct),
        Some((role, _)) if allows(Role::decode(role)?, action) => Ok(()),
        Some(_) => Err(RoomRefusal::Forbidden),
    })
}

/// Refuses what a role does not allow.
pub(super) fn require(role: Role, action: Action) -> Act<()> {
    if allows(role, action) {
        Ok(())
    } else {
        Err(RoomRefusal::Forbidden.into())
    }
}

/// Refuses what the room's rules leave to others.
pub(super) fn require_among(who: Who, role: Role) -> Act<()> {
    if who.includes(role) {
        Ok(())
    } else {
        Err(RoomRefusal::Forbidden.into())
    }
}

/// The accounts of these people, in the given order. Refused if one of them is none or is locked.
pub(super) async fn accounts(tx: &mut Tx<'_>, people: &[UserId]) -> Act<Vec<UserRef>> {
    let mut found = Vec::with_capacity(people.len());
    for &id in people {
        found.push(account(tx, id).await?);
    }
    Ok(found)
}

/// Somebody's account. Refused if there is none or it is locked.
pub(super) async fn account(tx: &mut Tx<'_>, id: UserId) -> Act<UserRef> {
    let number = users::table
        .filter(users::id.eq(Id::of(id)))
        .filter(users::status.eq(AccountStatus::Active.code()))
        .select(users::number)
        .first(tx.conn)
        .await
        .optional()?
        .ok_or(RoomRefusal::NoUser(id))?;
    Ok(UserRef { id, number })
}

/// Of these people, those who have as many rooms as one may have. Their streams must be locked.
pub(super) async fn crowded(tx: &mut Tx<'_>, people: Vec<Id>) -> QueryResult<HashSet<Id>> {
    if people.is_empty() {
        return Ok(HashSet::new());
    }
    let found: Vec<Id> = members::table
        .filter(members::user_id.eq_any(people))
        .group_by(members::user_id)
        .having(count_star().ge(tx.limits.rooms_per_user))
        .select(members::user_id)
        .load(tx.conn)
        .await?;
    Ok(found.into_iter().collect())
}

/// How many rooms somebody has.
pub(super) async fn rooms_of(tx: &mut Tx<'_>, user: UserId) -> QueryResult<i64> {
    members::table
        .filter(members::user_id.eq(Id::of(user)))
        .count()
        .get_result(tx.conn)
        .await
}

/// Refuses if somebody has as many rooms as one may have. The streams of these people must be locked.
pub(super) async fn have_place(tx: &mut Tx<'_>, people: &[UserRef]) -> Act<()> {
    for user in people {
        if rooms_of(tx, user.id).await? >= tx.limits.rooms_per_user {
            return Err(RoomRefusal::TooManyRooms(user.id).into());
        }
    }
    Ok(())
}
