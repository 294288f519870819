//! Who may not write in a room, and who is kept out of it.

use std::sync::Arc;

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{
    Action, Event, LeaveReason, PageSize, Role, Room, RoomId, RoomKind, Timestamp, UserId, UserRef, What,
};
use parlor_ports::{Ban, BansPage, RoomAct, RoomRefusal, RoomThing};
use uuid::Uuid;

use super::super::super::Conn;
use super::super::Tx;
use super::act::{self, Act, account, require};
use super::{leave, requests};
use crate::counter::{Counter, rows};
use crate::id::Id;
use crate::schema::{members, sanctions, users};

pub(super) async fn mute(
    tx: &mut Tx<'_>,
    room: RoomId,
    actor: UserRef,
    user: UserId,
    until: Option<Timestamp>,
    at: Timestamp,
) -> Act<RoomAct> {
    let (room, role) = act::group(tx, room, actor, &[user]).await?;
    let muted = act::role(tx, room.id, user)
        .await?
        .ok_or(RoomRefusal::NotMember(user))?;
    require(role, Action::Restrain(muted))?;
    let place = (Id::of(room.id), Id::of(user));
    let before: Option<i64> = members::table
        .find(place)
        .select(members::muted_until)
        .first(tx.conn)
        .await?;
    let until_micros = until.map(Timestamp::micros);
    if until_micros == before {
        return Ok(RoomAct::Done(None));
    }
    diesel::insert_into(sanctions::table)
        .values((
            sanctions::room_id.eq(place.0),
            sanctions::user_id.eq(place.1),
            sanctions::muted_until.eq(until_micros),
        ))
        .on_conflict((sanctions::room_id, sanctions::user_id))
        .do_update()
        .set(sanctions::muted_until.eq(until_micros))
        .execute(tx.conn)
        .await?;
    forget_empty(tx, place).await?;
    let user = leave::reference(tx, user).await?;
    let told = set_muted(tx, &room, Some(actor), user, until, at).await?;
    Ok(RoomAct::Done(Some(told)))
}

pub(super) async fn ban(
    tx: &mut Tx<'_>,
    room: RoomId,
    actor: UserRef,
    user: UserId,
    at: Timestamp,
) -> Act<RoomAct> {
    let concerned = requests::with_hosts(tx.conn, room, &[user]).await?;
    let (room, role) = act::group(tx, room, actor, &concerned).await?;
    let banned = act::role(tx, room.id, user).await?;
    require(role, Action::Restrain(banned.unwrap_or(Role::Member)))?;
    if user == actor.id {
        return Err(RoomRefusal::Forbidden.into());
    }
    if is_banned(tx, room.id, user).await? {
        return Ok(RoomAct::Done(None));
    }
    let bans: i64 = sanctions::table
        .filter(sanctions::room_id.eq(Id::of(room.id)))
        .filter(sanctions::banned_at.is_not_null())
        .count()
        .get_result(tx.conn)
        .await?;
    if bans >= Ban::MOST.into() {
        return Err(RoomRefusal::TooMany(RoomThing::Bans).into());
    }
    let person = match banned {
        // Whose account is locked can be put out as well.
        Some(_) => leave::reference(tx, user).await?,
        None => account(tx, user).await?,
    };
    let since = (
        sanctions::banned_at.eq(at.micros()),
        sanctions::banned_by.eq(Id::of(actor.id)),
    );
    diesel::insert_into(sanctions::table)
        .values((
            sanctions::room_id.eq(Id::of(room.id)),
            sanctions::user_id.eq(Id::of(user)),
            since,
        ))
        .on_conflict((sanctions::room_id, sanctions::user_id))
        .do_update()
        .set(since)
        .execute(tx.conn)
        .await?;
    requests::end(tx, room.id, person, Some(actor), false, at).await?;
    let told = match banned {
        Some(role) => Some(leave::go(tx, &room, actor, (person, role), LeaveReason::Banned, at).await?),
        None => tell(tx, &room, actor, person, true, at).await?,
    };
    Ok(RoomAct::Done(told))
}

pub(super) async fn lift_ban(
    tx: &mut Tx<'_>,
    room: RoomId,
    actor: UserRef,
    user: UserId,
    at: Timestamp,
) -> Act<RoomAct> {
    let (room, role) = act::group(tx, room, actor, &[]).await?;
    require(role, Action::Restrain(Role::Member))?;
    if !is_banned(tx, room.id, user).await? {
        return Ok(RoomAct::Done(None));
    }
    let place = (Id::of(room.id), Id::of(user));
    diesel::update(sanctions::table.find(place))
        .set((
            sanctions::banned_at.eq(None::<i64>),
            sanctions::banned_by.eq(None::<Id>),
        ))
        .execute(tx.conn)
        .await?;
    forget_empty(tx, place).await?;
    let person = leave::reference(tx, user).await?;
    Ok(RoomAct::Done(tell(tx, &room, actor, person, false, at).await?))
}

/// Tells a room whom it keeps out. A channel does not know.
async fn tell(
    tx: &mut Tx<'_>,
    room: &Room,
    actor: UserRef,
    user: UserRef,
    banned: bool,
    at: Timestamp,
) -> QueryResult<Option<Arc<Event>>> {
    if room.kind == RoomKind::Channel {
        return Ok(None);
    }
    let changed = What::BanChanged { user, banned };
    tx.append(room.id, Some(actor), changed, at).await.map(Some)
}

/// Whether somebody is kept out of a room.
pub(super) async fn is_banned(tx: &mut Tx<'_>, room: RoomId, user: UserId) -> QueryResult<bool> {
    let ban = sanctions::table
        .find((Id::of(room), Id::of(user)))
        .filter(sanctions::banned_at.is_not_null());
    diesel::select(exists(ban)).get_result(tx.conn).await
}

/// Mutes somebody who comes in again and was muted before, if that is not over.
pub(super) async fn resume_mute(
    tx: &mut Tx<'_>,
    room: &Room,
    user: UserRef,
    at: Timestamp,
) -> QueryResult<()> {
    let place = (Id::of(room.id), Id::of(user.id));
    let muted: Option<Option<i64>> = sanctions::table
        .find(place)
        .filter(sanctions::muted_until.gt(at.micros()))
        .select(sanctions::muted_until)
        .first(tx.conn)
        .await
        .optional()?;
    if let Some(until) = muted.flatten() {
        let until = Some(Timestamp::from_micros(until));
        set_muted(tx, room, None, user, until, at).await?;
    }
    Ok(())
}

/// Notes until when a member may not write, and tells the room. A channel does not know its readers: there he alone is told.
async fn set_muted(
    tx: &mut Tx<'_>,
    room: &Room,
    actor: Option<UserRef>,
    user: UserRef,
    until: Option<Timestamp>,
    at: Timestamp,
) -> QueryResult<Arc<Event>> {
    let member = members::table.find((Id::of(room.id), Id::of(user.id)));
    let muted = members::muted_until.eq(until.map(Timestamp::micros));
    if room.kind == RoomKind::Channel {
        let told = What::OwnMute { room: room.id, until };
        let told = tx.append(user.id, actor, told, at).await?;
        diesel::update(member)
            .set((muted, members::notify_seq.eq(told.seq.stored())))
            .execute(tx.conn)
            .await?;
        return Ok(told);
    }
    diesel::update(member).set(muted).execute(tx.conn).await?;
    let told = What::MemberMuted { user, until };
    tx.append(room.id, actor, told, at).await
}

/// Forgets somebody on whom nothing lies any more.
async fn forget_empty(tx: &mut Tx<'_>, place: (Id, Id)) -> QueryResult<()> {
    diesel::delete(sanctions::table.find(place))
        .filter(sanctions::banned_at.is_null())
        .filter(sanctions::muted_until.is_null())
        .execute(tx.conn)
        .await?;
    Ok(())
}

pub(super) async fn bans(
    conn: &mut Conn,
    room: RoomId,
    viewer: UserId,
    after: Option<UserId>,
    size: PageSize,
) -> QueryResult<Result<BansPage, RoomRefusal>> {
    if let Err(refusal) = act::may(conn, room, viewer, Action::Admit).await? {
        return Ok(Err(refusal));
    }
    let mut rows: Vec<(Id, i64, Id, i64)> = sanctions::table
        .inner_join(users::table.on(users::id.eq(sanctions::user_id)))
        .filter(sanctions::room_id.eq(Id::of(room)))
        .filter(sanctions::user_id.gt(after.map_or(Id(Uuid::nil()), Into::into)))
        .filter(sanctions::banned_at.is_not_null())
        .order(sanctions::user_id)
        .limit(rows(size.rows() + 1))
        .select((
            users::id,
            users::number,
            sanctions::banned_by.assume_not_null(),
            sanctions::banned_at.assume_not_null(),
        ))
        .load(conn)
        .await?;
    let more = rows.len() > size.rows();
    rows.truncate(size.rows());
    let bans = rows.into_iter().map(|(id, number, by, at)| Ban {
        user: UserRef {
            id: id.into(),
            number,
        },
        by: by.into(),
        at: Timestamp::from_micros(at),
    });
    let bans: Vec<Ban> = bans.collect();
    Ok(Ok(BansPage {
        next: bans.last().filter(|_| more).map(|ban| ban.user.id),
        bans,
    }))
}
