//! Asking to be let into rooms.

use diesel::dsl::{exists, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;
use parlor_domain::{
    Action, JoinRequest, PageSize, RequestNote, Role, Room, RoomId, Timestamp, UserId, UserRef, What,
};
use parlor_ports::{JoinRequestsPage, Joined, RoomRefusal, RoomThing};
use uuid::Uuid;

use super::super::super::Conn;
use super::super::Tx;
use super::act::{self, Act, accounts, have_place, require};
use super::enter;
use super::sanctions::is_banned;
use crate::counter::rows;
use crate::error::parse;
use crate::id::Id;
use crate::schema::{join_requests, members, users};

/// So many requests are ended in one transaction, so that nobody waits long for it.
const SOME: i64 = 50;

/// A room that somebody comes by, and whether he is in it, with its stream locked, his, and those of the people who look after
/// it.
pub(super) async fn approach(tx: &mut Tx<'_>, room: RoomId, user: UserRef) -> Act<(Room, bool)> {
    let people = with_hosts(tx.conn, room, &[user.id]).await?;
    tx.lock(people.into_iter().map(Id::of).chain([Id::of(room)]))
        .await?;
    let found = act::find(tx, room).await?.ok_or(RoomRefusal::NoRoom)?;
    let member = act::role(tx, room, user.id).await?.is_some();
    Ok((found, member))
}

/// Notes that somebody wants to be in a room, and tells him and those who look after it. Refused if he is kept out.
pub(super) async fn ask(
    tx: &mut Tx<'_>,
    room: &Room,
    user: UserRef,
    note: Option<RequestNote>,
    at: Timestamp,
) -> Act<Joined> {
    accounts(tx, &[user.id]).await?;
    if is_banned(tx, room.id, user.id).await? {
        return Err(RoomRefusal::Out.into());
    }
    let place = (Id::of(room.id), Id::of(user.id));
    if exist(tx, room.id, user.id).await? {
        return Ok(Joined::Waiting);
    }
    let asked: i64 = join_requests::table
        .filter(join_requests::user_id.eq(place.1))
        .count()
        .get_result(tx.conn)
        .await?;
    let waiting: i64 = join_requests::table
        .filter(join_requests::room_id.eq(place.0))
        .count()
        .get_result(tx.conn)
        .await?;
    if asked >= JoinRequest::MOST.into() || waiting >= JoinRequest::MOST_IN_ROOM.into() {
        return Err(RoomRefusal::TooMany(RoomThing::Requests).into());
    }
    diesel::insert_into(join_requests::table)
        .values((
            join_requests::room_id.eq(place.0),
            join_requests::user_id.eq(place.1),
            join_requests::user_number.eq(user.number),
            join_requests::note.eq(note.as_ref().map(RequestNote::as_str)),
            join_requests::created_at.eq(at.micros()),
        ))
        .execute(tx.conn)
        .await?;
    let requested = What::JoinRequested {
        room: room.id,
        user,
        note,
    };
    tell(tx, room.id, user, Some(user), requested, at).await?;
    Ok(Joined::Waiting)
}

pub(super) async fn admit(
    tx: &mut Tx<'_>,
    room: RoomId,
    actor: UserRef,
    user: UserId,
    at: Timestamp,
) -> Act<()> {
    let user = answer(tx, room, actor, user).await?;
    let room = act::find(tx, room).await?.ok_or(RoomRefusal::NoRoom)?;
    let people = accounts(tx, &[user.id]).await?;
    enter::has_place(&room, people.len())?;
    have_place(tx, &people).await?;
    enter::bring_in(tx, &room, actor, &people, Role::Member, at).await?;
    Ok(())
}

pub(super) async fn turn_away(
    tx: &mut Tx<'_>,
    room: RoomId,
    actor: UserRef,
    user: UserId,
    at: Timestamp,
) -> Act<()> {
    if actor.id == user {
        return take_back(tx, room, actor, at).await;
    }
    let user = answer(tx, room, actor, user).await?;
    end(tx, room, user, Some(actor), false, at).await?;
    Ok(())
}

async fn take_back(tx: &mut Tx<'_>, room: RoomId, user: UserRef, at: Timestamp) -> Act<()> {
    let (_, member) = approach(tx, room, user).await?;
    match end(tx, room, user, Some(user), false, at).await? {
        true => Ok(()),
        false if member => Err(RoomRefusal::NoRequest.into()),
        // To a stranger a room that he has not asked for is the same as none.
        false => Err(RoomRefusal::NoRoom.into()),
    }
}

/// Whether somebody has asked.
pub(super) async fn exist(tx: &mut Tx<'_>, room: RoomId, user: UserId) -> QueryResult<bool> {
    let known = join_requests::table.find((Id::of(room), Id::of(user)));
    diesel::select(exists(known)).get_result(tx.conn).await
}

/// Who has asked, with all streams locked that an answer concerns. Refused if the actor may not give one, or there is no such
/// request.
async fn answer(tx: &mut Tx<'_>, room: RoomId, actor: UserRef, user: UserId) -> Act<UserRef> {
    let concerned = with_hosts(tx.conn, room, &[user]).await?;
    let (_, role) = act::group(tx, room, actor, &concerned).await?;
    require(role, Action::Admit)?;
    let known = join_requests::table.find((Id::of(room), Id::of(user)));
    let number = known
        .select(join_requests::user_number)
        .first(tx.conn)
        .await
        .optional()?
        .ok_or(RoomRefusal::NoRequest)?;
    Ok(UserRef { id: user, number })
}

/// Forgets a request, and tells of it; false if there was none. All streams that it concerns must be locked, but for those of
/// people who began to look after the room a moment ago.
pub(super) async fn end(
    tx: &mut Tx<'_>,
    room: RoomId,
    user: UserRef,
    actor: Option<UserRef>,
    admitted: bool,
    at: Timestamp,
) -> QueryResult<bool> {
    let ended = diesel::delete(join_requests::table.find((Id::of(room), Id::of(user.id))))
        .execute(tx.conn)
        .await?;
    if ended == 0 {
        return Ok(false);
    }
    let told = What::JoinRequestEnded { room, user, admitted };
    tell(tx, room, user, actor, told, at).await?;
    Ok(true)
}

/// Ends some of the requests of a room that is no more; false if there are none.
pub(super) async fn end_some(tx: &mut Tx<'_>, room: RoomId, at: Timestamp) -> QueryResult<bool> {
    let some: Vec<(Id, i64)> = join_requests::table
        .filter(join_requests::room_id.eq(Id::of(room)))
        .order(join_requests::user_id)
        .limit(SOME)
        .select((join_requests::user_id, join_requests::user_number))
        .load(tx.conn)
        .await?;
    tx.lock(some.iter().map(|(user, _)| *user)).await?;
    for (user, number) in &some {
        let user = UserRef {
            id: (*user).into(),
            number: *number,
        };
        end(tx, room, user, None, false, at).await?;
    }
    Ok(!some.is_empty())
}

/// Whether anybody asks to be let into a room.
pub(super) async fn wait(tx: &mut Tx<'_>, room: RoomId) -> QueryResult<bool> {
    let waiting = join_requests::table.filter(join_requests::room_id.eq(Id::of(room)));
    diesel::select(exists(waiting)).get_result(tx.conn).await
}

/// Tells who has asked, and those who look after the room.
async fn tell(
    tx: &mut Tx<'_>,
    room: RoomId,
    user: UserRef,
    actor: Option<UserRef>,
    what: What,
    at: Timestamp,
) -> QueryResult<()> {
    let mut hosts = hosts(tx.conn, room).await?;
    hosts.retain(|host| host.id != user.id);
    for person in hosts.into_iter().chain([user]) {
        tx.append(person.id, actor, what.clone(), at).await?;
    }
    Ok(())
}

/// These people, and those who look after a room.
pub(in super::super) async fn with_hosts(
    conn: &mut Conn,
    room: RoomId,
    people: &[UserId],
) -> QueryResult<Vec<UserId>> {
    let hosts = hosts(conn, room).await?;
    Ok(hosts
        .iter()
        .map(|host| host.id)
        .chain(people.iter().copied())
        .collect())
}

/// The owner and the admins of a room.
pub(super) async fn hosts(conn: &mut Conn, room: RoomId) -> QueryResult<Vec<UserRef>> {
    let hosts: Vec<(Id, i64)> = members::table
        .inner_join(users::table.on(users::id.eq(members::user_id)))
        .filter(members::room_id.eq(Id::of(room)))
        // As in the index `members_hosts`.
        .filter(sql::<Bool>("members.role > 1"))
        .select((users::id, users::number))
        .load(conn)
        .await?;
    let hosts = hosts.into_iter().map(|(id, number)| UserRef {
        id: id.into(),
        number,
    });
    Ok(hosts.collect())
}

pub(super) async fn list(
    conn: &mut Conn,
    room: RoomId,
    viewer: UserId,
    after: Option<UserId>,
    size: PageSize,
) -> QueryResult<Result<JoinRequestsPage, RoomRefusal>> {
    if let Err(refusal) = act::may(conn, room, viewer, Action::Admit).await? {
        return Ok(Err(refusal));
    }
    let mut rows: Vec<Row> = join_requests::table
        .filter(join_requests::room_id.eq(Id::of(room)))
        .filter(join_requests::user_id.gt(after.map_or(Id(Uuid::nil()), Into::into)))
        .order(join_requests::user_id)
        .limit(rows(size.rows() + 1))
        .select(Row::as_select())
        .load(conn)
        .await?;
    let more = rows.len() > size.rows();
    rows.truncate(size.rows());
    Ok(Ok(JoinRequestsPage {
        next: rows.last().filter(|_| more).map(|row| row.user_id.into()),
        requests: rows.into_iter().map(Row::request).collect::<QueryResult<_>>()?,
    }))
}

pub(super) async fn list_of(conn: &mut Conn, user: UserId) -> QueryResult<Vec<JoinRequest>> {
    let rows: Vec<Row> = join_requests::table
        .filter(join_requests::user_id.eq(Id::of(user)))
        .order(join_requests::room_id)
        .limit(JoinRequest::MOST.into())
        .select(Row::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(Row::request).collect()
}

/// A request.
#[derive(Queryable, Selectable)]
#[diesel(table_name = join_requests)]
struct Row {
    room_id: Id,
    user_id: Id,
    user_number: i64,
    note: Option<String>,
    created_at: i64,
}

impl Row {
    fn request(self) -> QueryResult<JoinRequest> {
        Ok(JoinRequest {
            room: self.room_id.into(),
            user: UserRef {
                id: self.user_id.into(),
                number: self.user_number,
            },
            note: self.note.map(|text| parse("note", &text)).transpose()?,
            at: Timestamp::from_micros(self.created_at),
        })
    }
}
