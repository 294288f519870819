//! Accounts.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use parlor_domain::{Account, AccountStatus, DisplayName, SessionId, Timestamp, UserId, Username};
use parlor_ports::{Credentials, NewAccount, PasswordHash, Registered, StoreError, UserStore};
use secrecy::ExposeSecret;

use super::super::{Backend, Conn};
use super::Tx;
use super::sessions::end_sessions;
use crate::code::Code;
use crate::id::Id;
use crate::rows::AccountRow;
use crate::schema::users;

#[async_trait]
impl UserStore for Backend {
    async fn register(&self, new: NewAccount) -> Result<Registered, StoreError> {
        self.write(move |tx| register(tx, new).boxed()).await
    }

    async fn find(&self, user: UserId) -> Result<Option<Account>, StoreError> {
        self.read(move |conn| find(conn, user).boxed()).await
    }

    async fn find_by_username(&self, username: &Username) -> Result<Option<Account>, StoreError> {
        let key = username.key();
        self.read(move |conn| find_by_key(conn, key).boxed()).await
    }

    async fn credentials(&self, username: &Username) -> Result<Option<Credentials>, StoreError> {
        let key = username.key();
        self.read(move |conn| credentials(conn, key).boxed()).await
    }

    async fn set_password(
        &self,
        user: UserId,
        password: PasswordHash,
        except: Option<SessionId>,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        self.write(move |tx| set_password(tx, user, password, except, at).boxed())
            .await
    }

    async fn set_status(
        &self,
        user: UserId,
        status: AccountStatus,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        self.write(move |tx| set_status(tx, user, status, at).boxed())
            .await
    }

    async fn set_display_name(&self, user: UserId, name: DisplayName) -> Result<Option<Account>, StoreError> {
        self.write(move |tx| set_display_name(tx, user, name).boxed())
            .await
    }

    async fn set_last_seen(&self, seen: Vec<(UserId, Timestamp)>) -> Result<(), StoreError> {
        self.write(move |tx| set_last_seen(tx, seen).boxed()).await
    }
}

async fn register(tx: &mut Tx<'_>, new: NewAccount) -> QueryResult<Registered> {
    let (key, looks) = (new.username.key(), new.username.looks());
    let row = diesel::insert_into(users::table)
        .values((
            users::id.eq(Id::of(new.id)),
            users::username.eq(new.username.as_str()),
            users::username_key.eq(&key),
            users::username_look.eq(&looks),
            users::display_name.eq(new.display_name.as_str()),
            users::email.eq(new.email.as_ref().map(|email| email.as_str())),
            users::email_key.eq(new.email.as_ref().map(|email| email.key())),
            users::password.eq(new.password.0.expose_secret()),
            users::admin.eq(new.admin),
            users::status.eq(AccountStatus::Active.code()),
            users::created_at.eq(new.at.micros()),
        ))
        .on_conflict_do_nothing()
        .returning(AccountRow::as_returning())
        .get_result(tx.conn)
        .await
        .optional()?;
    let Some(row) = row else {
        let same = users::username_key.eq(key).or(users::username_look.eq(looks));
        let taken: i64 = users::table.filter(same).count().get_result(tx.conn).await?;
        return Ok(match taken {
            0 => Registered::EmailTaken,
            _ => Registered::UsernameTaken,
        });
    };
    tx.open_stream(Id::of(new.id), new.at).await?;
    Ok(Registered::Done(row.try_into()?))
}

pub(super) async fn find(conn: &mut Conn, user: UserId) -> QueryResult<Option<Account>> {
    users::table
        .filter(users::id.eq(Id::of(user)))
        .select(AccountRow::as_select())
        .first(conn)
        .await
        .optional()?
        .map(Account::try_from)
        .transpose()
}

async fn find_by_key(conn: &mut Conn, key: String) -> QueryResult<Option<Account>> {
    users::table
        .filter(users::username_key.eq(key))
        .select(AccountRow::as_select())
        .first(conn)
        .await
        .optional()?
        .map(Account::try_from)
        .transpose()
}

async fn credentials(conn: &mut Conn, key: String) -> QueryResult<Option<Credentials>> {
    let found = users::table
        .filter(users::username_key.eq(key))
        .select((AccountRow::as_select(), users::password))
        .first::<(AccountRow, String)>(conn)
        .await
        .optional()?;
    let Some((row, password)) = found else {
        return Ok(None);
    };
    let account = Account::try_from(row)?;
    Ok(Some(Credentials {
        user: account.user,
        password: PasswordHash(password.into()),
        status: account.status,
    }))
}

async fn set_password(
    tx: &mut Tx<'_>,
    user: UserId,
    password: PasswordHash,
    except: Option<SessionId>,
    at: Timestamp,
) -> QueryResult<bool> {
    tx.lock([Id::of(user)]).await?;
    let changed = diesel::update(users::table.filter(users::id.eq(Id::of(user))))
        .set(users::password.eq(password.0.expose_secret()))
        .execute(tx.conn)
        .await?;
    end_sessions(tx, user, except, at).await?;
    Ok(changed > 0)
}

async fn set_status(
    tx: &mut Tx<'_>,
    user: UserId,
    status: AccountStatus,
    at: Timestamp,
) -> QueryResult<bool> {
    tx.lock([Id::of(user)]).await?;
    let changed = diesel::update(users::table.filter(users::id.eq(Id::of(user))))
        .set(users::status.eq(status.code()))
        .execute(tx.conn)
        .await?;
    if status == AccountStatus::Disabled {
        end_sessions(tx, user, None, at).await?;
    }
    Ok(changed > 0)
}

async fn set_display_name(tx: &mut Tx<'_>, user: UserId, name: DisplayName) -> QueryResult<Option<Account>> {
    diesel::update(users::table.filter(users::id.eq(Id::of(user))))
        .set(users::display_name.eq(name.as_str()))
        .returning(AccountRow::as_returning())
        .get_result(tx.conn)
        .await
        .optional()?
        .map(Account::try_from)
        .transpose()
}

async fn set_last_seen(tx: &mut Tx<'_>, mut seen: Vec<(UserId, Timestamp)>) -> QueryResult<()> {
    // In one order, so that two flushes of the same people do not wait for each other in a circle.
    seen.sort_unstable();
    for (user, at) in seen {
        diesel::update(users::table.filter(users::id.eq(Id::of(user))))
            .filter(users::last_seen.is_null().or(users::last_seen.lt(at.micros())))
            .set(users::last_seen.eq(at.micros()))
            .execute(tx.conn)
            .await?;
    }
    Ok(())
}
