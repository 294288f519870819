//! Rooms as their members see them.

use std::collections::HashMap;
use std::sync::Arc;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{Event, Member, PageSize, Position, Room, RoomId, RoomKind, Seq, Timestamp, UserId};
use parlor_ports::{RoomCursor, RoomView, RoomsPage};

use super::super::super::Conn;
use super::super::log::text;
use super::members::{self as people, Sight, member};
use crate::budget;
use crate::code::Code;
use crate::counter::{Counter, rows};
use crate::id::Id;
use crate::rows::{EventRow, MemberRow, RoomRow, StreamRow};
use crate::schema::{events, members, rooms, streams, users};

/// A room, its stream, and the viewer's membership.
type Row = (RoomRow, StreamRow, MemberRow);

pub(super) async fn find(conn: &mut Conn, room: RoomId, viewer: UserId) -> QueryResult<Option<RoomView>> {
    let rows: Vec<Row> = members::table
        .inner_join(rooms::table.on(rooms::id.eq(members::room_id)))
        .inner_join(streams::table.on(streams::id.eq(members::room_id)))
        .filter(members::room_id.eq(Id::of(room)))
        .filter(members::user_id.eq(Id::of(viewer)))
        .select((
            RoomRow::as_select(),
            StreamRow::as_select(),
            MemberRow::as_select(),
        ))
        .load(conn)
        .await?;
    Ok(views(conn, viewer, rows).await?.pop())
}

pub(super) async fn list(
    conn: &mut Conn,
    user: UserId,
    after: Option<RoomCursor>,
    size: PageSize,
) -> QueryResult<RoomsPage> {
    let as_of = streams::table
        .find(Id::of(user))
        .select(StreamRow::as_select())
        .first(conn)
        .await
        .optional()?;
    // No room is active later than this, whatever its id.
    let (active_at, room) = after.map_or((i64::MAX, Id(uuid::Uuid::max())), |cursor| {
        (cursor.active_at.micros(), cursor.room.into())
    });
    let mut rows: Vec<Row> = members::table
        .inner_join(rooms::table.on(rooms::id.eq(members::room_id)))
        .inner_join(streams::table.on(streams::id.eq(members::room_id)))
        .filter(members::user_id.eq(Id::of(user)))
        .filter(
            streams::active_at
                .lt(active_at)
                .or(streams::active_at.eq(active_at).and(streams::id.lt(room))),
        )
        .order((streams::active_at.desc(), streams::id.desc()))
        .limit(rows(size.rows() + 1))
        .select((
            RoomRow::as_select(),
            StreamRow::as_select(),
            MemberRow::as_select(),
        ))
        .load(conn)
        .await?;
    let found = rows.len();
    rows.truncate(size.rows());
    let mut rooms = views(conn, user, rows).await?;
    let last_messages = rooms.iter().map(|view| view.last_message.as_deref());
    let fitting = budget::fitting(budget::PAGE, last_messages.map(|last| last.map_or(0, text)));
    rooms.truncate(fitting);
    let more = rooms.len() < found;
    Ok(RoomsPage {
        next: rooms.last().filter(|_| more).map(|view| RoomCursor {
            active_at: view.active_at,
            room: view.room.id,
        }),
        rooms,
        as_of: as_of.map_or(Position::default(), |row| row.position()),
    })
}

/// Completes rows, in their order, with one statement for each thing that is missing, however many rooms there are.
async fn views(conn: &mut Conn, viewer: UserId, rows: Vec<Row>) -> QueryResult<Vec<RoomView>> {
    let written = rows.iter().filter(|(_, stream, _)| stream.msg_no > 0);
    let mut last = last_messages(conn, written.map(|(room, ..)| room.id).collect()).await?;
    let behind = rows
        .iter()
        .filter(|(_, stream, member)| stream.msg_no > member.read_msg_no);
    let deleted = deleted_after_marks(conn, viewer, behind.map(|(room, ..)| room.id).collect()).await?;
    let rows: Vec<(Room, StreamRow, MemberRow)> = rows
        .into_iter()
        .map(|(room, stream, member)| Ok((room.try_into()?, stream, member)))
        .collect::<QueryResult<_>>()?;
    let directs = rows.iter().filter(|(room, ..)| room.kind == RoomKind::Direct);
    let mut peers = peers(conn, viewer, directs.map(|(room, ..)| room.id.into()).collect()).await?;

    rows.into_iter()
        .map(|(room, stream, member)| {
            let visible_from = Seq::loaded(member.visible_from);
            let gone = deleted.get(&stream.id).copied().unwrap_or(0);
            let unread = stream.msg_no - member.read_msg_no - gone;
            Ok(RoomView {
                head: stream.head(),
                role: Code::decode(member.role)?,
                mark: member.mark(),
                notify: member.notify()?,
                notify_rev: Seq::loaded(member.notify_seq),
                muted_until: member.muted_until(),
                absent: member.absent,
                visible_from,
                unread: u64::try_from(unread).unwrap_or(0),
                peer: peers.remove(&stream.id),
                last_message: last
                    .remove(&stream.id)
                    .filter(|message| message.seq >= visible_from),
                active_at: Timestamp::from_micros(stream.active_at),
                room,
            })
        })
        .collect()
}

/// The newest message of each of these rooms.
async fn last_messages(conn: &mut Conn, rooms: Vec<Id>) -> QueryResult<HashMap<Id, Arc<Event>>> {
    if rooms.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(Id, EventRow)> = streams::table
        .inner_join(
            events::table.on(events::stream_id
                .eq(streams::id)
                .and(events::msg_no.eq(streams::msg_no))
                .and(events::rev.is_not_null())),
        )
        .filter(streams::id.eq_any(rooms))
        .select((streams::id, EventRow::as_select()))
        .load(conn)
        .await?;
    rows.into_iter()
        .map(|(room, row)| Ok((room, Arc::new(row.event(None)?))))
        .collect()
}

/// How many messages after the viewer's mark were deleted, in each of these rooms where there are any.
async fn deleted_after_marks(
    conn: &mut Conn,
    viewer: UserId,
    rooms: Vec<Id>,
) -> QueryResult<HashMap<Id, i64>> {
    if rooms.is_empty() {
        return Ok(HashMap::new());
    }
    let counts: Vec<(Id, i64)> = members::table
        .inner_join(
            events::table.on(events::stream_id
                .eq(members::room_id)
                .and(events::msg_no.gt(members::read_msg_no))
                .and(events::rev.is_not_null())
                .and(events::body.is_null())),
        )
        .filter(members::user_id.eq(Id::of(viewer)))
        .filter(members::room_id.eq_any(rooms))
        .group_by(members::room_id)
        .select((members::room_id, diesel::dsl::count_star()))
        .load(conn)
        .await?;
    Ok(counts.into_iter().collect())
}

/// The other one of each of these direct rooms.
async fn peers(conn: &mut Conn, viewer: UserId, rooms: Vec<Id>) -> QueryResult<HashMap<Id, Member>> {
    if rooms.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<people::Row> = members::table
        .inner_join(users::table.on(users::id.eq(members::user_id)))
        .filter(members::room_id.eq_any(rooms))
        .filter(members::user_id.ne(Id::of(viewer)))
        .select(people::Row::as_select())
        .load(conn)
        .await?;
    let sight = Sight::of(conn, viewer).await?;
    rows.into_iter()
        .map(|row| Ok((row.member.room_id, member(row, sight)?)))
        .collect()
}
