//! What is left in everybody's lists of an account that was deleted: it goes one person at a time.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{Timestamp, UserId, What};

use super::super::{Tx, statuses};
use super::asking::{self, Standing};
use super::{blocking, reference};
use crate::id::Id;
use crate::schema::{blocks, contact_requests, contacts};

/// Somebody whose lists name this account, or whom its lists name, and the direct room of the two if there is a block between
/// them; `None` if there is nobody left.
pub(in super::super) async fn others(tx: &mut Tx<'_>, gone: Id) -> QueryResult<Option<(Id, Option<Id>)>> {
    macro_rules! any {
        ($table:ident, $mine:ident, $theirs:ident) => {
            $table::table
                .filter($table::$mine.eq(gone))
                .order($table::$theirs)
                .select($table::$theirs)
                .first::<Id>(tx.conn)
                .await
                .optional()?
        };
    }
    let other = match any!(contacts, user_id, contact_id) {
        Some(other) => Some(other),
        None => match any!(contacts, contact_id, user_id) {
            Some(other) => Some(other),
            None => match any!(contact_requests, user_id, from_id) {
                Some(other) => Some(other),
                None => match any!(contact_requests, from_id, user_id) {
                    Some(other) => Some(other),
                    None => match any!(blocks, user_id, blocked_id) {
                        Some(other) => Some(other),
                        None => any!(blocks, blocked_id, user_id),
                    },
                },
            },
        },
    };
    match other {
        Some(other) => {
            let room = blocking::direct(tx.conn, gone.into(), other.into()).await?;
            Ok(Some((other, room)))
        }
        None => Ok(None),
    }
}

/// Takes two people out of each other's lists, of whom one is gone, and tells the other. The streams of both, and of this room if
/// it is theirs, must be locked.
pub(in super::super) async fn depart(
    tx: &mut Tx<'_>,
    gone: UserId,
    other: UserId,
    room: Option<Id>,
    at: Timestamp,
) -> QueryResult<()> {
    let (Some(gone), Some(other)) = (reference(tx, gone).await?, reference(tx, other).await?) else {
        return Ok(());
    };
    let (left, right) = (Id::of(gone.id), Id::of(other.id));
    statuses::part(tx, gone.id, other.id, at).await?;
    statuses::forget(tx, other.id, gone.id).await?;
    diesel::delete(contacts::table.find((left, right)))
        .execute(tx.conn)
        .await?;
    let known = diesel::delete(contacts::table.find((right, left)))
        .execute(tx.conn)
        .await?;
    if known > 0 {
        let removed = What::ContactRemoved { user: gone };
        tx.append(other.id, None, removed, at).await?;
    }
    for (from, to) in [(gone, other), (other, gone)] {
        let standing = asking::standing(tx, from.id, to.id).await?;
        asking::remove(tx, from.id, to.id).await?;
        let seen = match standing {
            Some(Standing::Waiting) => true,
            Some(Standing::Declined(_)) => from == other,
            Some(Standing::Over(_)) | None => false,
        };
        if seen {
            let ended = What::RequestEnded {
                from,
                to,
                accepted: false,
            };
            tx.append(other.id, None, ended, at).await?;
        }
    }
    diesel::delete(blocks::table.find((left, right)))
        .execute(tx.conn)
        .await?;
    let blocked = diesel::delete(blocks::table.find((right, left)))
        .execute(tx.conn)
        .await?;
    if blocked > 0 {
        let changed = What::BlockChanged {
            user: gone,
            blocked: false,
        };
        tx.append(other.id, None, changed, at).await?;
    }
    if let Some(room) = room {
        blocking::bar(tx, room, gone.id, other.id).await?;
    }
    Ok(())
}
