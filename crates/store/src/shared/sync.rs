//! Where a user's streams stand.

use std::collections::HashMap;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use parlor_domain::{Position, RoomId, Seq, SessionId, StreamId, Timestamp};
use parlor_ports::{RoomHead, Snapshot, StoreError, SyncStore};

use super::super::{Backend, Conn, tags_at};
use super::notifications::unread_at;
use super::sessions;
use crate::code::Code;
use crate::counter::{Counter, loaded_tag};
use crate::id::Id;
use crate::rows::{MemberRow, StreamRow};
use crate::schema::{members, rooms, streams};

#[async_trait]
impl SyncStore for Backend {
    async fn snapshot(
        &self,
        session: SessionId,
        positions: Vec<(StreamId, Position)>,
        notified_since: Timestamp,
        now: Timestamp,
    ) -> Result<Option<Snapshot>, StoreError> {
        self.snapshot(move |conn| take(conn, session, positions, notified_since, now).boxed())
            .await
    }

    async fn snapshot_of(
        &self,
        session: SessionId,
        rooms: Vec<RoomId>,
        now: Timestamp,
    ) -> Result<Option<Snapshot>, StoreError> {
        self.snapshot(move |conn| take_some(conn, session, rooms, now).boxed())
            .await
    }
}

async fn take(
    conn: &mut Conn,
    session: SessionId,
    positions: Vec<(StreamId, Position)>,
    notified_since: Timestamp,
    now: Timestamp,
) -> QueryResult<Option<Snapshot>> {
    let Some((session, account, own, seen)) = sessions::find_with_head(conn, session, now).await? else {
        return Ok(None);
    };
    let rows = members::table
        .inner_join(streams::table.on(streams::id.eq(members::room_id)))
        .inner_join(rooms::table.on(rooms::id.eq(members::room_id)))
        .filter(members::user_id.eq(Id::of(account.user.id)))
        .select((StreamRow::as_select(), MemberRow::as_select(), rooms::kind))
        .load::<(StreamRow, MemberRow, i16)>(conn)
        .await?;

    let mut heads: HashMap<Id, i64> = rows.iter().map(|(stream, ..)| (stream.id, stream.seq)).collect();
    heads.insert(own.id, own.seq);
    let wanted = positions
        .into_iter()
        .map(|(stream, position)| (Id::of(stream), position.seq))
        .filter(|(stream, seq)| {
            // Neither the beginning nor the head, and a stream that is his to read.
            *seq > Seq::ZERO && heads.get(stream).is_some_and(|head| seq.stored() < *head)
        })
        .map(|(stream, seq)| (stream, seq.stored()))
        .collect::<Vec<_>>();
    let tags = if wanted.is_empty() {
        Vec::new()
    } else {
        tags_at(conn, wanted).await?
    };

    let rooms = heads_of(rows)?;
    let unread = unread_at(conn, account.user.id, seen, &own, notified_since).await?;
    Ok(Some(Snapshot {
        unread,
        session,
        account,
        own: own.position(),
        rooms,
        tags: tags
            .into_iter()
            .map(|(stream, tag)| (stream.into(), loaded_tag(tag)))
            .collect(),
    }))
}

async fn take_some(
    conn: &mut Conn,
    session: SessionId,
    rooms: Vec<RoomId>,
    now: Timestamp,
) -> QueryResult<Option<Snapshot>> {
    let Some((session, account, own, _)) = sessions::find_with_head(conn, session, now).await? else {
        return Ok(None);
    };
    let wanted: Vec<Id> = rooms.into_iter().map(Id::of).collect();
    let rows = if wanted.is_empty() {
        Vec::new()
    } else {
        members::table
            .inner_join(streams::table.on(streams::id.eq(members::room_id)))
            .inner_join(rooms::table.on(rooms::id.eq(members::room_id)))
            .filter(members::user_id.eq(Id::of(account.user.id)))
            .filter(members::room_id.eq_any(wanted))
            .select((StreamRow::as_select(), MemberRow::as_select(), rooms::kind))
            .load::<(StreamRow, MemberRow, i16)>(conn)
            .await?
    };
    Ok(Some(Snapshot {
        unread: 0,
        session,
        account,
        own: own.position(),
        rooms: heads_of(rows)?,
        tags: Vec::new(),
    }))
}

fn heads_of(rows: Vec<(StreamRow, MemberRow, i16)>) -> QueryResult<Vec<RoomHead>> {
    let heads = rows.into_iter().map(|(stream, member, kind)| {
        Ok(RoomHead {
            room: stream.id.into(),
            kind: Code::decode(kind)?,
            head: stream.head(),
            joined: Seq::loaded(member.joined_seq),
            visible_from: Seq::loaded(member.visible_from),
            mark: member.mark(),
        })
    });
    heads.collect()
}
