//! What dialects know: the stable keys, for which session each stands and how many went before it, and the names of rooms and broadcast
//! lists.

mod lists;
mod names;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use parlor_domain::{AccountStatus, BroadcastListId, Dialect, RoomId, Timestamp, UserRef};
use parlor_ports::{DialectStore, KeySession, NewKeySession, StoreError};

use super::super::{Backend, Conn};
use super::Tx;
use super::rooms::end_lonely;
use super::sessions::{keep_keyed_alive, open_keyed};
use super::users;
use crate::code::Code;
use crate::error::corrupt;
use crate::id::Id;
use crate::rows::{AccountRow, SessionRow};
use crate::schema::{dialect_keys, sessions, users as accounts};

pub(super) use self::lists::{find as list_named, give as name_list};
pub(super) use self::names::{find as room_named, give as name_room};

#[async_trait]
impl DialectStore for Backend {
    async fn open_key(&self, new: NewKeySession, most: usize) -> Result<KeySession, StoreError> {
        self.write(move |tx| open(tx, new, most).boxed()).await
    }

    async fn find_key(
        &self,
        dialect: Dialect,
        user_number: i64,
        now: Timestamp,
    ) -> Result<Option<KeySession>, StoreError> {
        self.read(move |conn| find(conn, dialect, user_number, now).boxed())
            .await
    }

    async fn end_lonely(
        &self,
        dialect: Dialect,
        owner: UserRef,
        keep: usize,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(move |tx| end_lonely(tx, dialect, owner, keep, at).boxed())
            .await
    }

    async fn name_room(&self, dialect: Dialect, name: &str, room: RoomId) -> Result<bool, StoreError> {
        let name = name.to_owned();
        self.write(move |tx| names::give(tx, dialect, name, room).boxed())
            .await
    }

    async fn room_named(&self, dialect: Dialect, name: &str) -> Result<Option<RoomId>, StoreError> {
        let name = name.to_owned();
        self.read(move |conn| names::find(conn, dialect, name).boxed())
            .await
    }

    async fn name_rooms(&self, dialect: Dialect, named: Vec<(RoomId, String)>) -> Result<(), StoreError> {
        self.write(move |tx| names::give_all(tx, dialect, named).boxed())
            .await
    }

    async fn name_of(&self, dialect: Dialect, room: RoomId) -> Result<Option<String>, StoreError> {
        self.read(move |conn| names::of(conn, dialect, room).boxed())
            .await
    }

    async fn names_of(
        &self,
        dialect: Dialect,
        rooms: Vec<RoomId>,
    ) -> Result<Vec<(RoomId, String)>, StoreError> {
        self.read(move |conn| names::of_all(conn, dialect, rooms).boxed())
            .await
    }

    async fn name_list(
        &self,
        dialect: Dialect,
        name: &str,
        list: BroadcastListId,
    ) -> Result<bool, StoreError> {
        let name = name.to_owned();
        self.write(move |tx| lists::give(tx, dialect, name, list, None).boxed())
            .await
    }

    async fn list_named(&self, dialect: Dialect, name: &str) -> Result<Option<BroadcastListId>, StoreError> {
        let name = name.to_owned();
        self.read(move |conn| lists::find(conn, dialect, name).boxed())
            .await
    }

    async fn list_numbered(
        &self,
        dialect: Dialect,
        number: i64,
    ) -> Result<Option<BroadcastListId>, StoreError> {
        self.read(move |conn| lists::numbered(conn, dialect, number).boxed())
            .await
    }

    async fn name_of_list(
        &self,
        dialect: Dialect,
        list: BroadcastListId,
    ) -> Result<Option<(String, i64)>, StoreError> {
        self.read(move |conn| lists::of(conn, dialect, list).boxed())
            .await
    }
}

async fn open(tx: &mut Tx<'_>, new: NewKeySession, most: usize) -> QueryResult<KeySession> {
    let user = Id::of(new.user.id);
    tx.lock([user]).await?;
    let account = users::find(tx.conn, new.user.id).await?;
    let account = account.ok_or_else(|| corrupt("account", new.user.id))?;
    let last: Option<(i64, Id)> = dialect_keys::table
        .find((user, new.dialect.code()))
        .select((dialect_keys::counter, dialect_keys::session_id))
        .first(tx.conn)
        .await
        .optional()?;
    if let Some((counter, session)) = last
        && let Some(session) = keep_keyed_alive(tx, session.into(), &new).await?
    {
        return Ok(KeySession {
            counter: loaded(counter)?,
            session,
            account,
        });
    }
    let session = open_keyed(tx, &new, most).await?;
    let counter = last.map_or(0, |(counter, _)| counter + 1);
    keep(tx, &new, counter).await?;
    Ok(KeySession {
        counter: loaded(counter)?,
        session,
        account,
    })
}

/// Remembers for which session the user's key stands from now on, in the place of the last one.
async fn keep(tx: &mut Tx<'_>, new: &NewKeySession, counter: i64) -> QueryResult<()> {
    let (user, dialect) = (Id::of(new.user.id), new.dialect.code());
    let session = Id::of(new.session);
    let replaced = diesel::update(dialect_keys::table.find((user, dialect)))
        .set((
            dialect_keys::counter.eq(counter),
            dialect_keys::session_id.eq(session),
        ))
        .execute(tx.conn)
        .await?;
    if replaced == 0 {
        diesel::insert_into(dialect_keys::table)
            .values((
                dialect_keys::user_id.eq(user),
                dialect_keys::dialect.eq(dialect),
                dialect_keys::counter.eq(counter),
                dialect_keys::session_id.eq(session),
            ))
            .execute(tx.conn)
            .await?;
    }
    Ok(())
}

async fn find(
    conn: &mut Conn,
    dialect: Dialect,
    user_number: i64,
    now: Timestamp,
) -> QueryResult<Option<KeySession>> {
    let found = dialect_keys::table
        .inner_join(accounts::table.on(accounts::id.eq(dialect_keys::user_id)))
        .inner_join(sessions::table.on(sessions::id.eq(dialect_keys::session_id)))
        .filter(accounts::number.eq(user_number))
        .filter(dialect_keys::dialect.eq(dialect.code()))
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(now.micros()))
        .filter(accounts::status.eq(AccountStatus::Active.code()))
        .select((
            dialect_keys::counter,
            SessionRow::as_select(),
            AccountRow::as_select(),
        ))
        .first::<(i64, SessionRow, AccountRow)>(conn)
        .await
        .optional()?;
    found
        .map(|(counter, session, account)| {
            Ok(KeySession {
                counter: loaded(counter)?,
                session: session.of(account.user())?,
                account: account.try_into()?,
            })
        })
        .transpose()
}

/// The counter that was stored.
fn loaded(counter: i64) -> QueryResult<u32> {
    u32::try_from(counter).map_err(|why| corrupt("counter of a key", why))
}
