//! Rooms that come from older servers.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{AccountStatus, Capacity, Dialect, Role, RoomId, Topic, UserId, UserRef};
use parlor_ports::{NewRoom, Numbering, OldDirect, OldRoom, RoomBrought, RoomKept};

use super::super::super::{draw_room_number, pass_room_number};
use super::super::Tx;
use super::super::dialects::name_room;
use super::act::crowded;
use super::reach::refusals;
use super::{attendance, create, direct as directs, enter, names};
use crate::code::Code;
use crate::id::Id;
use crate::schema::{dialect_lists, rooms, streams, users};

/// Makes a group or a channel.
pub(in super::super) async fn group(tx: &mut Tx<'_>, new: OldRoom) -> QueryResult<RoomBrought> {
    let mut wanted = new.members.clone();
    wanted.retain(|user| *user != new.owner);
    wanted.sort_unstable();
    wanted.dedup();
    let all: Vec<Id> = wanted
        .iter()
        .chain([&new.owner])
        .map(|user| Id::of(*user))
        .collect();
    tx.lock(all.clone()).await?;
    let (people, crowded) = people(tx, all).await?;
    let Some(&owner) = people.get(&new.owner) else {
        return Ok(RoomBrought::NoOwner);
    };
    if crowded.contains(&new.owner) {
        return Ok(RoomBrought::Crowded(new.owner));
    }
    if is_used(tx, new.id).await? {
        return Ok(RoomBrought::IdTaken);
    }
    if new.unique_name && names::exists(tx.conn, new.name.clone()).await? {
        return Ok(RoomBrought::NameTaken);
    }
    let members: Vec<UserRef> = wanted
        .iter()
        .filter(|user| !crowded.contains(*user))
        .filter_map(|user| people.get(user))
        .copied()
        .collect();
    let number = number(tx, new.numbering).await?;
    let at = new.created_at;
    let least = u32::try_from(members.len() + 1).unwrap_or(u32::MAX);
    let made = NewRoom {
        id: new.id,
        kind: new.kind,
        creator: owner,
        creator_absent: new.owner_absent,
        client_id: None,
        name: new.name,
        unique_name: new.unique_name,
        topic: "".parse::<Topic>().expect("a room may be about nothing"),
        rules: new.rules,
        capacity: new.capacity.max(Capacity::stored(least)),
        members: Vec::new(),
        at,
    };
    let room = create::insert(tx, &made, None, Some(number)).await?;
    enter::bring_in(tx, &room, owner, &[owner], Role::Owner, at).await?;
    if new.owner_absent {
        attendance::note(tx, room.id, owner, false, at).await?;
    }
    for member in &members {
        enter::bring_in(tx, &room, *member, &[*member], Role::Member, at).await?;
    }
    diesel::update(rooms::table.filter(rooms::id.eq(Id::of(room.id))))
        .set(rooms::changed_at.eq(new.changed_at.micros()))
        .execute(tx.conn)
        .await?;
    wanted.retain(|user| !people.contains_key(user) || crowded.contains(user));
    let (crowded, left_out) = wanted.into_iter().partition(|user| people.contains_key(user));
    Ok(RoomBrought::Done(RoomKept {
        number,
        left_out,
        crowded,
        called: call(tx, new.called, room.id).await?,
    }))
}

pub(in super::super) async fn direct(tx: &mut Tx<'_>, new: OldDirect) -> QueryResult<RoomBrought> {
    let both = [Id::of(new.opener), Id::of(new.peer)];
    tx.lock(both).await?;
    if let Some(room) = directs::find(tx.conn, new.opener, new.peer).await? {
        call(tx, new.called, room).await?;
        return Ok(RoomBrought::Merged(room));
    }
    let (people, crowded) = people(tx, both.to_vec()).await?;
    let (Some(&opener), Some(&peer)) = (people.get(&new.opener), people.get(&new.peer)) else {
        return Ok(RoomBrought::NoOwner);
    };
    if let Some(user) = [opener.id, peer.id]
        .into_iter()
        .find(|user| crowded.contains(user))
    {
        return Ok(RoomBrought::Crowded(user));
    }
    // Whom one has blocked since he came before writes to one no more.
    let others: Vec<UserId> = [peer.id].into_iter().filter(|user| *user != opener.id).collect();
    if !refusals(tx, opener, &others).await?.is_empty() {
        return Ok(RoomBrought::KeptApart);
    }
    if is_used(tx, new.id).await? {
        return Ok(RoomBrought::IdTaken);
    }
    let number = number(tx, new.numbering).await?;
    directs::make(tx, (new.id, Some(number)), opener, peer, new.created_at).await?;
    Ok(RoomBrought::Done(RoomKept {
        number,
        left_out: Vec::new(),
        crowded: Vec::new(),
        called: call(tx, new.called, new.id).await?,
    }))
}

/// Those of these people who were not deleted, and who of them cannot be in one room more. Their streams must be locked.
async fn people(
    tx: &mut Tx<'_>,
    people: Vec<Id>,
) -> QueryResult<(HashMap<UserId, UserRef>, HashSet<UserId>)> {
    let crowded = crowded(tx, people.clone()).await?;
    let found: Vec<(Id, i64)> = users::table
        .filter(users::id.eq_any(people))
        .filter(users::status.ne(AccountStatus::Deleted.code()))
        .select((users::id, users::number))
        .load(tx.conn)
        .await?;
    let people = found.into_iter().map(|(id, number)| {
        let id = UserId::from(id);
        (id, UserRef { id, number })
    });
    let crowded = crowded.into_iter().map(UserId::from);
    Ok((people.collect(), crowded.collect()))
}

/// Whether something has a stream under this id.
async fn is_used(tx: &mut Tx<'_>, room: RoomId) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(streams::table.find(Id::of(room))))
        .get_result(tx.conn)
        .await
}

/// The number that a room shall have, or a list, which dialects know by one of those. It is given to nothing else by itself.
pub(in super::super) async fn number(tx: &mut Tx<'_>, numbering: Numbering) -> QueryResult<i64> {
    if let Some(had) = numbering.had.filter(|number| *number > 0)
        && !is_numbered(tx, had).await?
    {
        pass_room_number(tx.conn, had).await?;
        return Ok(had);
    }
    pass_room_number(tx.conn, numbering.beyond.rooms).await?;
    draw_room_number(tx.conn).await
}

/// Whether a room or a list has this number.
async fn is_numbered(tx: &mut Tx<'_>, number: i64) -> QueryResult<bool> {
    let room = rooms::table.filter(rooms::number.eq(number));
    let is_room: bool = diesel::select(diesel::dsl::exists(room))
        .get_result(tx.conn)
        .await?;
    let list = dialect_lists::table.filter(dialect_lists::number.eq(number));
    let is_list: bool = diesel::select(diesel::dsl::exists(list))
        .get_result(tx.conn)
        .await?;
    Ok(is_room || is_list)
}

/// Lets a dialect call a room as it did; false if something else is called so, or it is called something else.
async fn call(tx: &mut Tx<'_>, name: Option<(Dialect, Box<str>)>, room: RoomId) -> QueryResult<bool> {
    match name {
        Some((dialect, name)) => name_room(tx, dialect, name.into(), room).await,
        None => Ok(false),
    }
}
