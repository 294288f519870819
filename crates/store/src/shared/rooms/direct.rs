//! Direct rooms.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{
    Capacity, History, JoinPolicy, Role, Room, RoomId, RoomKind, Timestamp, UserId, UserRef,
};
use parlor_ports::{DirectOpened, RoomView};

use super::super::Tx;
use super::act::{Act, accounts, have_place};
use super::reach::reaches;
use super::{enter, views};
use crate::code::Code;
use crate::error::corrupt;
use crate::id::Id;
use crate::rows::RoomRow;
use crate::schema::{directs, rooms};

pub(super) async fn open(
    tx: &mut Tx<'_>,
    actor: UserRef,
    peer: UserId,
    new_id: RoomId,
    at: Timestamp,
) -> Act<DirectOpened> {
    let mut pair = [Id::of(actor.id), Id::of(peer)];
    pair.sort_unstable();
    // Both streams are locked, so whoever opens it at the same time waits here.
    tx.lock(pair).await?;
    let existing: Option<Id> = directs::table
        .find((pair[0], pair[1]))
        .select(directs::room_id)
        .first(tx.conn)
        .await
        .optional()?;
    if let Some(room) = existing {
        return Ok(DirectOpened::Existing(view(tx, room.into(), actor).await?));
    }
    let mut people = vec![actor.id, peer];
    people.dedup();
    let people = accounts(tx, &people).await?;
    reaches(tx, actor, &people).await?;
    have_place(tx, &people).await?;

    let room = insert(tx, new_id, actor, at).await?;
    diesel::insert_into(directs::table)
        .values((
            directs::low_id.eq(pair[0]),
            directs::high_id.eq(pair[1]),
            directs::room_id.eq(Id::of(new_id)),
        ))
        .execute(tx.conn)
        .await?;
    enter::bring_in(tx, &room, actor, &people, Role::Member, at).await?;
    Ok(DirectOpened::New(view(tx, new_id, actor).await?))
}

async fn view(tx: &mut Tx<'_>, room: RoomId, viewer: UserRef) -> QueryResult<RoomView> {
    let view = views::find(tx.conn, room, viewer.id).await?;
    view.ok_or_else(|| corrupt("direct room", room))
}

async fn insert(tx: &mut Tx<'_>, id: RoomId, actor: UserRef, at: Timestamp) -> QueryResult<Room> {
    tx.open_stream(Id::of(id), at).await?;
    diesel::insert_into(rooms::table)
        .values((
            rooms::id.eq(Id::of(id)),
            rooms::kind.eq(RoomKind::Direct.code()),
            rooms::topic.eq(""),
            rooms::history.eq(History::All.code()),
            rooms::join_policy.eq(JoinPolicy::Closed.code()),
            rooms::capacity.eq(i64::from(Capacity::DIRECT.members())),
            rooms::member_count.eq(0),
            rooms::creator_id.eq(Id::of(actor.id)),
            rooms::created_at.eq(at.micros()),
        ))
        .returning(RoomRow::as_returning())
        .get_result(tx.conn)
        .await?
        .try_into()
}
