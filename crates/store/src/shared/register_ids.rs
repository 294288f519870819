//! Register ids, and the codes that are mailed to those who name theirs. Whatever changes them holds the row of the person's stream,
//! but for counting a try, which is one statement.

mod codes;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use parlor_domain::{Account, AccountStatus, Timestamp, UserId};
use parlor_ports::{
    CodeDigest, CodeLimits, CodeSent, LogInCode, NewLetter, NewLogInCode, RegisterIdStore, StoreError,
};

use super::super::{Backend, Conn};
use super::{Tx, outbox, users};
use crate::code::Code;
use crate::id::Id;
use crate::rows::AccountRow;
use crate::schema::{register_ids, users as accounts};

#[async_trait]
impl RegisterIdStore for Backend {
    async fn give(&self, user: UserId, id: CodeDigest) -> Result<bool, StoreError> {
        self.write(move |tx| give(tx, user, id).boxed()).await
    }

    async fn offer(
        &self,
        user: UserId,
        id: CodeDigest,
        until: Timestamp,
        letter: NewLetter,
    ) -> Result<bool, StoreError> {
        self.write(move |tx| offer(tx, user, id, until, letter).boxed())
            .await
    }

    async fn find(&self, id: Vec<CodeDigest>, now: Timestamp) -> Result<Option<Account>, StoreError> {
        self.read(move |conn| find(conn, id, now).boxed()).await
    }

    async fn redeem(&self, user: UserId, id: Vec<CodeDigest>, now: Timestamp) -> Result<bool, StoreError> {
        self.write(move |tx| {
            async move {
                tx.lock([Id::of(user)]).await?;
                redeem(tx, user, id, now).await
            }
            .boxed()
        })
        .await
    }

    async fn send_code(
        &self,
        new: NewLogInCode,
        limits: CodeLimits,
        letter: NewLetter,
    ) -> Result<CodeSent, StoreError> {
        self.write(move |tx| codes::send_code(tx, new, limits, letter).boxed())
            .await
    }

    async fn count_try(
        &self,
        user: UserId,
        most: u32,
        now: Timestamp,
    ) -> Result<Option<LogInCode>, StoreError> {
        self.write(move |tx| codes::count_try(tx, user, most, now).boxed())
            .await
    }

    async fn use_code(
        &self,
        user: UserId,
        code: CodeDigest,
        id: Vec<CodeDigest>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.write(move |tx| codes::use_code(tx, user, code, id, now).boxed())
            .await
    }
}

pub(super) async fn give(tx: &mut Tx<'_>, user: UserId, id: CodeDigest) -> QueryResult<bool> {
    if users::hold(tx, user).await?.is_none() {
        return Ok(false);
    }
    let given = diesel::insert_into(register_ids::table)
        .values((
            register_ids::user_id.eq(Id::of(user)),
            register_ids::waits.eq(false),
            register_ids::digest.eq(id.0.to_vec()),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn)
        .await?;
    Ok(given > 0)
}

async fn offer(
    tx: &mut Tx<'_>,
    user: UserId,
    id: CodeDigest,
    until: Timestamp,
    letter: NewLetter,
) -> QueryResult<bool> {
    if !reads(users::hold(tx, user).await?, &letter) {
        return Ok(false);
    }
    let owner = Id::of(user);
    diesel::delete(register_ids::table.find((owner, true)))
        .execute(tx.conn)
        .await?;
    let offered = diesel::insert_into(register_ids::table)
        .values((
            register_ids::user_id.eq(owner),
            register_ids::waits.eq(true),
            register_ids::waits_until.eq(until.micros()),
            register_ids::digest.eq(id.0.to_vec()),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn)
        .await?;
    if offered > 0 {
        outbox::keep(tx, letter, Some(user)).await?;
    }
    Ok(offered > 0)
}

/// Whether a letter goes to the address of this account, and it can be used: the address may have become another since the letter
/// was written.
fn reads(account: Option<Account>, letter: &NewLetter) -> bool {
    account.is_some_and(|account| {
        account.status == AccountStatus::Active && account.email.as_ref() == Some(&letter.to)
    })
}

async fn find(conn: &mut Conn, id: Vec<CodeDigest>, now: Timestamp) -> QueryResult<Option<Account>> {
    let waits_on = register_ids::waits_until.gt(now.micros());
    let found: Option<AccountRow> = register_ids::table
        .inner_join(accounts::table.on(accounts::id.eq(register_ids::user_id)))
        .filter(register_ids::digest.eq_any(kept(&id)))
        .filter(register_ids::waits_until.is_null().or(waits_on))
        .filter(accounts::status.eq(AccountStatus::Active.code()))
        .select(AccountRow::as_select())
        .first(conn)
        .await
        .optional()?;
    found.map(Account::try_from).transpose()
}

/// All that may be kept of an id.
fn kept(id: &[CodeDigest]) -> Vec<Vec<u8>> {
    id.iter().map(|digest| digest.0.to_vec()).collect()
}

/// Uses an id, if it is the person's, whose stream must be locked.
async fn redeem(tx: &mut Tx<'_>, user: UserId, id: Vec<CodeDigest>, now: Timestamp) -> QueryResult<bool> {
    let owner = Id::of(user);
    let waits_on = register_ids::waits_until.gt(now.micros());
    let found: Option<(bool, Vec<u8>)> = register_ids::table
        .filter(register_ids::user_id.eq(owner))
        .filter(register_ids::digest.eq_any(kept(&id)))
        .filter(register_ids::waits_until.is_null().or(waits_on))
        .select((register_ids::waits, register_ids::digest))
        .first(tx.conn)
        .await
        .optional()?;
    let (Some((waits, digest)), Some(newest)) = (found, id.as_slice().first()) else {
        return Ok(false);
    };
    if waits {
        diesel::delete(register_ids::table.find((owner, false)))
            .execute(tx.conn)
            .await?;
    }
    let newest = newest.0.to_vec();
    if waits || digest != newest {
        diesel::update(register_ids::table.find((owner, waits)))
            .set((
                register_ids::waits.eq(false),
                register_ids::waits_until.eq(None::<i64>),
                register_ids::digest.eq(newest),
            ))
            .execute(tx.conn)
            .await?;
    }
    Ok(true)
}
