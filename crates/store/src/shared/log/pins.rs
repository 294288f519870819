//! Messages that are pinned.

use std::sync::Arc;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{Action, Event, Role, RoomId, RoomKind, Seq, Timestamp, UserId, UserRef, What, allows};
use parlor_ports::{AppendRefusal, MessageAct, PinsPage};

use super::super::super::Conn;
use super::super::Tx;
use super::{acting, decode};
use crate::code::Code;
use crate::counter::{Counter, rows};
use crate::id::Id;
use crate::rows::{EventRow, StreamRow};
use crate::schema::{events, members, pins, rooms, streams};

/// Most messages that are pinned in a room.
const MOST: usize = 50;

pub(super) async fn set(
    tx: &mut Tx<'_>,
    (room, target): (RoomId, Seq),
    user: UserRef,
    on: bool,
    at: Timestamp,
) -> QueryResult<MessageAct> {
    tx.lock([Id::of(room)]).await?;
    if let Err(refusal) = acting::message(tx.conn, room, user.id, target).await? {
        return Ok(MessageAct::Refused(refusal));
    }
    if !may_pin(tx.conn, room, user.id).await? {
        return Ok(MessageAct::Refused(AppendRefusal::Forbidden));
    }
    let stream = Id::of(room);
    let pinned: Vec<i64> = pins::table
        .filter(pins::stream_id.eq(stream))
        .select(pins::seq)
        .load(tx.conn)
        .await?;
    if on == pinned.contains(&target.stored()) {
        return Ok(MessageAct::Done(None));
    }
    if on && pinned.len() >= MOST {
        return Ok(MessageAct::Refused(AppendRefusal::TooManyPins));
    }
    if on {
        let told = tx.next_seq(room).await?;
        diesel::insert_into(pins::table)
            .values((
                pins::stream_id.eq(stream),
                pins::seq.eq(target.stored()),
                pins::pinned.eq(told.stored()),
            ))
            .execute(tx.conn)
            .await?;
    } else {
        diesel::delete(pins::table.find((stream, target.stored())))
            .execute(tx.conn)
            .await?;
    }
    let what = if on {
        What::MessagePinned { target }
    } else {
        What::MessageUnpinned { target }
    };
    Ok(MessageAct::Done(Some(
        tx.append(room, Some(user), what, at).await?,
    )))
}

/// Whether a member may pin: anybody in a direct room, and whose role allows it in others.
async fn may_pin(conn: &mut Conn, room: RoomId, user: UserId) -> QueryResult<bool> {
    let (kind, role): (i16, i16) = members::table
        .inner_join(rooms::table.on(rooms::id.eq(members::room_id)))
        .filter(members::room_id.eq(Id::of(room)))
        .filter(members::user_id.eq(Id::of(user)))
        .select((rooms::kind, members::role))
        .first(conn)
        .await?;
    let is_direct = RoomKind::decode(kind)? == RoomKind::Direct;
    Ok(is_direct || allows(Role::decode(role)?, Action::Pin))
}

/// The pinned messages that the viewer may see, the one that was pinned last first; `None` if he is not in the room.
pub(super) async fn list(conn: &mut Conn, room: RoomId, viewer: UserId) -> QueryResult<Option<PinsPage>> {
    let seen: Option<(i64, StreamRow)> = members::table
        .inner_join(streams::table.on(streams::id.eq(members::room_id)))
        .filter(members::room_id.eq(Id::of(room)))
        .filter(members::user_id.eq(Id::of(viewer)))
        .select((members::visible_from, StreamRow::as_select()))
        .first(conn)
        .await
        .optional()?;
    let Some((visible_from, head)) = seen else {
        return Ok(None);
    };
    let found: Vec<EventRow> = pins::table
        .inner_join(
            events::table.on(events::stream_id
                .eq(pins::stream_id)
                .and(events::seq.eq(pins::seq))),
        )
        .filter(pins::stream_id.eq(Id::of(room)))
        .filter(pins::seq.ge(visible_from))
        .order(pins::pinned.desc())
        .limit(rows(MOST))
        .select(EventRow::as_select())
        .load(conn)
        .await?;
    let messages = decode(conn, found).await?;
    Ok(Some(PinsPage {
        messages: messages.into_iter().map(Arc::<Event>::new).collect(),
        as_of: head.position(),
    }))
}
