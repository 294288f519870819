//! Links that lead into rooms.

use diesel::dsl::{auto_type, exists};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{
    Action, LinkCode, RequestNote, Role, Room, RoomId, RoomLink, Timestamp, UserId, UserRef, Who, allows,
};
use parlor_ports::{Joined, LinkedRoom, RoomRefusal, RoomThing};

use super::super::super::Conn;
use super::super::Tx;
use super::act::{self, Act, require_among};
use super::sanctions::is_banned;
use super::{enter, requests};
use crate::code::Code;
use crate::error::parse;
use crate::id::Id;
use crate::rows::RoomRow;
use crate::schema::{join_requests, members, room_links, rooms, sanctions};

pub(super) async fn add(tx: &mut Tx<'_>, link: RoomLink) -> Act<()> {
    let (room, role) = act::group(tx, link.room, link.by, &[]).await?;
    require_among(room.rules.adding, role)?;
    let of_room = room_links::table.filter(room_links::room_id.eq(Id::of(room.id)));
    diesel::delete(of_room.filter(room_links::expires_at.le(link.at.micros())))
        .execute(tx.conn)
        .await?;
    let links: i64 = of_room.count().get_result(tx.conn).await?;
    if links >= RoomLink::MOST.into() {
        return Err(RoomRefusal::TooMany(RoomThing::Links).into());
    }
    diesel::insert_into(room_links::table)
        .values(Row {
            code: link.code.expose().to_owned(),
            room_id: link.room.into(),
            by_id: link.by.id.into(),
            by_number: link.by.number,
            approval: link.approval,
            used: link.used.into(),
            uses: link.uses.map(Into::into),
            created_at: link.at.micros(),
            expires_at: link.expires_at.map(Timestamp::micros),
        })
        .execute(tx.conn)
        .await?;
    Ok(())
}

pub(super) async fn list(
    conn: &mut Conn,
    room: RoomId,
    viewer: UserId,
    now: Timestamp,
) -> QueryResult<Result<Vec<RoomLink>, RoomRefusal>> {
    let adding = rooms::table.find(Id::of(room)).select(rooms::adding);
    let role = members::table
        .find((Id::of(room), Id::of(viewer)))
        .select(members::role);
    let Some(role) = role.first::<i16>(conn).await.optional()? else {
        return Ok(Err(RoomRefusal::NoRoom));
    };
    let adding: i16 = adding.first(conn).await?;
    if !Who::decode(adding)?.includes(Role::decode(role)?) {
        return Ok(Err(RoomRefusal::Forbidden));
    }
    let rows: Vec<Row> = room_links::table
        .filter(room_links::room_id.eq(Id::of(room)))
        .filter(leads(now.micros()))
        .order((room_links::created_at, room_links::code))
        .select(Row::as_select())
        .load(conn)
        .await?;
    rows.into_iter()
        .map(Row::link)
        .collect::<QueryResult<_>>()
        .map(Ok)
}

pub(super) async fn revoke(tx: &mut Tx<'_>, room: RoomId, actor: UserId, code: LinkCode) -> Act<()> {
    tx.lock([Id::of(room)]).await?;
    let role = act::role(tx, room, actor).await?.ok_or(RoomRefusal::NoRoom)?;
    let found = room_links::table
        .find(code.expose())
        .filter(room_links::room_id.eq(Id::of(room)))
        .select(room_links::by_id)
        .first::<Id>(tx.conn)
        .await
        .optional()?
        .ok_or(RoomRefusal::NoLink)?;
    if found != Id::of(actor) && !allows(role, Action::Admit) {
        return Err(RoomRefusal::Forbidden.into());
    }
    diesel::delete(room_links::table.find(code.expose()))
        .execute(tx.conn)
        .await?;
    Ok(())
}

/// Ends the links by which somebody brought people in who may do so no more.
pub(super) async fn revoke_all_of(tx: &mut Tx<'_>, room: RoomId, user: UserId) -> QueryResult<()> {
    diesel::delete(room_links::table)
        .filter(room_links::room_id.eq(Id::of(room)))
        .filter(room_links::by_id.eq(Id::of(user)))
        .execute(tx.conn)
        .await?;
    Ok(())
}

/// Ends the links that plain members made.
pub(super) async fn revoke_all_of_members(tx: &mut Tx<'_>, room: RoomId) -> QueryResult<()> {
    let plain = members::table
        .filter(members::room_id.eq(room_links::room_id))
        .filter(members::user_id.eq(room_links::by_id))
        .filter(members::role.eq(Role::Member.code()));
    diesel::delete(room_links::table)
        .filter(room_links::room_id.eq(Id::of(room)))
        .filter(exists(plain))
        .execute(tx.conn)
        .await?;
    Ok(())
}

pub(super) async fn follow(
    conn: &mut Conn,
    code: LinkCode,
    viewer: UserId,
    now: Timestamp,
) -> QueryResult<Option<LinkedRoom>> {
    let me = Id::of(viewer);
    let found = room_links::table
        .inner_join(rooms::table.on(rooms::id.eq(room_links::room_id)))
        .filter(room_links::code.eq(code.expose()))
        .filter(leads(now.micros()))
        .filter(rooms::deleted_at.is_null())
        .select((RoomRow::as_select(), room_links::approval))
        .first::<(RoomRow, bool)>(conn)
        .await
        .optional()?;
    let Some((room, approval)) = found else {
        return Ok(None);
    };
    let place = (room.id, me);
    let ban = sanctions::table
        .find(place)
        .filter(sanctions::banned_at.is_not_null());
    let (banned, member, requested): (bool, bool, bool) = diesel::select((
        exists(ban),
        exists(members::table.find(place)),
        exists(join_requests::table.find(place)),
    ))
    .get_result(conn)
    .await?;
    if banned {
        return Ok(None);
    }
    Ok(Some(LinkedRoom {
        room: room.try_into()?,
        approval,
        member,
        requested,
    }))
}

pub(super) async fn join(
    tx: &mut Tx<'_>,
    code: LinkCode,
    user: UserRef,
    note: Option<RequestNote>,
    at: Timestamp,
) -> Act<(RoomId, Joined)> {
    // Where a link leads never changes, so that it can be read before the streams are locked.
    let room: Id = room_links::table
        .find(code.expose())
        .select(room_links::room_id)
        .first(tx.conn)
        .await
        .optional()?
        .ok_or(RoomRefusal::NoLink)?;
    let (room, member) = requests::approach(tx, room.into(), user).await?;
    if member {
        return Ok((room.id, Joined::Already));
    }
    // To whom is kept out it leads nowhere.
    if is_banned(tx, room.id, user.id).await? {
        return Err(RoomRefusal::NoLink.into());
    }
    let link = find(tx, &code, at).await?;
    let joined = come_by(tx, &room, &link, user, note, at).await?;
    Ok((room.id, joined))
}

/// Lets somebody in who has a link, or notes that he asks, and counts him if he is new.
async fn come_by(
    tx: &mut Tx<'_>,
    room: &Room,
    link: &RoomLink,
    user: UserRef,
    note: Option<RequestNote>,
    at: Timestamp,
) -> Act<Joined> {
    let waited = requests::exist(tx, room.id, user.id).await?;
    let joined = if link.approval {
        requests::ask(tx, room, user, note, at).await?
    } else {
        enter::walk_in(tx, room, user, at).await?
    };
    if joined == Joined::New || joined == Joined::Waiting && !waited {
        diesel::update(room_links::table.find(link.code.expose()))
            .set(room_links::used.eq(room_links::used + 1))
            .execute(tx.conn)
            .await?;
    }
    Ok(joined)
}

/// Whether a link still leads somewhere.
#[auto_type]
fn leads(now: i64) -> _ {
    let lasts = room_links::expires_at
        .is_null()
        .or(room_links::expires_at.assume_not_null().gt(now));
    let left = room_links::uses
        .is_null()
        .or(room_links::uses.assume_not_null().gt(room_links::used));
    lasts.and(left)
}

/// A link that still leads somewhere.
async fn find(tx: &mut Tx<'_>, code: &LinkCode, now: Timestamp) -> Act<RoomLink> {
    let row: Option<Row> = room_links::table
        .filter(room_links::code.eq(code.expose()))
        .filter(leads(now.micros()))
        .select(Row::as_select())
        .first(tx.conn)
        .await
        .optional()?;
    Ok(row.ok_or(RoomRefusal::NoLink)?.link()?)
}

/// A link.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = room_links)]
struct Row {
    code: String,
    room_id: Id,
    by_id: Id,
    by_number: i64,
    approval: bool,
    used: i64,
    uses: Option<i64>,
    created_at: i64,
    expires_at: Option<i64>,
}

impl Row {
    fn link(self) -> QueryResult<RoomLink> {
        let small = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
        Ok(RoomLink {
            code: parse("link", &self.code)?,
            room: self.room_id.into(),
            by: UserRef {
                id: self.by_id.into(),
                number: self.by_number,
            },
            approval: self.approval,
            used: small(self.used),
            uses: self.uses.map(small),
            at: Timestamp::from_micros(self.created_at),
            expires_at: self.expires_at.map(Timestamp::from_micros),
        })
    }
}
