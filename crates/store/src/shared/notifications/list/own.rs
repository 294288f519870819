//! What stands in people's own streams.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{Event, Notice, StreamId, What};
use parlor_ports::{About, Notification, NotificationCursor};

use super::super::super::super::Conn;
use super::super::super::log::decode;
use super::super::{Place, said};
use super::Viewer;
use crate::code::{Code, Notifies};
use crate::counter::Counter;
use crate::rows::EventRow;
use crate::schema::{blocks, contact_requests, events, members, notifications};

/// What stands in his own stream.
pub(super) async fn list(
    conn: &mut Conn,
    viewer: &Viewer,
    after: Option<NotificationCursor>,
    unread_only: bool,
    most: i64,
) -> QueryResult<Vec<Notification>> {
    let mut query = own!(viewer)
        .order((notifications::created_at.desc(), notifications::seq.desc()))
        .limit(most)
        .select((notifications::seq, members::read_seq.nullable()))
        .into_boxed();
    if let Some(after) = after {
        let at = after.at.micros();
        // Which of those at the same time come later.
        let before = match StreamId::from(viewer.id).cmp(&after.stream) {
            Ordering::Less => i64::MAX,
            Ordering::Equal => after.seq.stored(),
            Ordering::Greater => 0,
        };
        query = query
            .filter(notifications::created_at.le(at))
            .filter(notifications::created_at.lt(at).or(notifications::seq.lt(before)));
    }
    if unread_only {
        query = query.filter(unseen!(viewer));
    }
    let found: Vec<(i64, Option<i64>)> = query.load(conn).await?;
    let read: HashMap<i64, Option<i64>> = found.into_iter().collect();
    let told: Vec<EventRow> = events::table
        .filter(events::stream_id.eq(viewer.key))
        .filter(events::seq.eq_any(read.keys().copied().collect::<Vec<_>>()))
        .select(EventRow::as_select())
        .load(conn)
        .await?;
    let told = decode(conn, told).await?;
    let about = told.iter().filter_map(|event| match &event.what {
        What::Notified(notice) => notice.message(),
        _ => None,
    });
    let places = about.map(|(room, seq)| Place::new(room, seq));
    let messages = said(conn, places.collect()).await?;
    let notification = |event: Event| {
        let read = read.get(&event.seq.stored()).copied().flatten();
        notification(viewer, event, read, &messages)
    };
    Ok(told.into_iter().filter_map(notification).collect())
}

fn notification(
    viewer: &Viewer,
    event: Event,
    read: Option<i64>,
    messages: &HashMap<Place, Arc<Event>>,
) -> Option<Notification> {
    let mut is_read = event.seq.stored() <= viewer.seen.up_to;
    let mut message = |notice: &Notice| {
        let (room, seq) = notice.message()?;
        is_read |= read.is_some_and(|read| seq.stored() <= read);
        messages.get(&Place::new(room, seq)).cloned()
    };
    let about = match event.what {
        What::Notified(notice @ Notice::Mention { .. }) => About::Mention(message(&notice)?),
        What::Notified(notice @ Notice::Direct { .. }) => About::Direct(message(&notice)?),
        What::Notified(notice @ Notice::StatusReply { .. }) => About::StatusReply(message(&notice)?),
        What::Notified(Notice::Published(said)) => About::Published(*said),
        What::RoomJoined { room, .. } => About::Invite(room),
        What::ContactRequested { note, .. } => About::ContactRequest(note),
        _ => return None,
    };
    Some(Notification {
        stream: event.stream,
        seq: event.seq,
        at: event.at,
        actor: event.actor,
        about,
        unread: !is_read,
    })
}
