//! What became of a broadcast, recipient by recipient.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{BroadcastId, PageSize, Timestamp, UserId, UserRef};
use parlor_ports::{Fate, FatesPage, Recipient};
use uuid::Uuid;

use super::super::super::Conn;
use super::super::Tx;
use super::super::users::is_private;
use super::{sending, showing};
use crate::code::Code;
use crate::counter::{Counter, rows};
use crate::id::Id;
use crate::rows::{BroadcastRow, SendRow};
use crate::schema::{broadcast_sends, broadcasts, members};

/// What of a row of `broadcast_sends` says what became of it.
#[derive(AsChangeset)]
#[diesel(table_name = broadcast_sends, treat_none_as_null = true)]
struct Outcome {
    room_id: Option<Id>,
    seq: Option<i64>,
    skipped: Option<i16>,
}

impl From<Fate> for Outcome {
    fn from(fate: Fate) -> Self {
        match fate {
            Fate::Sent { room, seq } => Self {
                room_id: Some(room.into()),
                seq: Some(seq.stored()),
                skipped: None,
            },
            Fate::Skipped(skip) => Self {
                room_id: None,
                seq: None,
                skipped: Some(skip.code()),
            },
        }
    }
}

/// Writes down what became of those who come after this one; nothing if that was done before, or the broadcast is over.
pub(super) async fn settle(
    tx: &mut Tx<'_>,
    (broadcast, sender): (BroadcastId, UserRef),
    after: UserId,
    fates: Vec<(UserId, Fate)>,
    at: Timestamp,
) -> QueryResult<()> {
    tx.lock([Id::of(sender.id)]).await?;
    let mine = broadcasts::table.find(Id::of(broadcast));
    let going: Option<BroadcastRow> = mine
        .filter(broadcasts::ended_at.is_null())
        .filter(broadcasts::come_to.eq(Id::of(after)))
        .select(BroadcastRow::as_select())
        .first(tx.conn)
        .await
        .optional()?;
    let Some(going) = going else {
        return Ok(());
    };
    for (user, fate) in &fates {
        diesel::update(broadcast_sends::table.find((going.id, Id::of(*user))))
            .set(Outcome::from(*fate))
            .execute(tx.conn)
            .await?;
    }
    let settled = rows(fates.len());
    let sent = fates.iter().filter(|(_, fate)| matches!(fate, Fate::Sent { .. }));
    let sent = rows(sent.count());
    let come_to = fates.last().map_or(going.come_to, |(user, _)| Id::of(*user));
    let is_last = fates.is_empty() || i64::from(going.progress().waiting) <= settled;
    let row: BroadcastRow = diesel::update(broadcasts::table.find(going.id))
        .set((
            broadcasts::waiting.eq(broadcasts::waiting - settled),
            broadcasts::sent.eq(broadcasts::sent + sent),
            broadcasts::skipped.eq(broadcasts::skipped + settled - sent),
            broadcasts::come_to.eq(come_to),
            broadcasts::ended_at.eq(is_last.then(|| at.micros())),
        ))
        .returning(BroadcastRow::as_returning())
        .get_result(tx.conn)
        .await?;
    sending::tell(tx, sender, &row, at).await
}

pub(super) async fn list(
    conn: &mut Conn,
    broadcast: BroadcastId,
    owner: UserId,
    after: Option<UserId>,
    size: PageSize,
) -> QueryResult<Option<FatesPage>> {
    let Some(row) = showing::owned_broadcast(conn, broadcast, owner).await? else {
        return Ok(None);
    };
    let mut found: Vec<(SendRow, Option<(i64, i64)>)> = broadcast_sends::table
        .left_join(
            members::table.on(broadcast_sends::room_id
                .eq(members::room_id.nullable())
                .and(members::user_id.eq(broadcast_sends::user_id))),
        )
        .filter(broadcast_sends::broadcast_id.eq(row.id))
        .filter(broadcast_sends::user_id.gt(after.map_or(Id(Uuid::nil()), Into::into)))
        .order(broadcast_sends::user_id)
        .limit(rows(size.rows() + 1))
        .select((
            SendRow::as_select(),
            (members::delivered_seq, members::shown_read).nullable(),
        ))
        .load(conn)
        .await?;
    let more = found.len() > size.rows();
    found.truncate(size.rows());
    let tells_reads = !is_private(conn, owner).await?;
    let recipients: Vec<Recipient> = found
        .into_iter()
        .map(|(row, marks)| {
            let has = |mark: fn((i64, i64)) -> i64| {
                let marked = marks.map(mark).zip(row.seq);
                marked.is_some_and(|(mark, seq)| mark >= seq)
            };
            Ok(Recipient {
                user: row.user(),
                fate: row.fate()?,
                delivered: has(|(delivered, _)| delivered),
                read: tells_reads && has(|(_, read)| read),
            })
        })
        .collect::<QueryResult<_>>()?;
    Ok(Some(FatesPage {
        next: recipients.last().filter(|_| more).map(|last| last.user.id),
        recipients,
    }))
}
