//! The end of a group, and of what was said in it.

use std::sync::Arc;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{Action, Event, Room, RoomId, Timestamp, UserRef, What};
use parlor_ports::RoomAct;

use super::super::{Tx, media};
use super::act::{self, Act, require};
use super::{directory, requests};
use crate::code::{Code, Kind};
use crate::counter::Counter;
use crate::id::Id;
use crate::rows::blank_settings;
use crate::schema::{
    dialect_rooms, directs, events, media_uses, members, pins, plays, reaction_counts, reactions,
    released_media, revisions, room_links, rooms, sanctions, streams, uncounted_reactions,
};

/// So many events lose their content in one transaction, so that nobody waits long for it.
const CHUNK: i64 = 500;

pub(super) async fn delete(tx: &mut Tx<'_>, room: RoomId, actor: UserRef, at: Timestamp) -> Act<RoomAct> {
    let (room, role) = act::group(tx, room, actor, &[]).await?;
    require(role, Action::DeleteRoom)?;
    let event = end(tx, &room, Some(actor), at).await?;
    Ok(RoomAct::Done(Some(event)))
}

/// Ends a room at once for everybody. The content of a long log is erased in chunks: the first one here, the others by
/// [`erase`], which tells those who asked to be let in as well. Nobody asks for them any more, as nobody is a member.
pub(super) async fn end(
    tx: &mut Tx<'_>,
    room: &Room,
    actor: Option<UserRef>,
    at: Timestamp,
) -> QueryResult<Arc<Event>> {
    let id = Id::of(room.id);
    diesel::delete(members::table.filter(members::room_id.eq(id)))
        .execute(tx.conn)
        .await?;
    diesel::delete(directs::table.filter(directs::room_id.eq(id)))
        .execute(tx.conn)
        .await?;
    diesel::delete(room_links::table.filter(room_links::room_id.eq(id)))
        .execute(tx.conn)
        .await?;
    diesel::delete(sanctions::table.filter(sanctions::room_id.eq(id)))
        .execute(tx.conn)
        .await?;
    diesel::delete(dialect_rooms::table.filter(dialect_rooms::room_id.eq(id)))
        .execute(tx.conn)
        .await?;
    directory::remove_names(tx, room.id).await?;
    media::release(tx, room.avatar).await?;
    diesel::update(rooms::table.filter(rooms::id.eq(id)))
        .set((
            rooms::deleted_at.eq(at.micros()),
            rooms::member_count.eq(0),
            rooms::name.eq(None::<String>),
            rooms::topic.eq(""),
            rooms::avatar.eq(None::<Id>),
            rooms::listed_at.eq(None::<i64>),
        ))
        .execute(tx.conn)
        .await?;
    let event = tx.append(room.id, actor, What::RoomDeleted, at).await?;
    erase_chunk(tx, id, 0, event.seq.stored()).await?;
    Ok(event)
}

/// Erases the next events of some deleted room, but for so many rooms that are passed over; false if there is nothing left
/// to erase.
pub(in super::super::super) async fn erase(tx: &mut Tx<'_>, passed_over: i64) -> QueryResult<bool> {
    let next = rooms::table
        .inner_join(streams::table.on(streams::id.eq(rooms::id)))
        .filter(rooms::erased_seq.is_not_null())
        .order(rooms::id)
        .offset(passed_over)
        .select((
            rooms::id,
            rooms::erased_seq.assume_not_null(),
            streams::seq,
            streams::active_at,
        ))
        .first::<(Id, i64, i64, i64)>(tx.conn)
        .await
        .optional()?;
    let Some((room, after, head, ended_at)) = next else {
        return Ok(false);
    };
    let ended_at = Timestamp::from_micros(ended_at);
    if !requests::end_some(tx, room.into(), ended_at).await? {
        erase_chunk(tx, room, after, head).await?;
    }
    Ok(true)
}

/// Erases the content of the events after this one, and notes how far that has come.
async fn erase_chunk(tx: &mut Tx<'_>, room: Id, after: i64, head: i64) -> QueryResult<()> {
    let until = after + CHUNK;
    let these = events::table
        .filter(events::stream_id.eq(room))
        .filter(events::seq.gt(after))
        .filter(events::seq.le(until));
    diesel::update(these.filter(events::body.is_not_null()))
        .set((
            events::body.eq(None::<String>),
            events::detail.eq(None::<String>),
            events::mentions.eq(None::<String>),
            events::mentions_all.eq(false),
        ))
        .execute(tx.conn)
        .await?;
    diesel::update(these.filter(events::kind.eq(Kind::RoomUpdated.code())))
        .set(events::detail.eq(blank_settings()))
        .execute(tx.conn)
        .await?;
    macro_rules! forget {
        ($($table:ident),*) => { $(
            diesel::delete(
                $table::table
                    .filter($table::stream_id.eq(room))
                    .filter($table::seq.gt(after))
                    .filter($table::seq.le(until)),
            )
            .execute(tx.conn)
            .await?;
        )* };
    }
    forget!(
        revisions,
        plays,
        reactions,
        reaction_counts,
        uncounted_reactions,
        pins
    );
    release_media(tx, room, after, until).await?;
    let rest = until < head || requests::wait(tx, room.into()).await?;
    diesel::update(rooms::table.filter(rooms::id.eq(room)))
        .set(rooms::erased_seq.eq(rest.then_some(until.min(head))))
        .execute(tx.conn)
        .await?;
    Ok(())
}

/// Notes that what was shown in these events may be used by nothing any more.
async fn release_media(tx: &mut Tx<'_>, room: Id, after: i64, until: i64) -> QueryResult<()> {
    let shown: Vec<Id> = diesel::delete(media_uses::table)
        .filter(media_uses::stream_id.eq(room))
        .filter(media_uses::seq.gt(after))
        .filter(media_uses::seq.le(until))
        .returning(media_uses::media_id)
        .get_results(tx.conn)
        .await?;
    for media in shown {
        diesel::insert_into(released_media::table)
            .values(released_media::media_id.eq(media))
            .execute(tx.conn)
            .await?;
    }
    Ok(())
}
