//! What backends say to users.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{AccountStatus, Media, Notice, Publication, Seq, UserId, UserRef, What};
use parlor_ports::{NewPublication, PublicationMade};

use super::super::{Tx, api_keys};
use crate::code::Code;
use crate::counter::Counter;
use crate::error::parse;
use crate::id::Id;
use crate::rows::{MediaRow, publication_digest};
use crate::schema::{api_keys as keys, media, media_uses, publications, users};

pub(super) async fn publish(tx: &mut Tx<'_>, new: NewPublication) -> QueryResult<PublicationMade> {
    tx.lock([Id::of(new.to)]).await?;
    // Whoever sends the same request to somebody else at the same time waits here, and whoever revokes the key.
    let name = new.idempotency_key.as_str();
    tx.claim(&api_keys::name(new.key)).await?;
    let key: Option<(String, Option<Id>)> = keys::table
        .find(new.key)
        .select((keys::name, keys::bot_id))
        .first(tx.conn)
        .await
        .optional()?;
    let Some((from, bot)) = key else {
        return Ok(PublicationMade::NoKey);
    };
    let digest = publication_digest(&new);
    let before: Option<(i64, i64)> = publications::table
        .find((new.key, name))
        .select((publications::digest, publications::seq))
        .first(tx.conn)
        .await
        .optional()?;
    match before {
        Some((known, seq)) if known == digest => return Ok(PublicationMade::Known(Seq::loaded(seq))),
        Some(_) => return Ok(PublicationMade::Conflict),
        None => {}
    }
    if account(tx, Id::of(new.to)).await?.is_none() {
        return Ok(PublicationMade::NoUser);
    }
    let bot = match bot {
        Some(bot) => account(tx, bot).await?,
        None => None,
    };
    let Some(media) = shown(tx, &new, bot).await? else {
        return Ok(PublicationMade::NoMedia);
    };
    let notice = Notice::Published(Box::new(Publication {
        from: parse("key's name", &from)?,
        title: new.title.clone(),
        text: new.text.clone(),
        media,
    }));
    let event = tx.notify(new.to, bot, What::Notified(notice), new.at).await?;
    show(tx, &new, event.seq).await?;
    diesel::insert_into(publications::table)
        .values((
            publications::key_number.eq(new.key),
            publications::idempotency_key.eq(name),
            publications::digest.eq(digest),
            publications::seq.eq(event.seq.stored()),
            publications::created_at.eq(new.at.micros()),
        ))
        .execute(tx.conn)
        .await?;
    Ok(PublicationMade::New(event))
}

/// An account that was not deleted.
async fn account(tx: &mut Tx<'_>, user: Id) -> QueryResult<Option<UserRef>> {
    let number: Option<i64> = users::table
        .find(user)
        .filter(users::status.ne(AccountStatus::Deleted.code()))
        .select(users::number)
        .first(tx.conn)
        .await
        .optional()?;
    let id: UserId = user.into();
    Ok(number.map(|number| UserRef { id, number }))
}

/// The media of a publication; `None` if its key's bot may not use them.
async fn shown(
    tx: &mut Tx<'_>,
    new: &NewPublication,
    bot: Option<UserRef>,
) -> QueryResult<Option<Box<[Media]>>> {
    if new.media.is_empty() {
        return Ok(Some(Box::default()));
    }
    let Some(bot) = bot else {
        return Ok(None);
    };
    let ids: Vec<Id> = new.media.iter().copied().map(Id::of).collect();
    let held = tx.hold_media(ids.clone()).await?;
    let held: HashMap<Id, MediaRow> = held.into_iter().map(|row| (row.id, row)).collect();
    let pieces = ids.iter().map(|id| {
        let row = held.get(id).filter(|row| row.serves(bot.id, new.at));
        row.map(MediaRow::media).transpose()
    });
    pieces.collect()
}

/// Writes down that an event shows media, which are kept from now on.
async fn show(tx: &mut Tx<'_>, new: &NewPublication, seq: Seq) -> QueryResult<()> {
    for piece in new.media.iter().copied().map(Id::of) {
        diesel::insert_into(media_uses::table)
            .values((
                media_uses::stream_id.eq(Id::of(new.to)),
                media_uses::seq.eq(seq.stored()),
                media_uses::media_id.eq(piece),
            ))
            .on_conflict_do_nothing()
            .execute(tx.conn)
            .await?;
        diesel::update(media::table.find(piece))
            .set(media::expires_at.eq(None::<i64>))
            .execute(tx.conn)
            .await?;
    }
    Ok(())
}
