//! Lists of what people are notified of: what stands in their own streams, and messages to all, which stand in their rooms.

#[macro_use]
mod wanted;

mod own;
mod to_all;
mod unread;

use std::cmp::Reverse;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{PageSize, StreamId, Timestamp, UserId};
use parlor_ports::{About, Notification, NotificationCursor, NotificationsPage, Snapshot};

use super::super::super::Conn;
use super::super::log::text;
use super::Seen;
use crate::budget;
use crate::counter::rows;
use crate::id::Id;
use crate::rows::StreamRow;
use crate::schema::streams;

/// Who looks, and how far he has seen.
#[derive(Clone, Copy)]
struct Viewer {
    id: UserId,
    key: Id,
    seen: Seen,
    since: i64,
}

pub(super) async fn list(
    conn: &mut Conn,
    user: UserId,
    (since, now): (Timestamp, Timestamp),
    after: Option<NotificationCursor>,
    unread_only: bool,
    size: PageSize,
) -> QueryResult<NotificationsPage> {
    let viewer = Viewer {
        id: user,
        key: Id::of(user),
        seen: Seen::of(conn, Id::of(user)).await?,
        since: since.micros(),
    };
    let head: StreamRow = streams::table
        .find(viewer.key)
        .select(StreamRow::as_select())
        .first(conn)
        .await?;
    let one_more = rows(size.rows() + 1);
    let mut found = own::list(conn, &viewer, after, unread_only, one_more).await?;
    found.extend(to_all::list(conn, viewer, now, after, unread_only, one_more).await?);
    found.sort_by_key(|found| Reverse(place(found)));
    let fitting = budget::fitting(budget::PAGE, found.iter().map(size_of));
    let shown = fitting.min(size.rows());
    let more = shown < found.len();
    found.truncate(shown);
    let next = found.last().filter(|_| more).map(|last| NotificationCursor {
        at: last.at,
        stream: last.stream,
        seq: last.seq,
    });
    Ok(NotificationsPage {
        notifications: found,
        unread: unread::count(conn, &viewer, NotificationsPage::COUNTED).await?,
        next,
        as_of: head.position(),
    })
}

fn place(of: &Notification) -> (Timestamp, StreamId, u64) {
    (of.at, of.stream, of.seq.0)
}

/// How much a notification lets somebody read.
fn size_of(notification: &Notification) -> usize {
    match &notification.about {
        About::Mention(message)
        | About::All(message)
        | About::Direct(message)
        | About::StatusReply(message) => text(message),
        About::Published(said) => said.text.as_str().len(),
        About::Invite(_) | About::ContactRequest(_) => 0,
    }
}

/// How many notifications are unread of who opens a socket, whose own stream stands there. So that this costs little however much
/// there is, no more are counted than [`Snapshot::NOTIFICATIONS`], and only the newest events of his own stream are looked at.
pub(in super::super) async fn unread_at(
    conn: &mut Conn,
    user: UserId,
    seen: Seen,
    own: &StreamRow,
    since: Timestamp,
) -> QueryResult<u64> {
    let viewer = Viewer {
        id: user,
        key: Id::of(user),
        seen: Seen {
            up_to: seen.up_to.max(own.seq - Snapshot::LOOKED_AT),
            ..seen
        },
        since: since.micros(),
    };
    unread::count(conn, &viewer, Snapshot::NOTIFICATIONS).await
}
