//! Messages to all, which stand in their rooms.

use std::sync::Arc;
use std::time::Duration;

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{Event, NotifyLevel, Timestamp};
use parlor_ports::{About, Notification, NotificationCursor};

use super::super::super::super::Conn;
use super::super::super::log::decode;
use super::Viewer;
use crate::code::Code;
use crate::counter::{Counter, rows};
use crate::id::Id;
use crate::rows::EventRow;
use crate::schema::{blocks, events, members, notifications};

/// The first look goes so far back.
const FIRST: Duration = Duration::from_hours(24);
/// Each further look goes so many times as far.
const FARTHER: u32 = 8;

/// What stands in his rooms. So that no more is read than a page needs, and some, however much there is, each look goes farther
/// back, until it finds enough.
pub(super) async fn list(
    conn: &mut Conn,
    viewer: Viewer,
    now: Timestamp,
    after: Option<NotificationCursor>,
    unread_only: bool,
    most: i64,
) -> QueryResult<Vec<Notification>> {
    let newest = after.map_or(now, |after| after.at);
    let mut back = FIRST;
    loop {
        let since = viewer.since.max((newest - back).micros());
        let near = Viewer { since, ..viewer };
        let found = look(conn, &near, after, unread_only, most).await?;
        if since == viewer.since || rows(found.len()) == most {
            return Ok(found);
        }
        back *= FARTHER;
    }
}

/// What stands in his rooms, as far as it is to be looked at.
async fn look(
    conn: &mut Conn,
    viewer: &Viewer,
    after: Option<NotificationCursor>,
    unread_only: bool,
    most: i64,
) -> QueryResult<Vec<Notification>> {
    let mut query = to_all!(viewer)
        .order((
            events::created_at.desc(),
            events::stream_id.desc(),
            events::seq.desc(),
        ))
        .limit(most)
        .select((members::read_seq, EventRow::as_select()))
        .into_boxed();
    if let Some(after) = after {
        let (at, stream) = (after.at.micros(), Id::of(after.stream));
        query = query.filter(events::created_at.le(at)).filter(
            events::created_at
                .lt(at)
                .or(events::stream_id.lt(stream))
                .or(events::stream_id
                    .eq(stream)
                    .and(events::seq.lt(after.seq.stored()))),
        );
    }
    if unread_only {
        query = query.filter(unseen_to_all!(viewer));
    }
    let (read, found): (Vec<i64>, Vec<EventRow>) =
        query.load::<(i64, EventRow)>(conn).await?.into_iter().unzip();
    let messages = decode(conn, found).await?;
    let notification = |(read, event): (i64, Event)| Notification {
        stream: event.stream,
        seq: event.seq,
        at: event.at,
        actor: event.actor,
        unread: event.seq.stored() > read && event.at.micros() > viewer.seen.until,
        about: About::All(Arc::new(event)),
    };
    Ok(read.into_iter().zip(messages).map(notification).collect())
}
