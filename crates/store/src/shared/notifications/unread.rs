//! What somebody has not read in his direct rooms.

use std::cmp::Reverse;
use std::sync::Arc;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{Event, UserId};

use super::super::super::Conn;
use super::super::log::{messages_of, text};
use crate::budget;
use crate::counter::rows;
use crate::id::Id;
use crate::schema::{events, members, streams};

/// In so many rooms it is looked for unread messages at a time.
const AT_ONCE: usize = 100;

/// A direct room in which something is unread.
#[derive(Debug, Queryable)]
struct Behind {
    room: Id,
    /// The number of the newest.
    newest: i64,
}

/// The newest messages of others in somebody's direct rooms that he has not read. All that is behind his own mark is of others, since it
/// moves to what he says himself.
pub(super) async fn direct(conn: &mut Conn, user: UserId, most: usize) -> QueryResult<Vec<Arc<Event>>> {
    let mut behind = behind(conn, user).await?;
    behind.sort_unstable_by_key(|room| Reverse(room.newest));
    let mut numbers: Vec<i64> = Vec::new();
    for rooms in behind.chunks(AT_ONCE) {
        let newest = rooms.first().map(|room| room.newest);
        // What is older than so many others is not asked for.
        if numbers.len() >= most && numbers.last().copied() > newest {
            break;
        }
        numbers.extend(unread_in(conn, user, rooms, most).await?);
        numbers.sort_unstable_by_key(|number| Reverse(*number));
        numbers.truncate(most);
    }
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    let mut messages = messages_of(conn, numbers).await?;
    let fitting = budget::fitting(budget::PAGE, messages.iter().map(|message| text(message)));
    messages.truncate(fitting);
    Ok(messages)
}

/// The direct rooms with others in which something is unread, but for those across a block: one look-up each, however much it is.
async fn behind(conn: &mut Conn, user: UserId) -> QueryResult<Vec<Behind>> {
    members::table
        .inner_join(streams::table.on(streams::id.eq(members::room_id)))
        .inner_join(
            events::table.on(events::stream_id
                .eq(members::room_id)
                .and(events::msg_no.eq(streams::msg_no))
                .and(events::rev.is_not_null())),
        )
        .filter(members::user_id.eq(Id::of(user)))
        .filter(members::peer_id.is_not_null())
        .filter(members::barred.eq(0_i16))
        .filter(events::msg_no.gt(members::read_msg_no))
        .select((members::room_id, events::number))
        .load(conn)
        .await
}

/// The numbers of the newest messages that are unread in these rooms, without deleted ones. In each no more than so many of the newest
/// are looked at, deleted ones among them.
async fn unread_in(conn: &mut Conn, user: UserId, rooms: &[Behind], most: usize) -> QueryResult<Vec<i64>> {
    let ids: Vec<Id> = rooms.iter().map(|behind| behind.room).collect();
    members::table
        .inner_join(streams::table.on(streams::id.eq(members::room_id)))
        .inner_join(
            events::table.on(events::stream_id
                .eq(members::room_id)
                .and(events::rev.is_not_null())),
        )
        .filter(members::user_id.eq(Id::of(user)))
        .filter(members::room_id.eq_any(ids))
        .filter(events::body.is_not_null())
        .filter(events::msg_no.gt(members::read_msg_no))
        .filter(events::msg_no.gt(streams::msg_no - rows(most)))
        .order(events::number.desc())
        .limit(rows(most))
        .select(events::number)
        .load(conn)
        .await
}
