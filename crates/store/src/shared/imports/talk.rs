//! Messages that come from older servers, at the ends of their rooms.

mod end;
mod facts;

use std::collections::HashSet;
use std::sync::Arc;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{ClientId, Event, Mentions, Message, Reactions, RoomKind, Seq, Timestamp, UserRef, What};
use parlor_ports::{MessageBrought, OldMessage, OldMessages, OldModel, Source};

use self::end::{End, ends, finish};
use self::facts::Facts;
use super::super::super::settle_numbers;
use super::super::Tx;
use super::{IMPORTS, brought, note};
use crate::counter::Counter;
use crate::error::{corrupt, parse};
use crate::id::Id;
use crate::rows::NewEvent;
use crate::schema::{events, media, media_uses};

/// So many keys are looked up in one statement.
const KEYS: usize = 1_000;

pub(super) async fn bring(tx: &mut Tx<'_>, new: OldMessages) -> QueryResult<Vec<MessageBrought>> {
    tx.claim(IMPORTS).await?;
    let all: HashSet<Id> = new.messages.iter().map(|message| message.room.into()).collect();
    tx.lock(all.iter().copied()).await?;
    tx.number_beyond(new.beyond.messages).await?;
    let mut known = known(tx, &new).await?;
    let mut facts = Facts::gather(tx, &new.messages, new.now).await?;
    let mut ends = ends(tx, all.into_iter().collect()).await?;
    let mut became = Vec::with_capacity(new.messages.len());
    for message in &new.messages {
        if !known.insert(message.key.clone()) {
            became.push(MessageBrought::Known);
            continue;
        }
        let told = match ends.get_mut(&Id::of(message.room)) {
            Some(end) => add(tx, &mut facts, end, message).await?,
            None => MessageBrought::NoRoom,
        };
        if let MessageBrought::Done(_) = told {
            let from = Source {
                origin: new.origin,
                model: OldModel::Message,
                key: message.key.clone(),
            };
            note(tx, &from, None, None).await?;
        }
        became.push(told);
    }
    for end in ends.into_values() {
        finish(tx, end).await?;
    }
    settle_numbers(tx.conn).await?;
    Ok(became)
}

/// The keys of those messages that came before.
async fn known(tx: &mut Tx<'_>, new: &OldMessages) -> QueryResult<HashSet<Box<str>>> {
    let mut known = HashSet::new();
    for messages in new.messages.chunks(KEYS) {
        let keys = messages.iter().map(|message| message.key.clone()).collect();
        let found = brought(tx.conn, new.origin, OldModel::Message, keys).await?;
        known.extend(found.into_iter().map(|known| known.key));
    }
    Ok(known)
}

/// Adds a message to the end of its room.
async fn add(
    tx: &mut Tx<'_>,
    facts: &mut Facts,
    end: &mut End,
    message: &OldMessage,
) -> QueryResult<MessageBrought> {
    let author = Id::of(message.author);
    let Some(&number) = facts.authors.get(&author) else {
        return Ok(MessageBrought::NoAuthor);
    };
    let actor = UserRef {
        id: message.author,
        number,
    };
    let is_member = facts.members.contains(&(end.stream.id, author));
    if !is_member && end.kind == RoomKind::Direct {
        return Ok(MessageBrought::NoRoom);
    }
    let Some(media) = facts.media(message)? else {
        return Ok(MessageBrought::NoMedia);
    };
    if !is_member && end.kind == RoomKind::Group && !end.guests.contains(&actor) {
        let joined = What::MembersJoined { users: vec![actor] };
        let event = end.grow((draw(tx)?, tx.tag()), actor, joined, message.at);
        store(tx, event, None, None).await?;
        end.guests.push(actor);
    }
    let client_id: ClientId = match &message.client_id {
        Some(client_id) => client_id.clone(),
        None => parse("client id", &tx.id(message.at).to_string())?,
    };
    let what = What::Message(Message {
        client_id: client_id.clone(),
        body: Some(message.body.clone()),
        media,
        reply_to: None,
        mentions: Mentions::default(),
        status: None,
        forwarded: false,
        edited_at: message.edited_at,
        rev: Seq::loaded(end.stream.seq + 1),
        reactions: Reactions::default(),
    });
    let number = match facts.kept(message, end) {
        Some(number) => number,
        None => draw(tx)?,
    };
    let event = end.grow((number, tx.tag()), actor, what, message.at);
    end.last = number;
    if message.unread {
        end.unread
            .push((event.seq.stored(), event.msg_no.stored() - 1, author));
    }
    if is_member {
        end.spoken
            .insert(author, (event.seq.stored(), message.at.micros()));
    }
    use_media(tx, &event, message).await?;
    store(tx, event, Some(client_id), message.edited_at).await?;
    Ok(MessageBrought::Done(number))
}

/// A number for whatever cannot keep one.
fn draw(tx: &mut Tx<'_>) -> QueryResult<i64> {
    tx.number()
        .ok_or_else(|| corrupt("number", "nobody has said where numbers begin"))
}

async fn store(
    tx: &mut Tx<'_>,
    event: Event,
    client_id: Option<ClientId>,
    edited_at: Option<Timestamp>,
) -> QueryResult<()> {
    let row = NewEvent {
        client_id: client_id.map(|id| id.as_str().to_owned()),
        ..NewEvent::of(&event)
    };
    diesel::insert_into(events::table)
        .values((
            row,
            events::number.eq(event.number),
            events::edited_at.eq(edited_at.map(Timestamp::micros)),
        ))
        .execute(tx.conn)
        .await?;
    tx.publish(Arc::new(event));
    Ok(())
}

/// Keeps what a message shows.
async fn use_media(tx: &mut Tx<'_>, event: &Event, message: &OldMessage) -> QueryResult<()> {
    for id in &message.media {
        diesel::insert_into(media_uses::table)
            .values((
                media_uses::stream_id.eq(Id::of(event.stream)),
                media_uses::seq.eq(event.seq.stored()),
                media_uses::media_id.eq(Id::of(*id)),
            ))
            .on_conflict_do_nothing()
            .execute(tx.conn)
            .await?;
        diesel::update(media::table.find(Id::of(*id)))
            .set(media::expires_at.eq(None::<i64>))
            .execute(tx.conn)
            .await?;
    }
    Ok(())
}
