//! Refresh tokens: each is exchanged once.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::Timestamp;
use parlor_ports::{Refresh, Refreshed};

use super::super::Tx;
use super::{end, find, places};
use crate::id::Id;
use crate::schema::{refresh_tokens, sessions};

pub(super) async fn exchange(tx: &mut Tx<'_>, refresh: Refresh) -> QueryResult<Refreshed> {
    let presented = refresh_tokens::table.find(refresh.presented.0.to_vec());
    let owner = presented
        .clone()
        .inner_join(sessions::table.on(sessions::id.eq(refresh_tokens::session_id)))
        .select((sessions::user_id, sessions::id))
        .first::<(Id, Id)>(tx.conn)
        .await
        .optional()?;
    let Some((user, session)) = owner else {
        return Ok(Refreshed::Unknown);
    };
    tx.lock([user]).await?;
    if find(tx.conn, session.into(), refresh.at).await?.is_none() {
        return Ok(Refreshed::Unknown);
    }
    let (used_at, successor) = presented
        .select((refresh_tokens::used_at, refresh_tokens::successor))
        .first::<(Option<i64>, Option<Vec<u8>>)>(tx.conn)
        .await?;
    match used_at.map(Timestamp::from_micros) {
        None => {
            renew(tx, &refresh, session).await?;
            places::note(tx, user, refresh.address.as_deref(), refresh.at).await?;
        }
        Some(used_at) => {
            let retried = refresh.at.since(used_at) < refresh.grace
                && successor.as_deref() == Some(&refresh.successor.0[..]);
            // Whoever has exchanged the successor has heard the answer.
            if !retried || is_used(tx, &refresh.successor.0).await? {
                end(tx, user.into(), vec![session], refresh.at).await?;
                return Ok(Refreshed::Reused);
            }
        }
    }
    Ok(match find(tx.conn, session.into(), refresh.at).await? {
        Some(found) => Refreshed::Done(Box::new(found)),
        None => Refreshed::Unknown,
    })
}

async fn is_used(tx: &mut Tx<'_>, digest: &[u8]) -> QueryResult<bool> {
    let used_at: Option<Option<i64>> = refresh_tokens::table
        .find(digest)
        .select(refresh_tokens::used_at)
        .first(tx.conn)
        .await
        .optional()?;
    Ok(used_at.flatten().is_some())
}

/// Puts the successor in the place of the presented token.
async fn renew(tx: &mut Tx<'_>, refresh: &Refresh, session: Id) -> QueryResult<()> {
    diesel::update(refresh_tokens::table.find(refresh.presented.0.to_vec()))
        .set((
            refresh_tokens::used_at.eq(refresh.at.micros()),
            refresh_tokens::successor.eq(refresh.successor.0.to_vec()),
        ))
        .execute(tx.conn)
        .await?;
    insert_token(tx, refresh.successor.0, session, refresh.at).await?;
    forget_used(tx, refresh, session).await?;
    let row = diesel::update(sessions::table.find(session));
    match &refresh.address {
        Some(address) => {
            row.set((
                sessions::used_at.eq(refresh.at.micros()),
                sessions::expires_at.eq(refresh.expires_at.micros()),
                sessions::address.eq(&**address),
            ))
            .execute(tx.conn)
            .await?
        }
        None => {
            row.set((
                sessions::used_at.eq(refresh.at.micros()),
                sessions::expires_at.eq(refresh.expires_at.micros()),
            ))
            .execute(tx.conn)
            .await?
        }
    };
    Ok(())
}

/// Forgets the tokens that were used longer ago than a token lives. Until then each is a row of its own: whoever shows a
/// copy of it must end the session, and that it was one of this session's cannot be told from the token.
async fn forget_used(tx: &mut Tx<'_>, refresh: &Refresh, session: Id) -> QueryResult<usize> {
    let life = refresh.expires_at.since(refresh.at);
    diesel::delete(
        refresh_tokens::table
            .filter(refresh_tokens::session_id.eq(session))
            .filter(refresh_tokens::used_at.le((refresh.at - life).micros())),
    )
    .execute(tx.conn)
    .await
}

pub(super) async fn insert_token(
    tx: &mut Tx<'_>,
    digest: [u8; 32],
    session: Id,
    at: Timestamp,
) -> QueryResult<usize> {
    diesel::insert_into(refresh_tokens::table)
        .values((
            refresh_tokens::digest.eq(digest.to_vec()),
            refresh_tokens::session_id.eq(session),
            refresh_tokens::created_at.eq(at.micros()),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn)
        .await
}
