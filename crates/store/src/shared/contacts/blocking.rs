//! Blocks. What they bar stands with the members of the direct room, where appends see it.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{RoomId, RoomKind, Timestamp, UserId, UserRef, What};
use parlor_ports::{Bar, BlockPut, ContactRefusal};

use super::super::super::Conn;
use super::super::{Tx, statuses};
use super::near::has_blocked;
use super::{asking, is_full, pair, reference};
use crate::appending::{BARRED, BARRING};
use crate::code::Code;
use crate::id::Id;
use crate::schema::{blocks, directs, members, rooms};

/// `None` if it is to be tried again: the two have a direct room by now, which is not locked.
pub(super) async fn block(
    tx: &mut Tx<'_>,
    owner: UserRef,
    user: UserId,
    most: u32,
    at: Timestamp,
) -> QueryResult<Option<BlockPut>> {
    let Some(room) = lock(tx, owner.id, user).await? else {
        return Ok(None);
    };
    let Some(user) = pair(tx, owner, user).await? else {
        return Ok(Some(BlockPut::Refused(ContactRefusal::NoUser)));
    };
    if has_blocked(tx.conn, owner.id, user.id).await? {
        return Ok(Some(BlockPut::Known));
    }
    let count: i64 = blocks::table
        .filter(blocks::user_id.eq(Id::of(owner.id)))
        .count()
        .get_result(tx.conn)
        .await?;
    if is_full(count, most) {
        return Ok(Some(BlockPut::Refused(ContactRefusal::Full)));
    }
    diesel::insert_into(blocks::table)
        .values((
            blocks::user_id.eq(Id::of(owner.id)),
            blocks::blocked_id.eq(Id::of(user.id)),
            blocks::created_at.eq(at.micros()),
        ))
        .execute(tx.conn)
        .await?;
    asking::decline_silently(tx, user.id, owner, at).await?;
    asking::take_back(tx, owner, user.id, at).await?;
    if let Some(room) = room {
        bar(tx, room, owner.id, user.id).await?;
    }
    statuses::part(tx, owner.id, user.id, at).await?;
    statuses::part(tx, user.id, owner.id, at).await?;
    let changed = What::BlockChanged { user, blocked: true };
    tx.append(owner.id, Some(owner), changed, at).await?;
    Ok(Some(BlockPut::New))
}

/// `None` as for [`block`].
pub(super) async fn unblock(
    tx: &mut Tx<'_>,
    owner: UserRef,
    user: UserId,
    at: Timestamp,
) -> QueryResult<Option<bool>> {
    let Some(room) = lock(tx, owner.id, user).await? else {
        return Ok(None);
    };
    let ended = diesel::delete(blocks::table.find((Id::of(owner.id), Id::of(user))))
        .execute(tx.conn)
        .await?;
    if ended == 0 {
        return Ok(Some(false));
    }
    if let Some(room) = room {
        bar(tx, room, owner.id, user).await?;
    }
    if let Some(user) = reference(tx, user).await? {
        let changed = What::BlockChanged { user, blocked: false };
        tx.append(owner.id, Some(owner), changed, at).await?;
    }
    Ok(Some(true))
}

/// Locks the streams of two people and of their direct room, and gives the room; `None` if they have got one meanwhile, which
/// cannot be locked any more: locks are taken all at once.
async fn lock(tx: &mut Tx<'_>, one: UserId, other: UserId) -> QueryResult<Option<Option<Id>>> {
    let before = direct(tx.conn, one, other).await?;
    tx.lock([Id::of(one), Id::of(other)].into_iter().chain(before))
        .await?;
    let now = direct(tx.conn, one, other).await?;
    Ok((now == before).then_some(now))
}

/// The direct room of two people.
pub(super) async fn direct(conn: &mut Conn, one: UserId, other: UserId) -> QueryResult<Option<Id>> {
    let mut pair = [Id::of(one), Id::of(other)];
    pair.sort_unstable();
    directs::table
        .find((pair[0], pair[1]))
        .select(directs::room_id)
        .first(conn)
        .await
        .optional()
}

/// Writes down with the members of a direct room what the blocks between them bar. The room's stream must be locked, so that
/// the order of commits decides what was said before a block.
pub(super) async fn bar(tx: &mut Tx<'_>, room: Id, one: UserId, other: UserId) -> QueryResult<()> {
    let (by_one, by_other) = (
        has_blocked(tx.conn, one, other).await?,
        has_blocked(tx.conn, other, one).await?,
    );
    for (member, own, others) in [(one, by_one, by_other), (other, by_other, by_one)] {
        let barred = if own { BARRING } else { 0 } | if others { BARRED } else { 0 };
        diesel::update(members::table.find((room, Id::of(member))))
            .set(members::barred.eq(barred))
            .execute(tx.conn)
            .await?;
    }
    Ok(())
}

pub(super) async fn barred(conn: &mut Conn, room: RoomId, user: UserId) -> QueryResult<Option<Bar>> {
    let found: Option<(i16, i16)> = members::table
        .inner_join(rooms::table.on(rooms::id.eq(members::room_id)))
        .filter(members::room_id.eq(Id::of(room)))
        .filter(members::user_id.eq(Id::of(user)))
        .select((members::barred, rooms::kind))
        .first(conn)
        .await
        .optional()?;
    let Some((barred, kind)) = found else {
        return Ok(None);
    };
    Ok(match barred {
        _ if RoomKind::decode(kind)? == RoomKind::Channel => Some(Bar::Unseen),
        0 => None,
        barred if barred & BARRING != 0 => Some(Bar::Own),
        _ => Some(Bar::Others),
    })
}
