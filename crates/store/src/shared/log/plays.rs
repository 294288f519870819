//! Voice messages that were played.

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{Event, MediaKind, Message, PageSize, RoomId, Seq, Timestamp, UserId, UserRef, What};
use parlor_ports::{AppendRefusal, MessageAct, Play, PlaysPage};

use super::super::super::Conn;
use super::super::Tx;
use super::super::users::{is_private, private_among};
use super::acting::{self, said};
use crate::counter::{Counter, rows};
use crate::id::Id;
use crate::schema::{members, plays};

pub(super) async fn mark(
    tx: &mut Tx<'_>,
    room: RoomId,
    seq: Seq,
    user: UserRef,
    at: Timestamp,
) -> QueryResult<MessageAct> {
    // Whose it is never changes, so that it can be read before the streams are locked.
    let sender = match acting::message(tx.conn, room, user.id, seq).await? {
        Ok((event, _)) => event.actor,
        Err(refusal) => return Ok(MessageAct::Refused(refusal)),
    };
    let people = [Some(user), sender].into_iter().flatten();
    tx.lock(people.map(|person| Id::of(person.id)).chain([Id::of(room)]))
        .await?;
    match acting::message(tx.conn, room, user.id, seq).await? {
        Err(refusal) => return Ok(MessageAct::Refused(refusal)),
        Ok((event, _)) if !said(&event).is_some_and(is_voice) => {
            return Ok(MessageAct::Refused(AppendRefusal::NoVoice));
        }
        Ok(_) => {}
    }
    let Some(sender) = sender.filter(|sender| sender.id != user.id) else {
        return Ok(MessageAct::Done(None));
    };
    let private = private_among(tx.conn, [user.id, sender.id]).await?;
    let noted = diesel::insert_into(plays::table)
        .values((
            plays::stream_id.eq(Id::of(room)),
            plays::seq.eq(seq.stored()),
            plays::user_id.eq(Id::of(user.id)),
            plays::user_number.eq(user.number),
            plays::played_at.eq(at.micros()),
            plays::private.eq(private.contains(&Id::of(user.id))),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn)
        .await?;
    if noted == 0 {
        return Ok(MessageAct::Done(None));
    }
    let played = What::VoicePlayed { room, target: seq };
    // Whoever writes in a channel learns nothing of its readers, and nobody anything in private mode.
    if private.is_empty() && !acting::is_channel(tx.conn, room).await? && is_member(tx, room, sender).await? {
        tx.append(sender.id, Some(user), played.clone(), at).await?;
    }
    tx.append(user.id, Some(user), played, at).await?;
    Ok(MessageAct::Done(None))
}

fn is_voice(message: &Message) -> bool {
    message.media.iter().any(|media| media.kind == MediaKind::Voice)
}

async fn is_member(tx: &mut Tx<'_>, room: RoomId, user: UserRef) -> QueryResult<bool> {
    let member = members::table.find((Id::of(room), Id::of(user.id)));
    diesel::select(exists(member)).get_result(tx.conn).await
}

pub(super) async fn list(
    conn: &mut Conn,
    (room, viewer): (RoomId, UserId),
    seq: Seq,
    after: Option<UserId>,
    size: PageSize,
) -> QueryResult<PlaysPage> {
    if is_private(conn, viewer).await? {
        return Ok(PlaysPage::default());
    }
    let mut query = plays::table
        .filter(plays::stream_id.eq(Id::of(room)))
        .filter(plays::seq.eq(seq.stored()))
        .filter(not(plays::private))
        .order(plays::user_id)
        .limit(rows(size.rows() + 1))
        .select((plays::user_id, plays::user_number, plays::played_at))
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(plays::user_id.gt(Id::of(after)));
    }
    let mut found: Vec<(Id, i64, i64)> = query.load(conn).await?;
    let more = found.len() > size.rows();
    found.truncate(size.rows());
    let plays: Vec<Play> = found
        .into_iter()
        .map(|(user, number, at)| Play {
            user: UserRef {
                id: user.into(),
                number,
            },
            at: Timestamp::from_micros(at),
        })
        .collect();
    Ok(PlaysPage {
        next: plays.last().filter(|_| more).map(|last| last.user.id),
        plays,
    })
}

/// Of these messages of a room, those that were played: by the viewer, or if they are his, by anybody of whom he may know.
pub(super) async fn among(
    conn: &mut Conn,
    room: RoomId,
    viewer: UserId,
    messages: &[impl AsRef<Event>],
) -> QueryResult<Vec<Seq>> {
    let (mut own, mut others) = (Vec::new(), Vec::new());
    for event in messages.iter().map(AsRef::as_ref) {
        if said(event).is_some_and(is_voice) {
            let is_own = event.actor.is_some_and(|sender| sender.id == viewer);
            if is_own { &mut own } else { &mut others }.push(event.seq.stored());
        }
    }
    let mut played: Vec<i64> = Vec::new();
    if !others.is_empty() {
        let by_viewer = plays::table
            .filter(plays::stream_id.eq(Id::of(room)))
            .filter(plays::seq.eq_any(others))
            .filter(plays::user_id.eq(Id::of(viewer)))
            .select(plays::seq);
        played.extend(by_viewer.load::<i64>(conn).await?);
    }
    if !own.is_empty() && is_private(conn, viewer).await? {
        own.clear();
    }
    // One look for each: a message may have been played by thousands, and one of them is enough.
    for seq in own {
        let by_anybody = plays::table
            .filter(plays::stream_id.eq(Id::of(room)))
            .filter(plays::seq.eq(seq))
            .filter(not(plays::private));
        if diesel::select(exists(by_anybody)).get_result(conn).await? {
            played.push(seq);
        }
    }
    played.sort_unstable();
    Ok(played.into_iter().map(Seq::loaded).collect())
}
