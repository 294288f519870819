//! Sessions that are over: remembered for a while, then forgotten.

use std::time::Duration;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{SessionId, Timestamp};

use super::super::super::Conn;
use super::super::Tx;
use super::places;
use crate::id::Id;
use crate::schema::{refresh_tokens, sessions};

/// So many sessions, and so many tokens of theirs, are forgotten in one transaction, so that nobody waits long for it.
const STEP: i64 = 100;
/// For how long a session of a host application that was ended is remembered after it expired.
const MEMORY: Duration = Duration::from_hours(24);

pub(super) async fn ended_since(conn: &mut Conn, since: Timestamp) -> QueryResult<Vec<SessionId>> {
    let ended: Vec<Id> = sessions::table
        .filter(sessions::revoked_at.ge(since.micros()))
        .select(sessions::id)
        .load(conn)
        .await?;
    Ok(ended.into_iter().map(Into::into).collect())
}

pub(super) async fn sweep(tx: &mut Tx<'_>, now: Timestamp, ended: Timestamp) -> QueryResult<bool> {
    // Two statements, of which each has its index. What was ended at a host application is remembered for longer: there are
    // tokens, or will be, that would open it again.
    let opened_by_nothing = sessions::hosted
        .eq(false)
        .or(sessions::revoked_at.is_null())
        .or(sessions::expires_at.le((now - MEMORY).micros()));
    let mut over: Vec<(Id, Id)> = sessions::table
        .filter(sessions::expires_at.le(now.micros()))
        .filter(opened_by_nothing)
        .order(sessions::expires_at)
        .limit(STEP)
        .select((sessions::id, sessions::user_id))
        .load(tx.conn)
        .await?;
    if over.is_empty() {
        over = sessions::table
            .filter(sessions::revoked_at.lt(ended.micros()))
            .filter(sessions::hosted.eq(false))
            .order(sessions::revoked_at)
            .limit(STEP)
            .select((sessions::id, sessions::user_id))
            .load(tx.conn)
            .await?;
    }
    if over.is_empty() {
        return places::sweep(tx, now).await;
    }
    let (over, users): (Vec<Id>, Vec<Id>) = over.into_iter().unzip();
    // Whoever shows a token of one of them at this moment finds it as it was, or not at all.
    tx.lock(users).await?;
    if forget_tokens(tx, &over).await? {
        diesel::delete(sessions::table.filter(sessions::id.eq_any(over)))
            .execute(tx.conn)
            .await?;
    }
    Ok(true)
}

/// Forgets tokens of these sessions; says whether that were all. A session can have thousands.
async fn forget_tokens(tx: &mut Tx<'_>, over: &[Id]) -> QueryResult<bool> {
    let tokens: Vec<Vec<u8>> = refresh_tokens::table
        .filter(refresh_tokens::session_id.eq_any(over))
        .limit(STEP)
        .select(refresh_tokens::digest)
        .load(tx.conn)
        .await?;
    let all = tokens.len() < usize::try_from(STEP).unwrap_or(usize::MAX);
    if !tokens.is_empty() {
        diesel::delete(refresh_tokens::table.filter(refresh_tokens::digest.eq_any(tokens)))
            .execute(tx.conn)
            .await?;
    }
    Ok(all)
}
