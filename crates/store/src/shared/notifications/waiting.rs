//! Messages of which somebody is to be notified.

use std::sync::Arc;

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{AccountStatus, Event, Mentions, Notice, NotifyLevel, Seq, Timestamp, UserRef, What};
use parlor_ports::Notified;

use super::super::super::Conn;
use super::super::Tx;
use super::{Place, Seen, said};
use crate::code::{Code, Notifies};
use crate::counter::{Counter, rows};
use crate::id::Id;
use crate::schema::{blocks, members, notifications, users, waiting_notices};

/// So many people are notified in one transaction, or all of one message, so that nobody waits long for it.
const PEOPLE: usize = 2 * Mentions::MOST;

/// A message that waits.
struct Waiting {
    place: Place,
    /// `None` if it was deleted.
    message: Option<Arc<Event>>,
    /// Whether it was said to one person alone.
    is_direct: bool,
    /// Who may be to be notified.
    readers: Vec<Id>,
}

/// Somebody who may be to be notified.
struct Reader {
    user: UserRef,
    read: i64,
}

pub(super) async fn notify(tx: &mut Tx<'_>, now: Timestamp, most: usize) -> QueryResult<Notified> {
    let due: Vec<(Id, i64, Option<Id>)> = waiting_notices::table
        .filter(waiting_notices::due_at.le(now.micros()))
        .order(waiting_notices::due_at)
        .limit(rows(most))
        .select((
            waiting_notices::room_id,
            waiting_notices::seq,
            waiting_notices::peer_id,
        ))
        .load(tx.conn)
        .await?;
    let places = due.iter().map(|(room, seq, _)| Place {
        room: *room,
        seq: *seq,
    });
    let mut messages = said(tx.conn, places.collect()).await?;
    let mut work: Vec<Waiting> = Vec::new();
    let mut people = 0;
    for (room, seq, peer) in due {
        let place = Place { room, seq };
        let message = messages.remove(&place);
        let readers = match (peer, &message) {
            (_, None) => Vec::new(),
            (Some(peer), Some(_)) => vec![peer],
            (None, Some(message)) => named(message),
        };
        people += readers.len();
        if people > PEOPLE && !work.is_empty() {
            break;
        }
        work.push(Waiting {
            place,
            message,
            is_direct: peer.is_some(),
            readers,
        });
    }
    // Whoever is notified hears of nothing else meanwhile: he comes into no room, leaves none, and blocks nobody.
    let streams = work.iter().flat_map(|waiting| waiting.readers.iter().copied());
    tx.lock(streams.collect::<Vec<_>>()).await?;
    let handled = work.len();
    for waiting in work {
        let Place { room, seq } = waiting.place;
        let waited = diesel::delete(waiting_notices::table.find((room, seq)))
            .execute(tx.conn)
            .await?;
        // Another process may have done it meanwhile.
        if waited > 0 {
            tell(tx, waiting, now).await?;
        }
    }
    Ok(Notified {
        messages: handled,
        next: next(tx.conn).await?,
    })
}

/// When the time of the next message comes that waits.
pub(super) async fn next(conn: &mut Conn) -> QueryResult<Option<Timestamp>> {
    let next: Option<i64> = waiting_notices::table
        .order(waiting_notices::due_at)
        .select(waiting_notices::due_at)
        .first(conn)
        .await
        .optional()?;
    Ok(next.map(Timestamp::from_micros))
}

/// Whom a message names, but for its sender.
fn named(message: &Event) -> Vec<Id> {
    let What::Message(said) = &message.what else {
        return Vec::new();
    };
    let sender = message.actor.map(|sender| sender.id);
    let others = said.mentions.users.iter().filter(|user| Some(user.id) != sender);
    others.map(|user| Id::of(user.id)).collect()
}

async fn tell(tx: &mut Tx<'_>, waiting: Waiting, at: Timestamp) -> QueryResult<()> {
    let Waiting {
        place,
        message: Some(message),
        is_direct,
        readers,
    } = waiting
    else {
        return Ok(());
    };
    let (room, target) = (place.room.into(), Seq::loaded(place.seq));
    let is_reply = matches!(&message.what, What::Message(said) if said.status.is_some());
    let loud: &[NotifyLevel] = if is_direct {
        &[NotifyLevel::All]
    } else {
        &[NotifyLevel::All, NotifyLevel::Mentions]
    };
    for reader in reached(tx.conn, place, &message, readers, loud, at).await? {
        if is_direct && reader.read >= place.seq {
            continue;
        }
        let notice = match (is_direct, is_reply) {
            (true, true) => Notice::StatusReply { room, target },
            (true, false) if knows(tx.conn, place.room, &reader).await? => continue,
            (true, false) => Notice::Direct { room, target },
            (false, _) => Notice::Mention { room, target },
        };
        tx.notify(reader.user.id, message.actor, What::Notified(notice), at)
            .await?;
    }
    Ok(())
}

/// Of these people, those who are in the room and want so much to be notified there at this time, may see the message, and are not
/// kept from its sender by a block. A bot reads nothing.
async fn reached(
    conn: &mut Conn,
    place: Place,
    message: &Event,
    readers: Vec<Id>,
    loud: &[NotifyLevel],
    at: Timestamp,
) -> QueryResult<Vec<Reader>> {
    let Some(sender) = message.actor.map(|sender| Id::of(sender.id)) else {
        return Ok(Vec::new());
    };
    let by_reader = blocks::table
        .filter(blocks::user_id.eq(members::user_id))
        .filter(blocks::blocked_id.eq(sender));
    let by_sender = blocks::table
        .filter(blocks::user_id.eq(sender))
        .filter(blocks::blocked_id.eq(members::user_id));
    let found: Vec<(Id, i64, i64)> = members::table
        .inner_join(users::table.on(users::id.eq(members::user_id)))
        .filter(members::room_id.eq(place.room))
        .filter(members::user_id.eq_any(readers))
        .filter(members::visible_from.le(place.seq))
        .filter(users::status.ne(AccountStatus::Deleted.code()))
        .filter(users::bot.eq(false))
        .filter(not(exists(by_reader)))
        .filter(not(exists(by_sender)))
        .filter(members::notify.eq_any(loud.iter().map(|level| level.code())))
        .filter(
            members::quiet_until
                .is_null()
                .or(members::quiet_until.assume_not_null().le(at.micros())),
        )
        .order(members::user_id)
        .select((users::id, users::number, members::read_seq))
        .load(conn)
        .await?;
    let reader = |(id, number, read): (Id, i64, i64)| Reader {
        user: UserRef {
            id: id.into(),
            number,
        },
        read,
    };
    Ok(found.into_iter().map(reader).collect())
}

/// Whether a notification of a direct message to somebody in this room is unread, so that he knows that there is something to read.
async fn knows(conn: &mut Conn, room: Id, reader: &Reader) -> QueryResult<bool> {
    let user = Id::of(reader.user.id);
    let seen = Seen::of(conn, user).await?;
    let last: Option<i64> = notifications::table
        .filter(notifications::user_id.eq(user))
        .filter(notifications::room_id.eq(room))
        .filter(notifications::target.gt(reader.read))
        .filter(notifications::kind.eq(Notifies::Direct.code()))
        .order(notifications::target.desc())
        .select(notifications::seq)
        .first(conn)
        .await
        .optional()?;
    Ok(last.is_some_and(|last| last > seen.up_to))
}
