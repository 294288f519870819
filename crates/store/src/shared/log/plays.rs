//! Voice messages that were played.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{Event, MediaKind, Message, PageSize, RoomId, Seq, Timestamp, UserId, UserRef, What};
use parlor_ports::{Play, Played, PlaysPage};

use super::super::super::Conn;
use super::super::Tx;
use super::message;
use crate::counter::{Counter, rows};
use crate::id::Id;
use crate::schema::{members, plays};

pub(super) async fn mark(
    tx: &mut Tx<'_>,
    room: RoomId,
    seq: Seq,
    user: UserRef,
    at: Timestamp,
) -> QueryResult<Played> {
    // Whose it is never changes, so that it can be read before the streams are locked.
    let Some(sender) = message(tx.conn, room, user.id, seq)
        .await?
        .map(|event| event.actor)
    else {
        return Ok(Played::NoMessage);
    };
    let people = [Some(user), sender].into_iter().flatten();
    tx.lock(people.map(|person| Id::of(person.id)).chain([Id::of(room)]))
        .await?;
    let event = message(tx.conn, room, user.id, seq).await?;
    match event.as_deref().and_then(said) {
        None => return Ok(Played::NoMessage),
        Some(message) if !is_voice(message) => return Ok(Played::NoVoice),
        Some(_) => {}
    }
    let Some(sender) = sender.filter(|sender| sender.id != user.id) else {
        return Ok(Played::Done);
    };
    let noted = diesel::insert_into(plays::table)
        .values((
            plays::stream_id.eq(Id::of(room)),
            plays::seq.eq(seq.stored()),
            plays::user_id.eq(Id::of(user.id)),
            plays::user_number.eq(user.number),
            plays::played_at.eq(at.micros()),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn)
        .await?;
    if noted == 0 {
        return Ok(Played::Done);
    }
    let played = What::VoicePlayed { room, target: seq };
    if is_member(tx, room, sender).await? {
        tx.append(sender.id, Some(user), played.clone(), at).await?;
    }
    tx.append(user.id, Some(user), played, at).await?;
    Ok(Played::Done)
}

/// A message that was not deleted.
fn said(event: &Event) -> Option<&Message> {
    match &event.what {
        What::Message(message) => Some(message).filter(|message| message.body.is_some()),
        _ => None,
    }
}

fn is_voice(message: &Message) -> bool {
    message.media.iter().any(|media| media.kind == MediaKind::Voice)
}

async fn is_member(tx: &mut Tx<'_>, room: RoomId, user: UserRef) -> QueryResult<bool> {
    let member = members::table.find((Id::of(room), Id::of(user.id)));
    diesel::select(diesel::dsl::exists(member))
        .get_result(tx.conn)
        .await
}

pub(super) async fn list(
    conn: &mut Conn,
    room: RoomId,
    seq: Seq,
    after: Option<UserId>,
    size: PageSize,
) -> QueryResult<PlaysPage> {
    let mut query = plays::table
        .filter(plays::stream_id.eq(Id::of(room)))
        .filter(plays::seq.eq(seq.stored()))
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

/// Of these messages of a room, those that were played: by the viewer, or if they are his, by anybody.
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
    if own.is_empty() && others.is_empty() {
        return Ok(Vec::new());
    }
    let by_viewer = plays::user_id.eq(Id::of(viewer)).and(plays::seq.eq_any(others));
    let played: Vec<i64> = plays::table
        .filter(plays::stream_id.eq(Id::of(room)))
        .filter(by_viewer.or(plays::seq.eq_any(own)))
        .order(plays::seq)
        .select(plays::seq)
        .distinct()
        .load(conn)
        .await?;
    Ok(played.into_iter().map(Seq::loaded).collect())
}
