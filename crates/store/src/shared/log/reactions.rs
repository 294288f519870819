//! Reactions to messages.

use std::collections::BTreeSet;
use std::sync::Arc;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{
    Emoji, Event, Message, PageSize, Reaction, ReactionCount, Reactions, RoomId, RoomKind, Seq, Timestamp,
    UserId, UserRef, What,
};
use parlor_ports::{AppendRefusal, MessageAct, ReactionsPage};

use super::super::super::Conn;
use super::super::Tx;
use super::acting::{self, said};
use super::counting;
use crate::counter::{Counter, rows};
use crate::id::Id;
use crate::schema::{events, reaction_counts, reactions};

pub(super) async fn set(
    tx: &mut Tx<'_>,
    (room, target): (RoomId, Seq),
    user: UserRef,
    (emoji, on): (Emoji, bool),
    at: Timestamp,
) -> QueryResult<MessageAct> {
    let unseen = acting::is_channel(tx.conn, room).await?;
    let own = unseen.then(|| Id::of(user.id));
    tx.lock(own.into_iter().chain([Id::of(room)])).await?;
    let found = acting::message(tx.conn, room, user.id, target).await?;
    if let Err(refusal) = found.and_then(|(_, standing)| standing.may_speak(at)) {
        return Ok(MessageAct::Refused(refusal));
    }
    let place = (Id::of(room), target.stored());
    let own: Vec<String> = reactions::table
        .filter(reactions::user_id.eq(Id::of(user.id)))
        .filter(reactions::stream_id.eq(place.0))
        .filter(reactions::seq.eq(place.1))
        .select(reactions::emoji)
        .load(tx.conn)
        .await?;
    if on == own.iter().any(|own| own == emoji.as_str()) {
        return Ok(MessageAct::Done(None));
    }
    let mut kinds: BTreeSet<String> = counts(tx.conn, place)
        .await?
        .iter()
        .map(|count| count.emoji.to_string())
        .collect();
    if unseen {
        kinds.extend(counting::brought(tx.conn, place).await?);
    }
    let is_new = !kinds.contains(emoji.as_str());
    if on && (own.len() >= Reactions::OWN || is_new && kinds.len() >= Reactions::KINDS) {
        return Ok(MessageAct::Refused(AppendRefusal::TooManyReactions));
    }
    write(tx, place, user, (&emoji, on), at).await?;
    // The stream is locked, so this is its next event.
    let rev = tx.next_seq(room).await?;
    let more = if on { 1 } else { -1 };
    if unseen {
        counting::note(tx, place, (&emoji, more), at).await?;
        let own = What::OwnReaction {
            room,
            target,
            emoji,
            on,
            rev,
        };
        tx.append(user.id, Some(user), own, at).await?;
        return Ok(MessageAct::Done(None));
    }
    add(tx, place, (emoji.as_str(), more), rev).await?;
    let reacted = What::Reacted {
        target,
        emoji,
        on,
        reactions: counted(tx, place, rev).await?,
    };
    let told = tx.append(room, Some(user), reacted, at).await?;
    Ok(MessageAct::Done(Some(told)))
}

/// Writes down, or strikes out, that somebody has put an emoji there.
async fn write(
    tx: &mut Tx<'_>,
    (stream, seq): (Id, i64),
    user: UserRef,
    (emoji, on): (&Emoji, bool),
    at: Timestamp,
) -> QueryResult<()> {
    if on {
        diesel::insert_into(reactions::table)
            .values((
                reactions::stream_id.eq(stream),
                reactions::seq.eq(seq),
                reactions::emoji.eq(emoji.as_str()),
                reactions::user_id.eq(Id::of(user.id)),
                reactions::user_number.eq(user.number),
                reactions::reacted_at.eq(at.micros()),
            ))
            .execute(tx.conn)
            .await?;
    } else {
        diesel::delete(reactions::table.find((stream, seq, emoji.as_str(), Id::of(user.id))))
            .execute(tx.conn)
            .await?;
    }
    Ok(())
}

/// Counts so many more of an emoji, or less, as the event of this seq tells.
pub(super) async fn add(
    tx: &mut Tx<'_>,
    (stream, seq): (Id, i64),
    (emoji, more): (&str, i64),
    rev: Seq,
) -> QueryResult<()> {
    diesel::insert_into(reaction_counts::table)
        .values((
            reaction_counts::stream_id.eq(stream),
            reaction_counts::seq.eq(seq),
            reaction_counts::emoji.eq(emoji),
            reaction_counts::amount.eq(more),
            reaction_counts::since.eq(rev.stored()),
        ))
        .on_conflict((
            reaction_counts::stream_id,
            reaction_counts::seq,
            reaction_counts::emoji,
        ))
        .do_update()
        .set(reaction_counts::amount.eq(reaction_counts::amount + more))
        .execute(tx.conn)
        .await?;
    diesel::delete(reaction_counts::table.find((stream, seq, emoji)))
        .filter(reaction_counts::amount.le(0))
        .execute(tx.conn)
        .await?;
    Ok(())
}

/// Notes at a message that its reactions changed with this event, and gives what they are.
pub(super) async fn counted(tx: &mut Tx<'_>, place: (Id, i64), rev: Seq) -> QueryResult<Reactions> {
    diesel::update(events::table.find(place))
        .set(events::reacted.eq(rev.stored()))
        .execute(tx.conn)
        .await?;
    let counts = counts(tx.conn, place).await?.into();
    Ok(Reactions { counts, rev })
}

async fn counts(conn: &mut Conn, (stream, seq): (Id, i64)) -> QueryResult<Vec<ReactionCount>> {
    let found: Vec<(String, i64)> = reaction_counts::table
        .filter(reaction_counts::stream_id.eq(stream))
        .filter(reaction_counts::seq.eq(seq))
        .order((reaction_counts::since, reaction_counts::emoji))
        .select((reaction_counts::emoji, reaction_counts::amount))
        .load(conn)
        .await?;
    Ok(found.into_iter().map(count).collect())
}

/// How many there are of an emoji.
pub(super) fn count((emoji, amount): (String, i64)) -> ReactionCount {
    ReactionCount {
        emoji: Emoji::stored(emoji),
        count: u32::try_from(amount).unwrap_or(u32::MAX),
    }
}

pub(super) async fn list(
    conn: &mut Conn,
    (room, target): (RoomId, Seq),
    emoji: Emoji,
    after: Option<UserId>,
    size: PageSize,
) -> QueryResult<ReactionsPage> {
    let mut query = reactions::table
        .filter(reactions::stream_id.eq(Id::of(room)))
        .filter(reactions::seq.eq(target.stored()))
        .filter(reactions::emoji.eq(emoji.as_str().to_owned()))
        .order(reactions::user_id)
        .limit(rows(size.rows() + 1))
        .select((reactions::user_id, reactions::user_number, reactions::reacted_at))
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(reactions::user_id.gt(Id::of(after)));
    }
    let mut found: Vec<(Id, i64, i64)> = query.load(conn).await?;
    let more = found.len() > size.rows();
    found.truncate(size.rows());
    let reactions: Vec<Reaction> = found
        .into_iter()
        .map(|(user, number, at)| Reaction {
            user: UserRef {
                id: user.into(),
                number,
            },
            at: Timestamp::from_micros(at),
        })
        .collect();
    Ok(ReactionsPage {
        next: reactions.last().filter(|_| more).map(|last| last.user.id),
        reactions,
    })
}

/// What the viewer himself has put to these messages of a room. In a channel that need not be counted yet.
pub(super) async fn of_viewer(
    conn: &mut Conn,
    (room, kind): (RoomId, RoomKind),
    viewer: UserId,
    messages: &[Arc<Event>],
) -> QueryResult<Vec<(Seq, Emoji)>> {
    let reacted = messages.iter().filter(|event| {
        let counted = |message: &Message| !message.reactions.counts.is_empty();
        said(event).is_some_and(|message| kind == RoomKind::Channel || counted(message))
    });
    let reacted: Vec<i64> = reacted.map(|event| event.seq.stored()).collect();
    if reacted.is_empty() {
        return Ok(Vec::new());
    }
    let found: Vec<(i64, String)> = reactions::table
        .filter(reactions::user_id.eq(Id::of(viewer)))
        .filter(reactions::stream_id.eq(Id::of(room)))
        .filter(reactions::seq.eq_any(reacted))
        .order((reactions::seq, reactions::emoji))
        .select((reactions::seq, reactions::emoji))
        .load(conn)
        .await?;
    Ok(found
        .into_iter()
        .map(|(seq, emoji)| (Seq::loaded(seq), Emoji::stored(emoji)))
        .collect())
}
