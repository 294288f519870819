//! Invitations to make an account.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use parlor_domain::{Timestamp, UserId};
use parlor_ports::{Invite, InviteStore, NewInvite, StoreError, TokenDigest};

use super::super::{Backend, Conn};
use super::care::STEP;
use super::{Tx, users};
use crate::id::Id;
use crate::rows::{InviteRow, NewInviteRow};
use crate::schema::invites;

#[async_trait]
impl InviteStore for Backend {
    async fn invite(&self, new: NewInvite) -> Result<Invite, StoreError> {
        self.write(move |tx| invite(tx, new).boxed()).await
    }

    async fn list(&self, now: Timestamp, most: usize) -> Result<Vec<Invite>, StoreError> {
        self.read(move |conn| list(conn, now, most).boxed()).await
    }

    async fn withdraw(&self, number: i64) -> Result<bool, StoreError> {
        self.write(move |tx| withdraw(tx, number).boxed()).await
    }

    async fn invite_first(&self, new: NewInvite) -> Result<bool, StoreError> {
        self.write(move |tx| invite_first(tx, new).boxed()).await
    }
}

async fn invite(tx: &mut Tx<'_>, new: NewInvite) -> QueryResult<Invite> {
    // Nobody else does, and nobody misses them.
    let over: Vec<i64> = invites::table
        .filter(invites::expires_at.le(new.at.micros()))
        .order(invites::expires_at)
        .limit(STEP)
        .select(invites::number)
        .load(tx.conn)
        .await?;
    if !over.is_empty() {
        diesel::delete(invites::table.filter(invites::number.eq_any(over)))
            .execute(tx.conn)
            .await?;
    }
    insert(tx, &new, false).await
}

async fn insert(tx: &mut Tx<'_>, new: &NewInvite, first: bool) -> QueryResult<Invite> {
    let row: InviteRow = diesel::insert_into(invites::table)
        .values(NewInviteRow::of(new, first))
        .returning(InviteRow::as_returning())
        .get_result(tx.conn)
        .await?;
    Ok(row.into())
}

async fn list(conn: &mut Conn, now: Timestamp, most: usize) -> QueryResult<Vec<Invite>> {
    let rows: Vec<InviteRow> = invites::table
        .filter(invites::expires_at.gt(now.micros()))
        .filter(invites::uses.gt(0))
        .order(invites::number.desc())
        .limit(i64::try_from(most).unwrap_or(i64::MAX))
        .select(InviteRow::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

async fn withdraw(tx: &mut Tx<'_>, number: i64) -> QueryResult<bool> {
    let withdrawn = diesel::delete(invites::table.find(number))
        .execute(tx.conn)
        .await?;
    Ok(withdrawn > 0)
}

/// Withdraws all that somebody made, who may not any more.
pub(super) async fn withdraw_all(tx: &mut Tx<'_>, user: UserId) -> QueryResult<()> {
    diesel::delete(invites::table.filter(invites::by_id.eq(Id::of(user))))
        .execute(tx.conn)
        .await?;
    Ok(())
}

async fn invite_first(tx: &mut Tx<'_>, new: NewInvite) -> QueryResult<bool> {
    // Programs that start at the same time leave one of them.
    tx.claim("first invitation").await?;
    diesel::delete(invites::table.filter(invites::first))
        .execute(tx.conn)
        .await?;
    if users::any_admin(tx.conn).await? {
        return Ok(false);
    }
    insert(tx, &new, true).await?;
    Ok(true)
}

/// Uses an invitation once; says whether the account is to be an administrator's. `None` if it is not good (any more),
/// as is that for the first administrator once there is one.
pub(super) async fn redeem(tx: &mut Tx<'_>, token: TokenDigest, now: Timestamp) -> QueryResult<Option<bool>> {
    let used: Option<(bool, bool)> =
        diesel::update(invites::table.filter(invites::token.eq(token.0.to_vec())))
            .filter(invites::expires_at.gt(now.micros()))
            .filter(invites::uses.gt(0))
            .set(invites::uses.eq(invites::uses - 1))
            .returning((invites::admin, invites::first))
            .get_result(tx.conn)
            .await
            .optional()?;
    match used {
        Some((_, true)) if users::any_admin(tx.conn).await? => {
            give_back(tx, token).await?;
            Ok(None)
        }
        Some((admin, _)) => Ok(Some(admin)),
        None => Ok(None),
    }
}

/// Undoes that an invitation was used in this transaction.
pub(super) async fn give_back(tx: &mut Tx<'_>, token: TokenDigest) -> QueryResult<()> {
    diesel::update(invites::table.filter(invites::token.eq(token.0.to_vec())))
        .set(invites::uses.eq(invites::uses + 1))
        .execute(tx.conn)
        .await?;
    Ok(())
}
