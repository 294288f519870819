//! Sending to a list: what is accepted, and the next messages of it.

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{AccountStatus, BroadcastId, MediaId, MessageBody, Timestamp, UserId, UserRef, What};
use parlor_ports::{Batch, BroadcastPut, BroadcastRefusal, NewBroadcast, RoomRefusal, Skip};

use super::super::super::Conn;
use super::super::Tx;
use super::super::rooms::open_directs;
use super::{owned, showing};
use crate::code::Code;
use crate::counter::rows;
use crate::id::{DbId, Id};
use crate::rows::{BroadcastRow, broadcast_digest};
use crate::schema::{broadcast_media, broadcast_recipients, broadcast_sends, broadcasts, media, users};

/// So many messages are in a batch.
const BATCH: usize = 50;

pub(super) async fn send(tx: &mut Tx<'_>, new: NewBroadcast) -> QueryResult<BroadcastPut> {
    tx.lock([Id::of(new.sender.id)]).await?;
    let Some(list) = owned(tx.conn, new.list, new.sender.id).await? else {
        return Ok(BroadcastPut::Refused(BroadcastRefusal::NoList));
    };
    if let Some(put) = sent_before(tx.conn, &new).await? {
        return Ok(put);
    }
    if list.recipients == 0 {
        return Ok(BroadcastPut::Refused(BroadcastRefusal::Empty));
    }
    if !keep_media(tx, &new).await? {
        return Ok(BroadcastPut::Refused(BroadcastRefusal::NoMedia));
    }
    let id = Id::of(new.id);
    diesel::insert_into(broadcasts::table)
        .values(BroadcastRow::new(&new, list.recipients))
        .execute(tx.conn)
        .await?;
    broadcast_recipients::table
        .inner_join(users::table.on(users::id.eq(broadcast_recipients::user_id)))
        .filter(broadcast_recipients::list_id.eq(list.id))
        .select((id.into_sql::<DbId>(), users::id, users::number))
        .insert_into(broadcast_sends::table)
        .into_columns((
            broadcast_sends::broadcast_id,
            broadcast_sends::user_id,
            broadcast_sends::user_number,
        ))
        .execute(tx.conn)
        .await?;
    for (place, piece) in (0_i16..).zip(&new.media) {
        diesel::insert_into(broadcast_media::table)
            .values((
                broadcast_media::broadcast_id.eq(id),
                broadcast_media::place.eq(place),
                broadcast_media::media_id.eq(Id::of(*piece)),
            ))
            .execute(tx.conn)
            .await?;
    }
    let row = find(tx, id).await?;
    tell(tx, new.sender, &row, new.at).await?;
    let media = showing::media(tx.conn, vec![id]).await?.remove(&id);
    Ok(BroadcastPut::New(row.broadcast(media.unwrap_or_default())))
}

async fn find(tx: &mut Tx<'_>, broadcast: Id) -> QueryResult<BroadcastRow> {
    broadcasts::table
        .find(broadcast)
        .select(BroadcastRow::as_select())
        .first(tx.conn)
        .await
}

/// Tells the sender how far it has come.
pub(super) async fn tell(
    tx: &mut Tx<'_>,
    sender: UserRef,
    row: &BroadcastRow,
    at: Timestamp,
) -> QueryResult<()> {
    let moved = What::BroadcastMoved {
        list: row.list_id.into(),
        broadcast: row.id.into(),
        progress: row.progress(),
    };
    tx.append(sender.id, Some(sender), moved, at).await?;
    Ok(())
}

/// The answer to a client id that the sender used before for this list of his.
pub(super) async fn known(conn: &mut Conn, new: &NewBroadcast) -> QueryResult<Option<BroadcastPut>> {
    match owned(conn, new.list, new.sender.id).await? {
        Some(_) => sent_before(conn, new).await,
        None => Ok(None),
    }
}

/// The answer to a client id that was used before for this list.
async fn sent_before(conn: &mut Conn, new: &NewBroadcast) -> QueryResult<Option<BroadcastPut>> {
    let row: Option<BroadcastRow> = broadcasts::table
        .filter(broadcasts::list_id.eq(Id::of(new.list)))
        .filter(broadcasts::client_id.eq(new.client_id.as_str()))
        .select(BroadcastRow::as_select())
        .first(conn)
        .await
        .optional()?;
    let Some(row) = row else {
        return Ok(None);
    };
    if row.digest != broadcast_digest(new) {
        return Ok(Some(BroadcastPut::Refused(BroadcastRefusal::Conflict)));
    }
    let media = showing::media(conn, vec![row.id]).await?.remove(&row.id);
    let broadcast = row.broadcast(media.unwrap_or_default());
    Ok(Some(BroadcastPut::Known(broadcast)))
}

/// Keeps what the broadcast shows from now on; false if the sender may not use it.
async fn keep_media(tx: &mut Tx<'_>, new: &NewBroadcast) -> QueryResult<bool> {
    if new.media.is_empty() {
        return Ok(true);
    }
    let ids: Vec<Id> = new.media.iter().copied().map(Id::of).collect();
    let held = tx.hold_media(ids.clone()).await?;
    let serves = |id: &Id| {
        let row = held.iter().find(|row| row.id == *id);
        row.is_some_and(|row| row.serves(new.sender.id, new.at))
    };
    if !ids.iter().all(serves) {
        return Ok(false);
    }
    diesel::update(media::table.filter(media::id.eq_any(ids)))
        .set(media::expires_at.eq(None::<i64>))
        .execute(tx.conn)
        .await?;
    Ok(true)
}

/// The next batch, if there is anything to be sent; nothing at all if it is to be tried again, because somebody else has gone on with
/// the same one.
pub(super) async fn prepare(tx: &mut Tx<'_>, now: Timestamp) -> QueryResult<Option<Option<Batch>>> {
    let active = users::table
        .filter(users::id.eq(broadcasts::sender_id))
        .filter(users::status.eq(AccountStatus::Active.code()));
    let next: Option<BroadcastRow> = broadcasts::table
        .filter(broadcasts::ended_at.is_null())
        .filter(exists(active))
        .order(broadcasts::id)
        .select(BroadcastRow::as_select())
        .first(tx.conn)
        .await
        .optional()?;
    let Some(seen) = next else {
        return Ok(Some(None));
    };
    let people: Vec<Id> = broadcast_sends::table
        .filter(broadcast_sends::broadcast_id.eq(seen.id))
        .filter(broadcast_sends::user_id.gt(seen.come_to))
        .order(broadcast_sends::user_id)
        .limit(rows(BATCH))
        .select(broadcast_sends::user_id)
        .load(tx.conn)
        .await?;
    tx.lock(people.iter().copied().chain([seen.sender_id])).await?;
    let row = find(tx, seen.id).await.optional()?;
    let Some(row) = row.filter(|row| row.ended_at.is_none() && row.come_to == seen.come_to) else {
        return Ok(None);
    };
    let people: Vec<UserId> = people.into_iter().map(Into::into).collect();
    let rooms = open_directs(tx, row.sender(), &people, now).await?;
    let recipients = people
        .into_iter()
        .zip(rooms.into_iter().map(|room| room.map_err(skip)));
    let media: Vec<Id> = broadcast_media::table
        .filter(broadcast_media::broadcast_id.eq(row.id))
        .order(broadcast_media::place)
        .select(broadcast_media::media_id)
        .load(tx.conn)
        .await?;
    Ok(Some(Some(Batch {
        broadcast: BroadcastId::from(row.id),
        sender: row.sender(),
        after: row.come_to.into(),
        body: MessageBody::stored(row.body),
        media: media.into_iter().map(MediaId::from).collect(),
        recipients: recipients.collect(),
    })))
}

fn skip(refusal: RoomRefusal) -> Skip {
    match refusal {
        RoomRefusal::NoUser(_) => Skip::NoUser,
        RoomRefusal::Blocked(_) => Skip::Blocked,
        RoomRefusal::NotAContact(_) => Skip::NotAContact,
        RoomRefusal::TooManyRooms(_) => Skip::TooManyRooms,
        RoomRefusal::NoRoom
        | RoomRefusal::Forbidden
        | RoomRefusal::Direct
        | RoomRefusal::Closed
        | RoomRefusal::Full
        | RoomRefusal::NameTaken
        | RoomRefusal::NotMember(_)
        | RoomRefusal::Out
        | RoomRefusal::Banned(_)
        | RoomRefusal::TooMany(_)
        | RoomRefusal::NoLink
        | RoomRefusal::NoRequest
        | RoomRefusal::NoMedia
        | RoomRefusal::NoImage
        | RoomRefusal::Everyones
        | RoomRefusal::NotListable => Skip::Refused,
    }
}
