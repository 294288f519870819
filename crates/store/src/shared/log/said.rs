//! Messages across rooms.

use std::cmp::Reverse;
use std::sync::Arc;

use diesel::dsl::not;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{Event, RoomId, RoomKind, UserId};
use parlor_ports::SaidPage;
use uuid::Uuid;

use super::super::super::{Conn, messages_from};
use super::super::rooms::attended_by;
use super::decode;
use crate::code::Code;
use crate::counter::{loaded_amount, rows, stored_amount};
use crate::end::End;
use crate::id::Id;
use crate::rows::EventRow;
use crate::schema::{events, members, rooms, streams};

/// A room in which something was said.
#[derive(Debug, Queryable)]
struct Written {
    room: Id,
    visible_from: i64,
    /// How many messages there are, deleted ones included.
    msg_no: i64,
    /// Number and seq of the newest.
    number: i64,
    seq: i64,
    /// Whether that is not deleted.
    said: bool,
}

impl Written {
    /// Whether the viewer is shown the newest message.
    fn shows_newest(&self) -> bool {
        self.said && self.seq >= self.visible_from
    }
}

/// The memberships of somebody in the rooms in which he takes part, from one of them to another, in the order of their ids.
macro_rules! between {
    ($viewer:expr, $rooms:expr) => {
        attended_by!($viewer)
            .filter(members::room_id.ge($rooms.0))
            .filter(members::room_id.le($rooms.1))
    };
}

pub(super) async fn list(
    conn: &mut Conn,
    viewer: UserId,
    room: Option<RoomId>,
    skip: u64,
    most: usize,
) -> QueryResult<SaidPage> {
    let all = (Id(Uuid::nil()), Id(Uuid::max()));
    let range = room.map_or(all, |room| (room.into(), room.into()));
    let written = written(conn, viewer, range).await?;
    let messages: i64 = written.iter().map(|room| room.msg_no).sum();
    let unseen = hidden(conn, viewer, range).await? + deleted(conn, viewer, range).await?;
    let count = loaded_amount(messages - unseen);
    if most == 0 || skip >= count {
        return Ok(SaidPage {
            messages: Vec::new(),
            count,
        });
    }
    let skip = stored_amount(skip);
    let left = stored_amount(count) - skip;
    let most = rows(most).min(left);
    let numbers = if skip + most <= left {
        let places = places(&written, skip + most);
        messages_from(conn, End::Newest, viewer.into(), places, (skip, most)).await?
    } else {
        // The oldest are nearer.
        let places = written.iter().map(|room| room.room).collect();
        messages_from(conn, End::Oldest, viewer.into(), places, (left - most, most)).await?
    };
    Ok(SaidPage {
        messages: messages_of(conn, numbers).await?,
        count,
    })
}

/// The newest messages of a room, by an index that deleted ones are not in.
pub(super) async fn newest(
    conn: &mut Conn,
    room: RoomId,
    viewer: UserId,
    skip: u64,
    most: usize,
) -> QueryResult<Vec<Arc<Event>>> {
    let page = (stored_amount(skip), rows(most));
    let numbers = messages_from(conn, End::Newest, viewer.into(), vec![room.into()], page).await?;
    messages_of(conn, numbers).await
}

/// The rooms of this range in which something was said, one look-up each however long their history is.
async fn written(conn: &mut Conn, viewer: UserId, range: (Id, Id)) -> QueryResult<Vec<Written>> {
    between!(viewer, range)
        .inner_join(streams::table.on(streams::id.eq(members::room_id)))
        .inner_join(
            events::table.on(events::stream_id
                .eq(members::room_id)
                .and(events::msg_no.eq(streams::msg_no))
                .and(events::rev.is_not_null())),
        )
        .select((
            members::room_id,
            members::visible_from,
            events::msg_no,
            events::number,
            events::seq,
            events::body.is_not_null(),
        ))
        .load(conn)
        .await
}

/// How many messages were before what the viewer may see. The event before that knows, one look-up a room.
async fn hidden(conn: &mut Conn, viewer: UserId, range: (Id, Id)) -> QueryResult<i64> {
    let before: Vec<i64> = between!(viewer, range)
        .inner_join(
            events::table.on(events::stream_id
                .eq(members::room_id)
                .and(events::seq.eq(members::visible_from - 1))),
        )
        .select(events::msg_no)
        .load(conn)
        .await?;
    Ok(before.into_iter().sum())
}

/// How many messages were deleted that the viewer could see. They have an index of their own, which a sum leaves as the only one.
async fn deleted(conn: &mut Conn, viewer: UserId, range: (Id, Id)) -> QueryResult<i64> {
    between!(viewer, range)
        .inner_join(
            events::table.on(events::stream_id
                .eq(members::room_id)
                .and(events::rev.is_not_null())
                .and(events::body.is_null())
                .and((events::seq + 0).ge(members::visible_from))),
        )
        .count()
        .get_result(conn)
        .await
}

/// The rooms in which the newest so many messages may stand. If there are as many whose newest message is shown, nothing older than
/// all of these counts.
fn places(written: &[Written], messages: i64) -> Vec<Id> {
    let mut shown: Vec<i64> = written
        .iter()
        .filter(|room| room.shows_newest())
        .map(|room| room.number)
        .collect();
    shown.sort_unstable_by_key(|number| Reverse(*number));
    let last = usize::try_from(messages - 1).unwrap_or(usize::MAX);
    let least = shown.get(last).copied().unwrap_or(i64::MIN);
    let near = written.iter().filter(|room| room.number >= least);
    near.map(|room| room.room).collect()
}

/// The messages with these numbers, the greatest first.
pub(in super::super) async fn messages_of(
    conn: &mut Conn,
    numbers: Vec<i64>,
) -> QueryResult<Vec<Arc<Event>>> {
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    let found: Vec<EventRow> = events::table
        .filter(events::number.eq_any(numbers))
        .select(EventRow::as_select())
        .load(conn)
        .await?;
    let mut messages = decode(conn, found).await?;
    messages.sort_unstable_by_key(|message| Reverse(message.number));
    Ok(messages.into_iter().map(Arc::new).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(room: u128, number: i64, said: bool) -> Written {
        Written {
            room: Id(Uuid::from_u128(room)),
            visible_from: 1,
            msg_no: 1,
            number,
            seq: 1,
            said,
        }
    }

    #[test]
    fn rooms_that_were_quiet_for_long_are_not_looked_into() {
        let all = [
            written(1, 10, true),
            written(2, 40, false),
            written(3, 30, true),
            written(4, 20, true),
        ];
        let rooms = |messages| -> Vec<u128> {
            let places = places(&all, messages).into_iter();
            places.map(|room| room.0.as_u128()).collect()
        };
        // What was deleted may hide what is older than all others.
        assert_eq!(rooms(1), [2, 3]);
        assert_eq!(rooms(2), [2, 3, 4]);
        assert_eq!(rooms(3), [1, 2, 3, 4]);
        assert_eq!(rooms(i64::MAX), [1, 2, 3, 4]);
    }
}
