//! Coming into rooms.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{
    Action, History, JoinPolicy, Role, Room, RoomId, RoomKind, Seq, Timestamp, UserId, UserRef, What,
};
use parlor_ports::{Added, Joined, RoomRefusal};

use super::super::Tx;
use super::act::{self, Act, accounts, have_place, require};
use super::reach::reaches;
use crate::code::Code;
use crate::counter::Counter;
use crate::id::Id;
use crate::rows::MemberRow;
use crate::schema::{members, rooms};

pub(super) async fn join(tx: &mut Tx<'_>, room: RoomId, user: UserRef, at: Timestamp) -> Act<Joined> {
    tx.lock([Id::of(room), Id::of(user.id)]).await?;
    let room = act::find(tx, room).await?.ok_or(RoomRefusal::NoRoom)?;
    if act::role(tx, room.id, user.id).await?.is_some() {
        return Ok(Joined::Already);
    }
    match (room.kind, room.join) {
        (RoomKind::Direct, _) => return Err(RoomRefusal::NoRoom.into()),
        (RoomKind::Group, JoinPolicy::Closed) => return Err(RoomRefusal::Closed.into()),
        (RoomKind::Group, JoinPolicy::Open) => {}
    }
    let people = accounts(tx, &[user.id]).await?;
    has_place(&room, people.len())?;
    have_place(tx, &people).await?;
    bring_in(tx, &room, user, &people, Role::Member, at).await?;
    Ok(Joined::New)
}

pub(super) async fn add(
    tx: &mut Tx<'_>,
    room: RoomId,
    actor: UserRef,
    users: Vec<UserId>,
    at: Timestamp,
) -> Act<Added> {
    let (room, role) = act::group(tx, room, actor, &users).await?;
    require(role, Action::AddMember)?;
    let mut newcomers = Vec::with_capacity(users.len());
    for user in accounts(tx, &users).await? {
        if act::role(tx, room.id, user.id).await?.is_none() {
            newcomers.push(user);
        }
    }
    reaches(tx, actor, &newcomers).await?;
    has_place(&room, newcomers.len())?;
    have_place(tx, &newcomers).await?;
    bring_in(tx, &room, actor, &newcomers, Role::Member, at).await?;
    Ok(Added::Done(newcomers))
}

/// Refuses if so many more do not fit into a room.
fn has_place(room: &Room, more: usize) -> Act<()> {
    let more = u32::try_from(more).unwrap_or(u32::MAX);
    if more > 0 && room.members.saturating_add(more) > room.capacity.members() {
        return Err(RoomRefusal::Full.into());
    }
    Ok(())
}

/// Makes people members: one event in the room's stream, and one in each one's own. Nothing at all for nobody.
pub(super) async fn bring_in(
    tx: &mut Tx<'_>,
    room: &Room,
    actor: UserRef,
    people: &[UserRef],
    role: Role,
    at: Timestamp,
) -> QueryResult<()> {
    if people.is_empty() {
        return Ok(());
    }
    let joined = What::MembersJoined {
        users: people.to_vec(),
    };
    let joined = tx.append(room.id, Some(actor), joined, at).await?;
    let visible_from = match room.history {
        History::All => Seq(1),
        History::FromJoin => joined.seq,
    };
    for user in people {
        let row = MemberRow {
            room_id: room.id.into(),
            user_id: user.id.into(),
            role: role.code(),
            visible_from: visible_from.stored(),
            joined_seq: joined.seq.stored(),
            joined_at: at.micros(),
            read_seq: joined.seq.stored(),
            read_msg_no: joined.msg_no.stored(),
            delivered_seq: joined.seq.stored(),
            rev: 0,
            barred: 0,
        };
        diesel::insert_into(members::table)
            .values(row)
            .execute(tx.conn)
            .await?;
        let told = What::RoomJoined {
            room: room.id,
            joined: joined.seq,
            visible_from,
        };
        tx.append(user.id, Some(actor), told, at).await?;
    }
    let more = i64::try_from(people.len()).unwrap_or(i64::MAX);
    diesel::update(rooms::table.filter(rooms::id.eq(Id::of(room.id))))
        .set(rooms::member_count.eq(rooms::member_count + more))
        .execute(tx.conn)
        .await?;
    Ok(())
}
