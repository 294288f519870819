//! Rooms as the dialect `rooms` shows them: with the members who take part.

use std::collections::HashMap;

use diesel::dsl::{count_star, not};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{Room, RoomId, RoomKind, UserId, UserRef};
use parlor_ports::{AttendedPage, AttendedRoom};

use super::super::super::Conn;
use super::numbers;
use crate::code::Code;
use crate::counter::{loaded_amount, rows, stored_amount};
use crate::id::Id;
use crate::rows::RoomRow;
use crate::schema::{members, rooms, users};

/// The memberships of somebody in the rooms in which he takes part, with the rooms: neither that of all accounts nor one for notes.
macro_rules! attended_by {
    ($user:expr) => {
        members::table
            .inner_join(rooms::table.on(rooms::id.eq(members::room_id)))
            .filter(members::user_id.eq(Id::of($user)))
            .filter(not(members::absent))
            .filter(not(rooms::everyones))
            .filter(
                rooms::kind
                    .ne(RoomKind::Direct.code())
                    .or(members::peer_id.is_not_null()),
            )
    };
}

pub(in super::super) use attended_by;

/// A room, and who made it.
type Row = (RoomRow, Id);

pub(super) async fn list(conn: &mut Conn, user: UserId, skip: u64, most: usize) -> QueryResult<AttendedPage> {
    let found: Vec<Row> = attended_by!(user)
        .order((rooms::changed_at.desc(), rooms::number.desc()))
        .limit(rows(most))
        .offset(stored_amount(skip))
        .select((RoomRow::as_select(), rooms::creator_id))
        .load(conn)
        .await?;
    let count: i64 = attended_by!(user).count().get_result(conn).await?;
    Ok(AttendedPage {
        rooms: complete(conn, Some(user), found).await?,
        count: loaded_amount(count),
    })
}

/// Ids and numbers of all of them.
pub(super) async fn all_numbers(conn: &mut Conn, user: UserId) -> QueryResult<Vec<(RoomId, i64)>> {
    let found: Vec<(Id, i64)> = attended_by!(user)
        .order(members::room_id)
        .select((members::room_id, rooms::number))
        .load(conn)
        .await?;
    let numbers = found.into_iter().map(|(room, number)| (room.into(), number));
    Ok(numbers.collect())
}

/// The room with this number, and whether somebody takes part in it.
pub(super) async fn attendance(
    conn: &mut Conn,
    number: i64,
    user: UserId,
) -> QueryResult<Option<(RoomId, bool)>> {
    let Some(room) = numbers::id_of(conn, number).await? else {
        return Ok(None);
    };
    let absent: Option<bool> = members::table
        .find((Id::of(room), Id::of(user)))
        .select(members::absent)
        .first(conn)
        .await
        .optional()?;
    Ok(Some((room, absent == Some(false))))
}

pub(super) async fn find(conn: &mut Conn, room: RoomId) -> QueryResult<Option<AttendedRoom>> {
    let found: Option<Row> = rooms::table
        .filter(rooms::id.eq(Id::of(room)))
        .filter(rooms::deleted_at.is_null())
        .select((RoomRow::as_select(), rooms::creator_id))
        .first(conn)
        .await
        .optional()?;
    Ok(complete(conn, None, found.into_iter().collect()).await?.pop())
}

/// Completes rows, in their order, for this viewer if it is one who takes part in all of them.
async fn complete(conn: &mut Conn, viewer: Option<UserId>, rows: Vec<Row>) -> QueryResult<Vec<AttendedRoom>> {
    let rooms: Vec<(Room, UserId)> = rows
        .into_iter()
        .map(|(row, creator)| Ok((row.try_into()?, creator.into())))
        .collect::<QueryResult<_>>()?;
    let ids = |kept: fn(&Room) -> bool| -> Vec<Id> {
        let kept = rooms.iter().filter(|(room, _)| kept(room));
        kept.map(|(room, _)| Id::of(room.id)).collect()
    };
    let mut attending = attending(conn, ids(|room| room.kind != RoomKind::Channel)).await?;
    let mut absent = absent(conn, ids(|_| true)).await?;
    let has_channels = rooms.iter().any(|(room, _)| room.kind == RoomKind::Channel);
    let viewer = viewer.filter(|_| has_channels);
    let owners = rooms.iter().filter_map(|(room, _)| room.owner);
    let people = references(conn, owners.chain(viewer).map(Id::of).collect()).await?;
    let viewer = viewer.and_then(|viewer| people.get(&viewer).copied());
    let completed = rooms.into_iter().map(|(room, creator)| {
        let id = Id::of(room.id);
        let attending = match room.kind {
            RoomKind::Channel => viewer.into_iter().collect(),
            RoomKind::Direct | RoomKind::Group => attending.remove(&id).unwrap_or_default(),
        };
        let opener = attending.iter().find(|user| user.id == creator);
        let owner = match room.kind {
            RoomKind::Direct => opener.or(attending.as_slice().first()).copied(),
            RoomKind::Group | RoomKind::Channel => room.owner.and_then(|owner| people.get(&owner).copied()),
        };
        AttendedRoom {
            owner,
            absent: absent.remove(&id).unwrap_or(0),
            attending,
            room,
        }
    });
    Ok(completed.collect())
}

/// The members who take part in each of these rooms, by their numbers.
async fn attending(conn: &mut Conn, rooms: Vec<Id>) -> QueryResult<HashMap<Id, Vec<UserRef>>> {
    if rooms.is_empty() {
        return Ok(HashMap::new());
    }
    let found: Vec<(Id, Id, i64)> = members::table
        .inner_join(users::table.on(users::id.eq(members::user_id)))
        .filter(members::room_id.eq_any(rooms))
        .filter(not(members::absent))
        .order((members::room_id, users::number))
        .select((members::room_id, users::id, users::number))
        .load(conn)
        .await?;
    let mut attending: HashMap<Id, Vec<UserRef>> = HashMap::new();
    for (room, id, number) in found {
        let id = id.into();
        attending.entry(room).or_default().push(UserRef { id, number });
    }
    Ok(attending)
}

/// How many members take no part in each of these rooms where there are any. They have an index of their own.
async fn absent(conn: &mut Conn, rooms: Vec<Id>) -> QueryResult<HashMap<Id, u32>> {
    if rooms.is_empty() {
        return Ok(HashMap::new());
    }
    let counts: Vec<(Id, i64)> = members::table
        .filter(members::room_id.eq_any(rooms))
        .filter(members::absent)
        .group_by(members::room_id)
        .select((members::room_id, count_star()))
        .load(conn)
        .await?;
    let counts = counts
        .into_iter()
        .map(|(room, count)| (room, u32::try_from(count).unwrap_or(u32::MAX)));
    Ok(counts.collect())
}

/// How many members take no part in a room.
pub(super) async fn absent_from(conn: &mut Conn, room: RoomId) -> QueryResult<u32> {
    let counts = absent(conn, vec![room.into()]).await?;
    Ok(counts.into_values().sum())
}

/// These people with their numbers.
async fn references(conn: &mut Conn, ids: Vec<Id>) -> QueryResult<HashMap<UserId, UserRef>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found: Vec<(Id, i64)> = users::table
        .filter(users::id.eq_any(ids))
        .select((users::id, users::number))
        .load(conn)
        .await?;
    let people = found.into_iter().map(|(id, number)| {
        let id = id.into();
        (id, UserRef { id, number })
    });
    Ok(people.collect())
}
