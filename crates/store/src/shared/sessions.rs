//! Sessions and their refresh tokens. Whatever changes the sessions of a user holds his stream's row, so that it happens
//! one after the other.

mod hosted;
mod keyed;
mod places;
mod refresh;
mod sweep;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use parlor_domain::{Account, AccountStatus, Session, SessionId, Timestamp, UserId, What};
use parlor_ports::{HostedSession, NewSession, Priority, Refresh, Refreshed, SessionStore, StoreError};

use super::super::{Backend, Conn};
use super::Tx;
use super::notifications::Seen;
use crate::code::Code;
use crate::id::Id;
use crate::rows::{AccountRow, SessionRow, StreamRow};
use crate::schema::{notification_marks, sessions, streams, users};

pub(super) use self::keyed::{keep_alive as keep_keyed_alive, open as open_keyed};

#[async_trait]
impl SessionStore for Backend {
    async fn open(&self, new: NewSession, most: usize) -> Result<Session, StoreError> {
        self.write(move |tx| open(tx, new, most).boxed()).await
    }

    async fn open_hosted(&self, new: HostedSession, most: usize) -> Result<Option<Session>, StoreError> {
        self.write(move |tx| hosted::open(tx, new, most).boxed()).await
    }

    async fn refresh(&self, refresh: Refresh) -> Result<Refreshed, StoreError> {
        self.write(move |tx| refresh::exchange(tx, refresh).boxed()).await
    }

    async fn find(
        &self,
        session: SessionId,
        now: Timestamp,
    ) -> Result<Option<(Session, Account)>, StoreError> {
        self.read(move |conn| find(conn, session, now).boxed()).await
    }

    async fn used(&self, user: UserId, session: SessionId, at: Timestamp) -> Result<(), StoreError> {
        self.write(move |tx| used(tx, user, session, at).boxed()).await
    }

    async fn was_at(&self, user: UserId, address: &str, since: Timestamp) -> Result<bool, StoreError> {
        let address = address.to_owned();
        self.read(move |conn| places::was_at(conn, user, address, since).boxed())
            .await
    }

    async fn is_known(&self, session: SessionId) -> Result<bool, StoreError> {
        self.read(move |conn| is_known(conn, session).boxed()).await
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
    tx.lock([Id::of(new.user.id)]).await?;
    make_place(tx, new.user.id, most, new.at).await?;
    let row = diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(Id::of(new.id)),
            sessions::user_id.eq(Id::of(new.user.id)),
            sessions::device.eq(new.device.as_str()),
            sessions::address.eq(new.address.as_deref()),
            sessions::created_at.eq(new.at.micros()),
            sessions::used_at.eq(new.at.micros()),
            sessions::expires_at.eq(new.expires_at.micros()),
        ))
        .returning(SessionRow::as_returning())
        .get_result(tx.conn)
        .await?;
    refresh::insert_token(tx, new.token.0, Id::of(new.id), new.at).await?;
    places::note(tx, Id::of(new.user.id), new.address.as_deref(), new.at).await?;
    row.of(new.user)
}

/// Ends the sessions beyond `most` with one that is to be opened: those that were unused longest.
async fn make_place(tx: &mut Tx<'_>, user: UserId, most: usize, at: Timestamp) -> QueryResult<()> {
    let live: Vec<Id> = sessions::table
        .filter(sessions::user_id.eq(Id::of(user)))
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(at.micros()))
        .order((sessions::used_at.desc(), sessions::id.desc()))
        .select(sessions::id)
        .load(tx.conn)
        .await?;
    let beyond = live.into_iter().skip(most.saturating_sub(1)).collect();
    end(tx, user, beyond, at).await?;
    Ok(())
}

async fn find(
    conn: &mut Conn,
    session: SessionId,
    now: Timestamp,
) -> QueryResult<Option<(Session, Account)>> {
    let found = find_with_head(conn, session, now).await?;
    Ok(found.map(|(session, account, ..)| (session, account)))
}

/// A live session, its account, how far the user's own stream has grown, and what of his notifications he has seen.
pub(super) async fn find_with_head(
    conn: &mut Conn,
    session: SessionId,
    now: Timestamp,
) -> QueryResult<Option<(Session, Account, StreamRow, Seen)>> {
    let found = sessions::table
        .inner_join(users::table.on(users::id.eq(sessions::user_id)))
        .inner_join(streams::table.on(streams::id.eq(sessions::user_id)))
        .left_join(notification_marks::table.on(notification_marks::user_id.eq(sessions::user_id)))
        .filter(sessions::id.eq(Id::of(session)))
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(now.micros()))
        .filter(users::status.eq(AccountStatus::Active.code()))
        .select((
            SessionRow::as_select(),
            AccountRow::as_select(),
            StreamRow::as_select(),
            Option::<Seen>::as_select(),
        ))
        .first::<(SessionRow, AccountRow, StreamRow, Option<Seen>)>(conn)
        .await
        .optional()?;
    found
        .map(|(session, account, own, seen)| {
            let session = session.of(account.user())?;
            Ok((session, account.try_into()?, own, seen.unwrap_or_default()))
        })
        .transpose()
}

async fn is_known(conn: &mut Conn, session: SessionId) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(sessions::table.find(Id::of(session))))
        .get_result(conn)
        .await
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

async fn used(tx: &mut Tx<'_>, user: UserId, session: SessionId, at: Timestamp) -> QueryResult<()> {
    tx.lock([Id::of(user)]).await?;
    let earlier = sessions::table
        .filter(sessions::id.eq(Id::of(session)))
        .filter(sessions::user_id.eq(Id::of(user)))
        .filter(sessions::used_at.lt(at.micros()));
    diesel::update(earlier)
        .set(sessions::used_at.eq(at.micros()))
        .execute(tx.conn)
        .await?;
    Ok(())
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
