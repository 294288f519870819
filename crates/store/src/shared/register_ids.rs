//! Register ids, and the codes that are mailed to those who name theirs. Whatever changes them holds the row of the person's stream,
//! but for counting a try, which is one statement.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use parlor_domain::{Account, AccountStatus, Timestamp, UserId};
use parlor_ports::{
    CodeDigest, CodeLimits, CodeSent, LogInCode, NewLetter, NewLogInCode, RegisterIdStore, StoreError,
};

use super::super::{Backend, Conn};
use super::users::{self, Address};
use super::{Tx, outbox};
use crate::code::Code;
use crate::error::corrupt;
use crate::id::Id;
use crate::rows::AccountRow;
use crate::schema::{log_in_codes, register_ids, users as accounts};

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
        self.write(move |tx| send_code(tx, new, limits, letter).boxed())
            .await
    }

    async fn count_try(
        &self,
        user: UserId,
        most: u32,
        now: Timestamp,
    ) -> Result<Option<LogInCode>, StoreError> {
        self.write(move |tx| count_try(tx, user, most, now).boxed()).await
    }

    async fn use_code(
        &self,
        user: UserId,
        code: CodeDigest,
        id: Vec<CodeDigest>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.write(move |tx| use_code(tx, user, code, id, now).boxed())
            .await
    }
}

async fn give(tx: &mut Tx<'_>, user: UserId, id: CodeDigest) -> QueryResult<bool> {
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

async fn send_code(
    tx: &mut Tx<'_>,
    new: NewLogInCode,
    limits: CodeLimits,
    letter: NewLetter,
) -> QueryResult<CodeSent> {
    if !reads(users::hold(tx, new.user).await?, &letter) {
        return Ok(CodeSent::NoLogIn);
    }
    let user = Id::of(new.user);
    let last: Option<(i64, Option<i64>, i32, i64)> = log_in_codes::table
        .find(user)
        .select((
            log_in_codes::begun_at,
            log_in_codes::used_at,
            log_in_codes::sent,
            log_in_codes::sent_at,
        ))
        .first(tx.conn)
        .await
        .optional()?;
    let since = |at: i64| new.at.since(Timestamp::from_micros(at));
    let begun_at = match last {
        _ if new.begins => new.at.micros(),
        Some((begun_at, None, ..)) if since(begun_at) < limits.open => begun_at,
        _ => return Ok(CodeSent::NoLogIn),
    };
    let sent = match last {
        Some((.., sent, sent_at)) if since(sent_at) < limits.pause => u32::try_from(sent).unwrap_or(u32::MAX),
        _ => 0,
    };
    let Some(left) = limits.most.checked_sub(sent.saturating_add(1)) else {
        return Ok(CodeSent::TooMany);
    };
    diesel::delete(log_in_codes::table.find(user))
        .execute(tx.conn)
        .await?;
    diesel::insert_into(log_in_codes::table)
        .values((
            log_in_codes::user_id.eq(user),
            log_in_codes::code.eq(new.code.0.to_vec()),
            log_in_codes::begun_at.eq(begun_at),
            log_in_codes::expires_at.eq(new.expires_at.micros()),
            log_in_codes::sent.eq(i32::try_from(sent + 1).unwrap_or(i32::MAX)),
            log_in_codes::sent_at.eq(new.at.micros()),
            log_in_codes::tries.eq(0),
        ))
        .execute(tx.conn)
        .await?;
    outbox::keep(tx, letter, Some(new.user)).await?;
    Ok(CodeSent::Done { left })
}

async fn count_try(
    tx: &mut Tx<'_>,
    user: UserId,
    most: u32,
    now: Timestamp,
) -> QueryResult<Option<LogInCode>> {
    let tried: Option<(Vec<u8>, Option<i64>)> = diesel::update(log_in_codes::table.find(Id::of(user)))
        .filter(log_in_codes::expires_at.gt(now.micros()))
        .filter(log_in_codes::tries.lt(i32::try_from(most).unwrap_or(i32::MAX)))
        .set(log_in_codes::tries.eq(log_in_codes::tries + 1))
        .returning((log_in_codes::code, log_in_codes::used_at))
        .get_result(tx.conn)
        .await
        .optional()?;
    let Some((code, used_at)) = tried else {
        return Ok(None);
    };
    let code: [u8; 32] = code.try_into().map_err(|_| corrupt("code", "not 32 bytes"))?;
    Ok(Some(LogInCode {
        code: CodeDigest(code),
        used: used_at.is_some(),
    }))
}

async fn use_code(
    tx: &mut Tx<'_>,
    user: UserId,
    code: CodeDigest,
    id: Vec<CodeDigest>,
    now: Timestamp,
) -> QueryResult<bool> {
    let account = users::find(tx.conn, user).await?;
    let unproved = account
        .filter(|account| account.email_verified_at.is_none())
        .and_then(|account| account.email);
    let address = match &unproved {
        Some(email) => Some(Address::hold(tx, email, &[user]).await?),
        None => {
            tx.lock([Id::of(user)]).await?;
            None
        }
    };
    let used = diesel::update(log_in_codes::table.find(Id::of(user)))
        .filter(log_in_codes::code.eq(code.0.to_vec()))
        .filter(log_in_codes::used_at.is_null())
        .filter(log_in_codes::expires_at.gt(now.micros()))
        .set((log_in_codes::used_at.eq(now.micros()), log_in_codes::sent.eq(0)))
        .execute(tx.conn)
        .await?;
    if used == 0 || !redeem(tx, user, id, now).await? {
        return Ok(false);
    }
    // A code goes with the address to which it was mailed, so that this is the one that was read.
    if let Some(address) = address
        && !address.is_taken(tx, user).await?
    {
        address.give(tx, user, now).await?;
    }
    Ok(true)
}
