//! Direct rooms.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{
    AccountStatus, Capacity, History, JoinPolicy, Role, Room, RoomId, RoomKind, Timestamp, UserId, UserRef,
};
use parlor_ports::{DirectOpened, RoomRefusal, RoomView};

use super::super::super::Conn;
use super::super::Tx;
use super::act::{Act, accounts, crowded, have_place, rooms_of};
use super::reach::{reaches, refusals};
use super::{enter, views};
use crate::code::Code;
use crate::error::corrupt;
use crate::id::Id;
use crate::rows::RoomRow;
use crate::schema::{directs, rooms, users};

pub(super) async fn open(
    tx: &mut Tx<'_>,
    actor: UserRef,
    peer: UserId,
    new_id: RoomId,
    at: Timestamp,
) -> Act<DirectOpened> {
    // Both streams are locked, so whoever opens it at the same time waits here.
    tx.lock([Id::of(actor.id), Id::of(peer)]).await?;
    if let Some(room) = find(tx.conn, actor.id, peer).await? {
        return Ok(DirectOpened::Existing(view(tx, room, actor).await?));
    }
    let mut people = vec![actor.id, peer];
    people.dedup();
    let people = accounts(tx, &people).await?;
    reaches(tx, actor, &people).await?;
    have_place(tx, &people).await?;

    let peer = people.last().copied().unwrap_or(actor);
    make(tx, (new_id, None), actor, peer, at).await?;
    Ok(DirectOpened::New(view(tx, new_id, actor).await?))
}

pub(super) async fn find(conn: &mut Conn, one: UserId, other: UserId) -> QueryResult<Option<RoomId>> {
    let mut pair = [Id::of(one), Id::of(other)];
    pair.sort_unstable();
    let room: Option<Id> = directs::table
        .find((pair[0], pair[1]))
        .select(directs::room_id)
        .first(conn)
        .await
        .optional()?;
    Ok(room.map(Into::into))
}

/// The direct rooms of the actor with each of these people, in the same order; those that are not there are made, by the same rules
/// and with as few questions as for one. Nothing is opened for who has no account that can be used, even if it is there. The streams
/// of all must be locked.
pub(in super::super) async fn open_many(
    tx: &mut Tx<'_>,
    actor: UserRef,
    peers: &[UserId],
    at: Timestamp,
) -> QueryResult<Vec<Result<RoomId, RoomRefusal>>> {
    let all = peers.iter().chain([&actor.id]).copied().map(Id::of);
    let usable: Vec<(Id, i64)> = users::table
        .filter(users::id.eq_any(all.collect::<Vec<_>>()))
        .filter(users::status.eq(AccountStatus::Active.code()))
        .select((users::id, users::number))
        .load(tx.conn)
        .await?;
    let usable: HashMap<UserId, i64> = usable
        .into_iter()
        .map(|(id, number)| (id.into(), number))
        .collect();
    let existing = existing(tx, actor.id, peers).await?;
    let new: Vec<UserId> = peers
        .iter()
        .copied()
        .filter(|peer| usable.contains_key(peer) && !existing.contains_key(peer))
        .collect();
    let refusals = refusals(tx, actor, &new).await?;
    let crowded = crowded(tx, new.iter().copied().map(Id::of).collect()).await?;
    let mut own = rooms_of(tx, actor.id).await?;
    let mut rooms = Vec::with_capacity(peers.len());
    for &peer in peers {
        let number = usable.get(&peer).filter(|_| usable.contains_key(&actor.id));
        let Some(&number) = number else {
            rooms.push(Err(RoomRefusal::NoUser(peer)));
            continue;
        };
        rooms.push(if let Some(room) = existing.get(&peer) {
            Ok(*room)
        } else if let Some(refusal) = refusals.get(&peer) {
            Err(*refusal)
        } else if own >= tx.limits.rooms_per_user {
            Err(RoomRefusal::TooManyRooms(actor.id))
        } else if crowded.contains(&Id::of(peer)) {
            Err(RoomRefusal::TooManyRooms(peer))
        } else {
            let id = RoomId::new(tx.id(at));
            let peer = UserRef { id: peer, number };
            make(tx, (id, None), actor, peer, at).await?;
            own += 1;
            Ok(id)
        });
    }
    Ok(rooms)
}

/// Those direct rooms of somebody with these people that are there.
async fn existing(tx: &mut Tx<'_>, one: UserId, others: &[UserId]) -> QueryResult<HashMap<UserId, RoomId>> {
    let me = Id::of(one);
    let (low, high): (Vec<Id>, Vec<Id>) = others
        .iter()
        .map(|other| Id::of(*other))
        .partition(|other| *other < me);
    let mut found: Vec<(Id, Id)> = Vec::new();
    if !low.is_empty() {
        found = directs::table
            .filter(directs::low_id.eq_any(low))
            .filter(directs::high_id.eq(me))
            .select((directs::low_id, directs::room_id))
            .load(tx.conn)
            .await?;
    }
    if !high.is_empty() {
        let above: Vec<(Id, Id)> = directs::table
            .filter(directs::low_id.eq(me))
            .filter(directs::high_id.eq_any(high))
            .select((directs::high_id, directs::room_id))
            .load(tx.conn)
            .await?;
        found.extend(above);
    }
    let rooms = found.into_iter().map(|(other, room)| (other.into(), room.into()));
    Ok(rooms.collect())
}

/// Makes the room of two people who may have it, or of one for notes, with this number, which must be free, or with the next one.
pub(super) async fn make(
    tx: &mut Tx<'_>,
    (id, number): (RoomId, Option<i64>),
    actor: UserRef,
    peer: UserRef,
    at: Timestamp,
) -> QueryResult<()> {
    let room = insert(tx, (id, number), actor, at).await?;
    let (one, other) = (Id::of(actor.id), Id::of(peer.id));
    diesel::insert_into(directs::table)
        .values((
            directs::low_id.eq(one.min(other)),
            directs::high_id.eq(one.max(other)),
            directs::room_id.eq(Id::of(id)),
        ))
        .execute(tx.conn)
        .await?;
    let pair = [actor, peer];
    let people = if one == other { &pair[..1] } else { &pair[..] };
    enter::bring_in(tx, &room, actor, people, Role::Member, at).await
}

async fn view(tx: &mut Tx<'_>, room: RoomId, viewer: UserRef) -> QueryResult<RoomView> {
    let view = views::find(tx.conn, room, viewer.id).await?;
    view.ok_or_else(|| corrupt("direct room", room))
}

async fn insert(
    tx: &mut Tx<'_>,
    (id, number): (RoomId, Option<i64>),
    actor: UserRef,
    at: Timestamp,
) -> QueryResult<Room> {
    tx.open_stream(Id::of(id), at).await?;
    diesel::insert_into(rooms::table)
        .values((
            number.map(|number| rooms::number.eq(number)),
            rooms::id.eq(Id::of(id)),
            rooms::kind.eq(RoomKind::Direct.code()),
            rooms::topic.eq(""),
            rooms::history.eq(History::All.code()),
            rooms::join_policy.eq(JoinPolicy::Closed.code()),
            rooms::capacity.eq(i64::from(Capacity::DIRECT.members())),
            rooms::member_count.eq(0),
            rooms::creator_id.eq(Id::of(actor.id)),
            rooms::created_at.eq(at.micros()),
            rooms::changed_at.eq(at.micros()),
        ))
        .returning(RoomRow::as_returning())
        .get_result(tx.conn)
        .await?
        .try_into()
}
