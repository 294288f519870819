//! Making groups.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{ClientId, Role, Room, RoomId, UserId};
use parlor_ports::{NewRoom, RoomCreated, RoomRefusal};

use super::super::Tx;
use super::act::{Act, accounts, have_place};
use super::reach::reaches;
use super::settings::ruled;
use super::{attendance, directory, enter, names, views};
use crate::code::Code;
use crate::error::corrupt;
use crate::id::Id;
use crate::rows::{RoomRow, room_digest};
use crate::schema::rooms;

pub(super) async fn create(tx: &mut Tx<'_>, new: NewRoom) -> Act<RoomCreated> {
    let mut others = new.members.clone();
    others.retain(|user| *user != new.creator.id);
    // The creator's stream is locked, so a repeated request waits here for the first one.
    tx.lock(others.iter().chain([&new.creator.id]).map(|user| Id::of(*user)))
        .await?;
    let named = new.client_id.as_ref().map(|id| (id, room_digest(id, &new)));
    if let Some((client_id, digest)) = named
        && let Some((room, made)) = known(tx, new.creator.id, client_id).await?
    {
        if made != Some(digest) {
            return Ok(RoomCreated::Conflict);
        }
        let view = views::find(tx.conn, room, new.creator.id).await?;
        return Ok(RoomCreated::Known(view.ok_or(RoomRefusal::NoRoom)?));
    }
    if !new.rules.suit(new.kind) {
        return Err(RoomRefusal::NotListable.into());
    }
    let creator = accounts(tx, &[new.creator.id]).await?;
    let others = accounts(tx, &others).await?;
    reaches(tx, new.creator, &others).await?;
    if others.len() >= usize::try_from(new.capacity.members()).unwrap_or(usize::MAX) {
        return Err(RoomRefusal::Full.into());
    }
    have_place(tx, &creator).await?;
    have_place(tx, &others).await?;
    if new.unique_name {
        names::claim(tx, &new.name).await?;
    }

    let mut room = insert(tx, &new, named.map(|(_, digest)| digest), None).await?;
    if new.rules.listed {
        room.rules = new.rules;
        directory::keep(tx, &room, new.at).await?;
    }
    enter::bring_in(tx, &room, new.creator, &creator, Role::Owner, new.at).await?;
    if new.creator_absent {
        attendance::note(tx, new.id, new.creator, false, new.at).await?;
    }
    enter::bring_in(tx, &room, new.creator, &others, Role::Member, new.at).await?;
    let view = views::find(tx.conn, new.id, new.creator.id).await?;
    Ok(RoomCreated::New(view.ok_or_else(|| corrupt("room", new.id))?))
}

/// The room that its creator's client called so before, and the digest of what was asked for then.
async fn known(
    tx: &mut Tx<'_>,
    creator: UserId,
    client_id: &ClientId,
) -> QueryResult<Option<(RoomId, Option<i64>)>> {
    let found: Option<(Id, Option<i64>)> = rooms::table
        .filter(rooms::creator_id.eq(Id::of(creator)))
        .filter(rooms::client_id.eq(client_id.as_str()))
        .select((rooms::id, rooms::digest))
        .first(tx.conn)
        .await
        .optional()?;
    Ok(found.map(|(room, digest)| (room.into(), digest)))
}

/// Makes a room with this number, which must be free, or with the next one. Nobody is in it.
pub(super) async fn insert(
    tx: &mut Tx<'_>,
    new: &NewRoom,
    digest: Option<i64>,
    number: Option<i64>,
) -> QueryResult<Room> {
    tx.open_stream(Id::of(new.id), new.at).await?;
    diesel::insert_into(rooms::table)
        .values((
            number.map(|number| rooms::number.eq(number)),
            rooms::id.eq(Id::of(new.id)),
            rooms::kind.eq(new.kind.code()),
            rooms::name.eq(new.name.as_str()),
            rooms::topic.eq(new.topic.as_str()),
            rooms::owner_id.eq(Id::of(new.creator.id)),
            ruled(new.rules),
            rooms::capacity.eq(i64::from(new.capacity.members())),
            rooms::member_count.eq(0),
            rooms::creator_id.eq(Id::of(new.creator.id)),
            rooms::client_id.eq(new.client_id.as_ref().map(|id| id.as_str())),
            rooms::digest.eq(digest),
            rooms::created_at.eq(new.at.micros()),
            rooms::changed_at.eq(new.at.micros()),
        ))
        .returning(RoomRow::as_returning())
        .get_result(tx.conn)
        .await?
        .try_into()
}
