//! Sessions that stand for log-ins at a host application.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{AccountStatus, Session};
use parlor_ports::HostedSession;

use super::super::Tx;
use super::super::users;
use super::{make_place, places};
use crate::id::Id;
use crate::rows::SessionRow;
use crate::schema::sessions;

pub(super) async fn open(tx: &mut Tx<'_>, new: HostedSession, most: usize) -> QueryResult<Option<Session>> {
    let account = users::hold(tx, new.user.id).await?;
    let active = account.is_some_and(|account| account.status == AccountStatus::Active);
    let known: Option<(Id, Option<i64>, i64)> = sessions::table
        .find(Id::of(new.id))
        .select((sessions::user_id, sessions::revoked_at, sessions::expires_at))
        .first(tx.conn)
        .await
        .optional()?;
    let row = match known {
        _ if !active => None,
        None => {
            make_place(tx, new.user.id, most, new.at).await?;
            Some(insert(tx, &new).await?)
        }
        Some((owner, ..)) if owner != Id::of(new.user.id) => None,
        Some((_, Some(_ended), expires_at)) => {
            remember(tx, &new, expires_at).await?;
            None
        }
        Some((_, None, expires_at)) => {
            if expires_at <= new.at.micros() {
                make_place(tx, new.user.id, most, new.at).await?;
            }
            Some(keep_alive(tx, &new, expires_at).await?)
        }
    };
    if row.is_some() {
        places::note(tx, Id::of(new.user.id), new.address.as_deref(), new.at).await?;
    }
    row.map(|row| row.of(new.user)).transpose()
}

async fn insert(tx: &mut Tx<'_>, new: &HostedSession) -> QueryResult<SessionRow> {
    diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(Id::of(new.id)),
            sessions::user_id.eq(Id::of(new.user.id)),
            sessions::device.eq(new.device.as_str()),
            sessions::address.eq(new.address.as_deref()),
            sessions::created_at.eq(new.at.micros()),
            sessions::used_at.eq(new.at.micros()),
            sessions::expires_at.eq(new.expires_at.micros()),
            sessions::hosted.eq(true),
        ))
        .returning(SessionRow::as_returning())
        .get_result(tx.conn)
        .await
}

/// Keeps one that was ended for as long as there are tokens that would open it.
async fn remember(tx: &mut Tx<'_>, ended: &HostedSession, expires_at: i64) -> QueryResult<usize> {
    diesel::update(sessions::table.find(Id::of(ended.id)))
        .set(sessions::expires_at.eq(expires_at.max(ended.expires_at.micros())))
        .execute(tx.conn)
        .await
}

/// Notes that a session was used, and moves its end, never back: an older token may come after a younger one.
pub(super) async fn keep_alive(
    tx: &mut Tx<'_>,
    new: &HostedSession,
    expires_at: i64,
) -> QueryResult<SessionRow> {
    let row = diesel::update(sessions::table.find(Id::of(new.id)))
        .set((
            sessions::used_at.eq(new.at.micros()),
            sessions::expires_at.eq(expires_at.max(new.expires_at.micros())),
        ))
        .returning(SessionRow::as_returning())
        .get_result(tx.conn)
        .await?;
    let Some(address) = &new.address else {
        return Ok(row);
    };
    diesel::update(sessions::table.find(Id::of(new.id)))
        .set(sessions::address.eq(&**address))
        .returning(SessionRow::as_returning())
        .get_result(tx.conn)
        .await
}
