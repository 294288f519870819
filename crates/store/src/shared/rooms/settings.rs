//! Names, topics, pictures and rules of rooms, and how their members want to be notified.

use std::sync::Arc;

use diesel::dsl::Eq;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{
    Action, Capacity, Event, MediaId, Notify, Role, Room, RoomChange, RoomId, Rules, Timestamp, UserRef, What,
};
use parlor_ports::{AvatarSet, RoomAct, RoomRefusal};

use super::super::{Tx, media};
use super::act::{self, Act, require};
use super::{attended, directory, links, names};
use crate::code::Code;
use crate::counter::Counter;
use crate::id::Id;
use crate::rows::MemberRow;
use crate::schema::{members, rooms};

pub(super) async fn update(
    tx: &mut Tx<'_>,
    room: RoomId,
    actor: UserRef,
    change: RoomChange,
    at: Timestamp,
) -> Act<RoomAct> {
    let (before, role) = act::group(tx, room, actor, &[]).await?;
    require(role, Action::UpdateRoom)?;
    let capacity = match change.places {
        Some(places) => {
            let absent = attended::absent_from(tx.conn, room).await?;
            Some(Capacity::stored(places.members().saturating_add(absent)))
        }
        None => change.capacity,
    };
    let after = Room {
        name: change.name.or_else(|| before.name.clone()),
        topic: change.topic.unwrap_or_else(|| before.topic.clone()),
        rules: before.rules.with(change.rules),
        capacity: capacity.unwrap_or(before.capacity),
        ..before.clone()
    };
    if !after.rules.suit(after.kind) {
        return Err(RoomRefusal::NotListable.into());
    }
    if after == before {
        return Ok(RoomAct::Done(None));
    }
    let renamed = after
        .name
        .as_ref()
        .filter(|name| before.name.as_ref() != Some(*name));
    if let Some(name) = renamed.filter(|_| change.unique_name) {
        names::claim(tx, name).await?;
    }
    diesel::update(rooms::table.filter(rooms::id.eq(Id::of(room))))
        .set((
            rooms::name.eq(after.name.as_ref().map(|name| name.as_str())),
            rooms::topic.eq(after.topic.as_str()),
            ruled(after.rules),
            rooms::capacity.eq(i64::from(after.capacity.members())),
            rooms::changed_at.eq(at.micros()),
        ))
        .execute(tx.conn)
        .await?;
    if !after.rules.adding.includes(Role::Member) {
        links::revoke_all_of_members(tx, room).await?;
    }
    if before.rules.listed || after.rules.listed {
        directory::keep(tx, &after, at).await?;
    }
    let event = tell(tx, after, Some(actor), at).await?;
    Ok(RoomAct::Done(Some(event)))
}

pub(super) async fn set_avatar(
    tx: &mut Tx<'_>,
    room: RoomId,
    actor: UserRef,
    avatar: Option<MediaId>,
    at: Timestamp,
) -> Act<RoomAct> {
    let (before, role) = act::group(tx, room, actor, &[]).await?;
    require(role, Action::UpdateRoom)?;
    if avatar == before.avatar {
        return Ok(RoomAct::Done(None));
    }
    if let Some(avatar) = avatar {
        match media::show(tx, avatar, actor.id, at).await? {
            AvatarSet::Done => {}
            AvatarSet::NoMedia => return Err(RoomRefusal::NoMedia.into()),
            AvatarSet::NoImage => return Err(RoomRefusal::NoImage.into()),
        }
    }
    diesel::update(rooms::table.filter(rooms::id.eq(Id::of(room))))
        .set((
            rooms::avatar.eq(avatar.map(Id::of)),
            rooms::changed_at.eq(at.micros()),
        ))
        .execute(tx.conn)
        .await?;
    media::release(tx, before.avatar).await?;
    let event = tell(tx, Room { avatar, ..before }, Some(actor), at).await?;
    Ok(RoomAct::Done(Some(event)))
}

pub(super) async fn set_notify(
    tx: &mut Tx<'_>,
    room: RoomId,
    actor: UserRef,
    notify: Notify,
    at: Timestamp,
) -> Act<RoomAct> {
    tx.lock([Id::of(actor.id)]).await?;
    let place = members::table.find((Id::of(room), Id::of(actor.id)));
    let before = place
        .select(MemberRow::as_select())
        .first(tx.conn)
        .await
        .optional()?
        .ok_or(RoomRefusal::NoRoom)?
        .notify()?;
    if before == notify {
        return Ok(RoomAct::Done(None));
    }
    let changed = What::NotifyChanged { room, notify };
    let event = tx.append(actor.id, Some(actor), changed, at).await?;
    diesel::update(place)
        .set((
            members::notify_seq.eq(event.seq.stored()),
            members::notify.eq(notify.level.code()),
            members::quiet_until.eq(notify.muted_until.map(Timestamp::micros)),
        ))
        .execute(tx.conn)
        .await?;
    Ok(RoomAct::Done(Some(event)))
}

/// The columns that hold the rules of a room, but for whether it is listed.
pub(super) fn ruled(rules: Rules) -> Ruled {
    (
        rooms::history.eq(rules.history.code()),
        rooms::join_policy.eq(rules.join.code()),
        rooms::posting.eq(rules.posting.code()),
        rooms::adding.eq(rules.adding.code()),
        rooms::slow_seconds.eq(i64::from(rules.slow_mode.seconds())),
    )
}

type Ruled = (
    Eq<rooms::history, i16>,
    Eq<rooms::join_policy, i16>,
    Eq<rooms::posting, i16>,
    Eq<rooms::adding, i16>,
    Eq<rooms::slow_seconds, i64>,
);

/// Tells what a room is from now on.
pub(super) async fn tell(
    tx: &mut Tx<'_>,
    room: Room,
    actor: Option<UserRef>,
    at: Timestamp,
) -> QueryResult<Arc<Event>> {
    let updated = What::RoomUpdated {
        name: room.name,
        topic: room.topic,
        avatar: room.avatar,
        rules: room.rules,
        capacity: room.capacity,
    };
    tx.append(room.id, actor, updated, at).await
}
