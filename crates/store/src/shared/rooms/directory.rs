//! Channels that anybody can find: by the order in which they were listed, or by the words of their names.

use std::collections::{BTreeSet, HashSet};

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{PageSize, Room, RoomId, Timestamp, UserId, fold};
use parlor_ports::{ChannelCursor, ChannelsPage, ListedChannel};

use super::super::super::Conn;
use super::super::Tx;
use crate::counter::rows;
use crate::id::Id;
use crate::rows::RoomRow;
use crate::schema::{channel_names, members, rooms, sanctions};

/// Lists a room under its name if its rules say so, and else no more.
pub(super) async fn keep(tx: &mut Tx<'_>, room: &Room, at: Timestamp) -> QueryResult<()> {
    remove_names(tx, room.id).await?;
    let this = rooms::table.filter(rooms::id.eq(Id::of(room.id)));
    if !room.rules.listed {
        diesel::update(this)
            .set(rooms::listed_at.eq(None::<i64>))
            .execute(tx.conn)
            .await?;
        return Ok(());
    }
    // One that is listed keeps its place.
    diesel::update(this.filter(rooms::listed_at.is_null()))
        .set(rooms::listed_at.eq(at.micros()))
        .execute(tx.conn)
        .await?;
    let name = room.name.as_ref().map_or("", |name| name.as_str());
    for key in keys(name) {
        diesel::insert_into(channel_names::table)
            .values((
                channel_names::room_id.eq(Id::of(room.id)),
                channel_names::key.eq(key),
            ))
            .execute(tx.conn)
            .await?;
    }
    Ok(())
}

/// Lets nobody find a room by its name any more.
pub(super) async fn remove_names(tx: &mut Tx<'_>, room: RoomId) -> QueryResult<()> {
    diesel::delete(channel_names::table.filter(channel_names::room_id.eq(Id::of(room))))
        .execute(tx.conn)
        .await?;
    Ok(())
}

/// By what a name is found: by all of it, and by all from each of its words on.
fn keys(name: &str) -> BTreeSet<String> {
    let name = fold(name);
    let mut before = ' ';
    let mut starts = vec![0];
    for (at, letter) in name.char_indices() {
        if letter.is_alphanumeric() && !before.is_alphanumeric() {
            starts.push(at);
        }
        before = letter;
    }
    starts.into_iter().map(|at| name[at..].to_owned()).collect()
}

pub(super) async fn list(
    conn: &mut Conn,
    viewer: UserId,
    beginning: Option<String>,
    after: Option<ChannelCursor>,
    size: PageSize,
) -> QueryResult<ChannelsPage> {
    let mut found = match beginning {
        Some(text) => by_name(conn, viewer, &fold(&text), after, size).await?,
        None => by_time(conn, viewer, after, size).await?,
    };
    let more = found.len() > size.rows();
    found.truncate(size.rows());
    let ids = found.iter().map(|(room, _)| room.id);
    let joined: Vec<Id> = members::table
        .filter(members::user_id.eq(Id::of(viewer)))
        .filter(members::room_id.eq_any(ids.collect::<Vec<_>>()))
        .select(members::room_id)
        .load(conn)
        .await?;
    let joined: HashSet<Id> = joined.into_iter().collect();
    let next = found.last().filter(|_| more).map(|(_, cursor)| cursor.clone());
    let channels = found.into_iter().map(|(row, _)| {
        let joined = joined.contains(&row.id);
        Room::try_from(row).map(|room| ListedChannel { room, joined })
    });
    Ok(ChannelsPage {
        channels: channels.collect::<QueryResult<_>>()?,
        next,
    })
}

/// Whether somebody is kept out of a room.
macro_rules! banned {
    ($viewer:expr) => {
        exists(
            sanctions::table
                .filter(sanctions::room_id.eq(rooms::id))
                .filter(sanctions::user_id.eq(Id::of($viewer)))
                .filter(sanctions::banned_at.is_not_null()),
        )
    };
}

/// Channels with where the list goes on after each, the one that was listed last first.
async fn by_time(
    conn: &mut Conn,
    viewer: UserId,
    after: Option<ChannelCursor>,
    size: PageSize,
) -> QueryResult<Vec<(RoomRow, ChannelCursor)>> {
    // Nothing is listed at the end of time.
    let (at, last) = match after {
        Some(ChannelCursor::Listed(at, room)) => (at.micros(), Id::of(room)),
        _ => (i64::MAX, Id::of(RoomId::new(uuid::Uuid::nil()))),
    };
    let found: Vec<RoomRow> = rooms::table
        .filter(rooms::listed_at.is_not_null())
        .filter(rooms::listed_at.le(at))
        .filter(rooms::listed_at.lt(at).or(rooms::id.lt(last)))
        .filter(not(banned!(viewer)))
        .order((rooms::listed_at.desc(), rooms::id.desc()))
        .limit(rows(size.rows() + 1))
        .select(RoomRow::as_select())
        .load(conn)
        .await?;
    let place = |row: RoomRow| {
        let at = Timestamp::from_micros(row.listed_at.unwrap_or_default());
        let cursor = ChannelCursor::Listed(at, row.id.into());
        (row, cursor)
    };
    Ok(found.into_iter().map(place).collect())
}

/// Channels of which a key begins like this, each by the first that does, with where the list goes on after each.
async fn by_name(
    conn: &mut Conn,
    viewer: UserId,
    beginning: &str,
    after: Option<ChannelCursor>,
    size: PageSize,
) -> QueryResult<Vec<(RoomRow, ChannelCursor)>> {
    // PostgreSQL knows no text with a zero in it, and so no name has one.
    if beginning.contains('\0') {
        return Ok(Vec::new());
    }
    let end = format!("{beginning}{}", char::MAX);
    let (from, last) = match after {
        Some(ChannelCursor::Found(key, room)) => (key, Id::of(room)),
        _ => (beginning.to_owned(), Id::of(RoomId::new(uuid::Uuid::nil()))),
    };
    let others = diesel::alias!(channel_names as others);
    let earlier = others
        .filter(others.field(channel_names::room_id).eq(channel_names::room_id))
        .filter(others.field(channel_names::key).ge(beginning))
        .filter(others.field(channel_names::key).lt(channel_names::key));
    let found: Vec<(String, RoomRow)> = channel_names::table
        .inner_join(rooms::table.on(rooms::id.eq(channel_names::room_id)))
        .filter(channel_names::key.ge(&from))
        .filter(channel_names::key.lt(&end))
        .filter(channel_names::key.gt(&from).or(channel_names::room_id.gt(last)))
        .filter(not(exists(earlier)))
        .filter(not(banned!(viewer)))
        .order((channel_names::key, channel_names::room_id))
        .limit(rows(size.rows() + 1))
        .select((channel_names::key, RoomRow::as_select()))
        .load(conn)
        .await?;
    let place = |(key, row): (String, RoomRow)| {
        let cursor = ChannelCursor::Found(key, row.id.into());
        (row, cursor)
    };
    Ok(found.into_iter().map(place).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_from_each_of_its_words_on() {
        let keys = |name| keys(name).into_iter().collect::<Vec<_>>();
        assert_eq!(keys("Tea"), ["tea"]);
        assert_eq!(keys("#Rust & Tea"), ["#rust & tea", "rust & tea", "tea"]);
        assert_eq!(keys("tea tea"), ["tea", "tea tea"]);
    }
}
