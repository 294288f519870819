//! Accounts.

mod access;
mod address;
mod delete;
mod people;
mod profile;
mod register;
mod search;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use parlor_domain::{
    Account, AccountStatus, Email, Mobile, ProfileChange, SessionId, Timestamp, UserId, Username,
};
use parlor_ports::{
    Credentials, HostUser, LoginName, MobileSet, NewAccount, NewLetter, PasswordHash, PeopleOrder,
    Registered, Shown, StoreError, UserSearch, UserStore,
};

use super::super::{Backend, Conn};
use super::Tx;
use crate::code::Code;
use crate::id::Id;
use crate::rows::AccountRow;
use crate::schema::{host_users, users};

pub(super) use self::access::{replace_password, void};
pub(super) use self::address::Address;
pub(super) use self::profile::{is_private, private_among};
pub(super) use self::register::{register, register_numbered};

#[async_trait]
impl UserStore for Backend {
    async fn register(&self, new: NewAccount) -> Result<Registered, StoreError> {
        self.write(move |tx| register(tx, new).boxed()).await
    }

    async fn any(&self) -> Result<bool, StoreError> {
        self.read(move |conn| any(conn).boxed()).await
    }

    async fn find(&self, user: UserId) -> Result<Option<Account>, StoreError> {
        self.read(move |conn| find(conn, user).boxed()).await
    }

    async fn find_by_number(&self, number: i64) -> Result<Option<Account>, StoreError> {
        self.read(move |conn| find_by_number(conn, number).boxed()).await
    }

    async fn find_all(&self, users: Vec<UserId>) -> Result<Vec<Account>, StoreError> {
        self.read(move |conn| people::find_all(conn, users).boxed()).await
    }

    async fn find_all_by_number(&self, numbers: Vec<i64>) -> Result<Vec<Account>, StoreError> {
        self.read(move |conn| people::find_all_by_number(conn, numbers).boxed())
            .await
    }

    async fn find_by_username(&self, username: &Username) -> Result<Option<Account>, StoreError> {
        let key = username.key();
        self.read(move |conn| find_by_username(conn, key).boxed()).await
    }

    async fn find_by_email(&self, email: &Email) -> Result<Option<Account>, StoreError> {
        let key = email.key();
        self.read(move |conn| find_by_email(conn, key).boxed()).await
    }

    async fn find_by_claimed(&self, email: &Email) -> Result<Option<Account>, StoreError> {
        let key = email.key();
        self.snapshot(move |conn| find_by_claimed(conn, key).boxed())
            .await
    }

    async fn find_by_host(&self, host: &HostUser) -> Result<Option<Account>, StoreError> {
        let host = host.clone();
        self.read(move |conn| find_by_host(conn, host).boxed()).await
    }

    async fn search(
        &self,
        viewer: UserId,
        wanted: UserSearch,
        most: usize,
    ) -> Result<Vec<Account>, StoreError> {
        self.snapshot(move |conn| search::search(conn, viewer, wanted, most).boxed())
            .await
    }

    async fn people(
        &self,
        viewer: Option<UserId>,
        order: PeopleOrder,
        skip: u64,
        most: usize,
    ) -> Result<Vec<Account>, StoreError> {
        self.snapshot(move |conn| people::list(conn, viewer, order, skip, most).boxed())
            .await
    }

    async fn people_after(
        &self,
        viewer: Option<UserId>,
        number: i64,
        most: usize,
    ) -> Result<Vec<Account>, StoreError> {
        self.snapshot(move |conn| people::after(conn, viewer, number, most).boxed())
            .await
    }

    async fn count_people(&self, viewer: Option<UserId>) -> Result<u64, StoreError> {
        self.snapshot(move |conn| people::count(conn, viewer).boxed())
            .await
    }

    async fn shown(&self, viewer: UserId, people: Vec<UserId>) -> Result<Vec<(UserId, Shown)>, StoreError> {
        self.snapshot(move |conn| search::shown(conn, viewer, people).boxed())
            .await
    }

    async fn credentials(&self, login: &LoginName) -> Result<Option<Credentials>, StoreError> {
        let login = login.clone();
        if matches!(login, LoginName::Claimed(_)) {
            // It may go to somebody else between two looks.
            return self
                .snapshot(move |conn| access::credentials(conn, login).boxed())
                .await;
        }
        self.read(move |conn| access::credentials(conn, login).boxed())
            .await
    }

    async fn set_password(
        &self,
        user: UserId,
        password: PasswordHash,
        except: Option<SessionId>,
        notice: Option<NewLetter>,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        self.write(move |tx| access::set_password(tx, user, password, except, notice, at).boxed())
            .await
    }

    async fn rehash(&self, user: UserId, old: PasswordHash, new: PasswordHash) -> Result<bool, StoreError> {
        self.write(move |tx| access::rehash(tx, user, old, new).boxed())
            .await
    }

    async fn set_status(
        &self,
        user: UserId,
        status: AccountStatus,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        self.write(move |tx| access::set_status(tx, user, status, at).boxed())
            .await
    }

    async fn set_admin(&self, user: UserId, admin: bool, at: Timestamp) -> Result<bool, StoreError> {
        self.write(move |tx| access::set_admin(tx, user, admin, at).boxed())
            .await
    }

    async fn change_profile(
        &self,
        user: UserId,
        change: ProfileChange,
        at: Timestamp,
    ) -> Result<Option<Account>, StoreError> {
        self.write(move |tx| profile::change(tx, user, change, at).boxed())
            .await
    }

    async fn set_mobile(&self, user: UserId, mobile: Option<Mobile>) -> Result<MobileSet, StoreError> {
        self.write(move |tx| profile::set_mobile(tx, user, mobile).boxed())
            .await
    }

    async fn give_mobile(&self, user: UserId, mobile: Mobile) -> Result<MobileSet, StoreError> {
        self.write(move |tx| profile::give_mobile(tx, user, mobile).boxed())
            .await
    }

    async fn delete(&self, user: UserId, messages: bool, at: Timestamp) -> Result<bool, StoreError> {
        let deleted = self
            .write(move |tx| delete::delete(tx, user, messages, at).boxed())
            .await;
        self.erase_soon();
        deleted
    }

    async fn set_last_seen(&self, seen: Vec<(UserId, Timestamp)>) -> Result<(), StoreError> {
        self.write(move |tx| set_last_seen(tx, seen).boxed()).await
    }
}

/// An account that was not deleted, which nobody else changes until the end of the transaction.
pub(super) async fn hold(tx: &mut Tx<'_>, user: UserId) -> QueryResult<Option<Account>> {
    tx.lock([Id::of(user)]).await?;
    let found = find(tx.conn, user).await?;
    Ok(found.filter(|account| account.status != AccountStatus::Deleted))
}

async fn any(conn: &mut Conn) -> QueryResult<bool> {
    let last: Option<i64> = users::table
        .select(diesel::dsl::max(users::number))
        .first(conn)
        .await?;
    Ok(last.is_some())
}

/// Whether there is an administrator whose account can be used.
pub(super) async fn any_admin(conn: &mut Conn) -> QueryResult<bool> {
    let admins = users::table
        .filter(users::admin)
        .filter(users::status.eq(AccountStatus::Active.code()));
    diesel::select(diesel::dsl::exists(admins)).get_result(conn).await
}

pub(super) async fn find(conn: &mut Conn, user: UserId) -> QueryResult<Option<Account>> {
    let one = users::table.find(Id::of(user)).select(AccountRow::as_select());
    account(one.first(conn).await)
}

async fn find_by_number(conn: &mut Conn, number: i64) -> QueryResult<Option<Account>> {
    let one = users::table.filter(users::number.eq(number));
    account(one.select(AccountRow::as_select()).first(conn).await)
}

async fn find_by_username(conn: &mut Conn, key: String) -> QueryResult<Option<Account>> {
    let one = users::table.filter(users::username_key.eq(key));
    account(one.select(AccountRow::as_select()).first(conn).await)
}

async fn find_by_email(conn: &mut Conn, key: String) -> QueryResult<Option<Account>> {
    let one = users::table.filter(users::email_key.eq(key));
    account(one.select(AccountRow::as_select()).first(conn).await)
}

async fn find_by_claimed(conn: &mut Conn, key: String) -> QueryResult<Option<Account>> {
    match address::holder(conn, &key).await? {
        Some(user) => find(conn, user.into()).await,
        None => Ok(None),
    }
}

async fn find_by_host(conn: &mut Conn, host: HostUser) -> QueryResult<Option<Account>> {
    let one = host_users::table
        .inner_join(users::table.on(users::id.eq(host_users::user_id)))
        .filter(host_users::issuer.eq(&*host.issuer))
        .filter(host_users::subject.eq(&*host.subject));
    account(one.select(AccountRow::as_select()).first(conn).await)
}

/// The account that was looked for, if there is one.
fn account(found: QueryResult<AccountRow>) -> QueryResult<Option<Account>> {
    found.optional()?.map(Account::try_from).transpose()
}

async fn set_last_seen(tx: &mut Tx<'_>, mut seen: Vec<(UserId, Timestamp)>) -> QueryResult<()> {
    // In one order, so that two flushes of the same people do not wait for each other in a circle.
    seen.sort_unstable();
    for (user, at) in seen {
        diesel::update(users::table.find(Id::of(user)))
            .filter(users::status.ne(AccountStatus::Deleted.code()))
            .filter(users::last_seen.is_null().or(users::last_seen.lt(at.micros())))
            .set(users::last_seen.eq(at.micros()))
            .execute(tx.conn)
            .await?;
    }
    Ok(())
}
