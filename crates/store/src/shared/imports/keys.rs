//! Stable keys that older servers have given.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{Account, AccountStatus, Dialect, Session, Timestamp};
use parlor_ports::{OldKey, Source};

use super::super::super::Conn;
use super::super::Tx;
use super::super::sessions::open_keyed;
use super::{begin, end};
use crate::code::Code;
use crate::id::Id;
use crate::rows::{AccountRow, SessionRow};
use crate::schema::{imported_keys, sessions, users};

pub(super) async fn bring(tx: &mut Tx<'_>, from: Source, new: OldKey, most: usize) -> QueryResult<bool> {
    if !begin(tx, &from, new.beyond).await? {
        return Ok(false);
    }
    let user = Id::of(new.session.user.id);
    tx.lock([user]).await?;
    let there = users::table
        .find(user)
        .filter(users::status.ne(AccountStatus::Deleted.code()));
    if !diesel::select(diesel::dsl::exists(there))
        .get_result::<bool>(tx.conn)
        .await?
    {
        return Ok(false);
    }
    let (dialect, digest) = (new.session.dialect.code(), new.digest.to_vec());
    let known = imported_keys::table.find((dialect, &digest));
    if diesel::select(diesel::dsl::exists(known))
        .get_result::<bool>(tx.conn)
        .await?
    {
        return Ok(false);
    }
    open_keyed(tx, &new.session, most).await?;
    diesel::insert_into(imported_keys::table)
        .values((
            imported_keys::dialect.eq(dialect),
            imported_keys::digest.eq(&digest),
            imported_keys::session_id.eq(Id::of(new.session.session)),
        ))
        .execute(tx.conn)
        .await?;
    end(tx, &from, Some(new.session.session.uuid()), None).await?;
    Ok(true)
}

pub(super) async fn find(
    conn: &mut Conn,
    dialect: Dialect,
    digest: [u8; 32],
    now: Timestamp,
) -> QueryResult<Option<(Session, Account)>> {
    let found = imported_keys::table
        .inner_join(sessions::table.on(sessions::id.eq(imported_keys::session_id)))
        .inner_join(users::table.on(users::id.eq(sessions::user_id)))
        .filter(imported_keys::dialect.eq(dialect.code()))
        .filter(imported_keys::digest.eq(digest.to_vec()))
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(now.micros()))
        .filter(users::status.eq(AccountStatus::Active.code()))
        .select((SessionRow::as_select(), AccountRow::as_select()))
        .first::<(SessionRow, AccountRow)>(conn)
        .await
        .optional()?;
    found
        .map(|(session, account)| {
            let session = session.of(account.user())?;
            Ok((session, account.try_into()?))
        })
        .transpose()
}
