//! Whom a message has reached, and who has read it: from the marks of the members, of which there is one for each and not one for
//! each message.

use diesel::dsl::{count, count_star};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{PageSize, RoomId, Seq, UserId, UserRef};
use parlor_ports::{Receipt, ReceiptCounts, ReceiptRange, ReceiptsPage};
use uuid::Uuid;

use super::super::super::Conn;
use super::super::users::is_private;
use super::message;
use crate::counter::{Counter, loaded_amount, rows};
use crate::id::Id;
use crate::schema::{members, users};

pub(super) async fn list(
    conn: &mut Conn,
    (room, seq): (RoomId, Seq),
    viewer: UserId,
    range: ReceiptRange,
    size: PageSize,
) -> QueryResult<Option<ReceiptsPage>> {
    let Some(event) = message(conn, room, viewer, seq).await? else {
        return Ok(None);
    };
    let tells_reads = !is_private(conn, viewer).await?;
    let sender = event.actor.map_or(Id(Uuid::nil()), |sender| sender.id.into());
    let (at, room) = (seq.stored(), Id::of(room));
    let counts = match range.after {
        Some(_) => None,
        None => Some(counts(conn, room, at, sender, tells_reads).await?),
    };
    if range.read && !tells_reads {
        return Ok(Some(ReceiptsPage {
            receipts: Vec::new(),
            next: None,
            counts,
        }));
    }
    let mut query = members::table
        .inner_join(users::table.on(users::id.eq(members::user_id)))
        .filter(members::room_id.eq(room))
        .filter(members::user_id.gt(range.after.map_or(Id(Uuid::nil()), Into::into)))
        .filter(members::user_id.ne(sender))
        .filter(members::joined_seq.le(at))
        .filter(members::delivered_seq.ge(at))
        .order(members::user_id)
        .limit(rows(size.rows() + 1))
        .select((members::user_id, users::number, members::shown_read))
        .into_boxed();
    if range.read {
        query = query.filter(members::shown_read.ge(at));
    }
    let mut found: Vec<(Id, i64, i64)> = query.load(conn).await?;
    let more = found.len() > size.rows();
    found.truncate(size.rows());
    let receipts: Vec<Receipt> = found
        .into_iter()
        .map(|(user, number, read)| Receipt {
            user: UserRef {
                id: user.into(),
                number,
            },
            read: tells_reads && read >= at,
        })
        .collect();
    Ok(Some(ReceiptsPage {
        next: receipts.last().filter(|_| more).map(|last| last.user.id),
        receipts,
        counts,
    }))
}

async fn counts(
    conn: &mut Conn,
    room: Id,
    seq: i64,
    sender: Id,
    tells_reads: bool,
) -> QueryResult<ReceiptCounts> {
    let (members, delivered, read): (i64, i64, i64) = members::table
        .filter(members::room_id.eq(room))
        .filter(members::user_id.ne(sender))
        .filter(members::joined_seq.le(seq))
        .select((
            count_star(),
            count(members::user_id).aggregate_filter(members::delivered_seq.ge(seq)),
            count(members::user_id).aggregate_filter(members::shown_read.ge(seq)),
        ))
        .first(conn)
        .await?;
    Ok(ReceiptCounts {
        members: loaded_amount(members),
        delivered: loaded_amount(delivered),
        read: if tells_reads { loaded_amount(read) } else { 0 },
    })
}
