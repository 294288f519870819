//! Sessions and their refresh tokens. Whatever changes the sessions of a user holds his stream's row, so that it happens
//! one after the other.

mod sweep;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use parlor_domain::{Account, AccountStatus, Session, SessionId, Timestamp, UserId, What};
use parlor_ports::{NewSession, Priority, Refresh, Refreshed, SessionStore, StoreError};

use super::super::{Backend, Conn};
use super::Tx;
use crate::code::Code;
use crate::id::Id;
use crate::rows::{AccountRow, SessionRow, StreamRow};
use crate::schema::{refresh_tokens, sessions, streams, users};

#[async_trait]
impl SessionStore for Backend {
    async fn open(&self, new: NewSession, most: usize) -> Result<Session, StoreError> {
        self.write(move |tx| open(tx, new, most).boxed()).await
    }

    async fn refresh(&self, refresh: Refresh) -> Result<Refreshed, StoreError> {
        self.write(move |tx| exchange(tx, refresh).boxed()).await
    }

    async fn find(
        &self,
        session: SessionId,
        now: Timestamp,
    ) -> Result<Option<(Session, Account)>, StoreError> {
        self.read(move |conn| find(conn, session, now).boxed()).await
    }

    async fn list(&self, user: UserId, now: Timestamp) -> Result<Vec<Session>, StoreError> {
        self.read(move |conn| list(conn, user, now).boxed()).await
    }

    async fn revoke(&self, user: UserId, session: SessionId, at: Timestamp) -> Result<bool, StoreError> {
        self.write(move |tx| {
            async move {
                tx.lock([Id::of(user)]).await?;
                Ok(end(tx, user, vec![Id::of(session)], at).await? > 0)
            }
            .boxed()
        })
        .await
    }

    async fn revoke_all(
        &self,
        user: UserId,
        except: Option<SessionId>,
        at: Timestamp,
    ) -> Result<usize, StoreError> {
        self.write(move |tx| {
            async move {
                tx.lock([Id::of(user)]).await?;
                end_sessions(tx, user, except, at).await
            }
            .boxed()
        })
        .await
    }

    async fn ended_since(&self, since: Timestamp) -> Result<Vec<SessionId>, StoreError> {
        self.read(move |conn| sweep::ended_since(conn, since).boxed())
            .await
    }

    async fn sweep(&self, now: Timestamp, ended: Timestamp) -> Result<bool, StoreError> {
        self.write_as(Priority::Bulk, move |tx| sweep::sweep(tx, now, ended).boxed())
            .await
    }
}

async fn open(tx: &mut Tx<'_>, new: NewSession, most: usize) -> QueryResult<Session> {
    let user = Id::of(new.user.id);
    tx.lock([user]).await?;
    let live: Vec<Id> = sessions::table
        .filter(sessions::user_id.eq(user))
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(new.at.micros()))
        .order((sessions::used_at.desc(), sessions::id.desc()))
        .select(sessions::id)
        .load(tx.conn)
        .await?;
    let beyond = live.into_iter().skip(most.saturating_sub(1)).collect();
    end(tx, new.user.id, beyond, new.at).await?;

    let row = diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(Id::of(new.id)),
            sessions::user_id.eq(user),
            sessions::device.eq(new.device.as_str()),
            sessions::address.eq(new.address.as_deref()),
            sessions::created_at.eq(new.at.micros()),
            sessions::used_at.eq(new.at.micros()),
            sessions::expires_at.eq(new.expires_at.micros()),
        ))
        .returning(SessionRow::as_returning())
        .get_result(tx.conn)
        .await?;
    insert_token(tx, new.token.0, Id::of(new.id), new.at).await?;
    row.of(new.user)
}

async fn insert_token(tx: &mut Tx<'_>, digest: [u8; 32], session: Id, at: Timestamp) -> QueryResult<usize> {
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

async fn exchange(tx: &mut Tx<'_>, refresh: Refresh) -> QueryResult<Refreshed> {
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
        None => renew(tx, &refresh, session).await?,
        Some(used_at) => {
            let retried = refresh.at.since(used_at) < refresh.grace
                && successor.as_deref() == Some(&refresh.successor.0[..]);
            if !retried {
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

async fn find(
    conn: &mut Conn,
    session: SessionId,
    now: Timestamp,
) -> QueryResult<Option<(Session, Account)>> {
    let found = find_with_head(conn, session, now).await?;
    Ok(found.map(|(session, account, _)| (session, account)))
}

/// A live session, its account, and how far the user's own stream has grown.
pub(super) async fn find_with_head(
    conn: &mut Conn,
    session: SessionId,
    now: Timestamp,
) -> QueryResult<Option<(Session, Account, StreamRow)>> {
    let found = sessions::table
        .inner_join(users::table.on(users::id.eq(sessions::user_id)))
        .inner_join(streams::table.on(streams::id.eq(sessions::user_id)))
        .filter(sessions::id.eq(Id::of(session)))
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(now.micros()))
        .filter(users::status.eq(AccountStatus::Active.code()))
        .select((
            SessionRow::as_select(),
            AccountRow::as_select(),
            StreamRow::as_select(),
        ))
        .first::<(SessionRow, AccountRow, StreamRow)>(conn)
        .await
        .optional()?;
    found
        .map(|(session, account, own)| Ok((session.of(account.user())?, account.try_into()?, own)))
        .transpose()
}

async fn list(conn: &mut Conn, user: UserId, now: Timestamp) -> QueryResult<Vec<Session>> {
    let rows = sessions::table
        .inner_join(users::table.on(users::id.eq(sessions::user_id)))
        .filter(sessions::user_id.eq(Id::of(user)))
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(now.micros()))
        .order((sessions::used_at.desc(), sessions::id.desc()))
        .select((SessionRow::as_select(), AccountRow::as_select()))
        .load::<(SessionRow, AccountRow)>(conn)
        .await?;
    rows.into_iter()
        .map(|(session, account)| session.of(account.user()))
        .collect()
}

/// Ends all live sessions of a user but one. The user's stream must be locked.
pub(super) async fn end_sessions(
    tx: &mut Tx<'_>,
    user: UserId,
    except: Option<SessionId>,
    at: Timestamp,
) -> QueryResult<usize> {
    let mut live: Vec<Id> = sessions::table
        .filter(sessions::user_id.eq(Id::of(user)))
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(at.micros()))
        .order(sessions::id)
        .select(sessions::id)
        .load(tx.conn)
        .await?;
    live.retain(|session| except.map(Id::of) != Some(*session));
    end(tx, user, live, at).await
}

/// Ends those of these sessions that are live and this user's, and tells his sockets. Says how many.
async fn end(tx: &mut Tx<'_>, user: UserId, ending: Vec<Id>, at: Timestamp) -> QueryResult<usize> {
    if ending.is_empty() {
        return Ok(0);
    }
    let ended: Vec<Id> = diesel::update(
        sessions::table
            .filter(sessions::user_id.eq(Id::of(user)))
            .filter(sessions::id.eq_any(ending))
            .filter(sessions::revoked_at.is_null())
            .filter(sessions::expires_at.gt(at.micros())),
    )
    .set(sessions::revoked_at.eq(at.micros()))
    .returning(sessions::id)
    .get_results(tx.conn)
    .await?;
    if !ended.is_empty() {
        let sessions = ended.iter().map(|&session| session.into()).collect();
        tx.append(user, None, What::SessionsRevoked { sessions }, at)
            .await?;
    }
    Ok(ended.len())
}
