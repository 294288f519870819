//! The codes that are mailed to those who name their register ids.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{Timestamp, UserId};
use parlor_ports::{CodeDigest, CodeLimits, CodeSent, LogInCode, NewLetter, NewLogInCode};

use super::super::users::{self, Address};
use super::super::{Tx, outbox};
use super::{reads, redeem};
use crate::error::corrupt;
use crate::id::Id;
use crate::schema::log_in_codes;

pub(super) async fn send_code(
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

pub(super) async fn count_try(
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

pub(super) async fn use_code(
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
