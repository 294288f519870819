//! Who gets in: passwords, locks, and the right to administer.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{Account, AccountStatus, SessionId, Timestamp, UserId};
use parlor_ports::{Credentials, LoginName, NewLetter, PasswordHash};
use secrecy::ExposeSecret;

use super::super::super::Conn;
use super::super::sessions::end_sessions;
use super::super::{Tx, invites, outbox};
use super::address::holder;
use super::hold;
use crate::code::Code;
use crate::id::Id;
use crate::rows::AccountRow;
use crate::schema::{challenges, log_in_codes, proofs, users};

/// What stands in the place of a password's hash where there is none: the hash of no password.
pub(super) const NO_PASSWORD: &str = "!";

pub(super) async fn credentials(conn: &mut Conn, login: LoginName) -> QueryResult<Option<Credentials>> {
    let columns = (AccountRow::as_select(), users::password);
    // Whatever somebody may have given it, a bot logs in nowhere.
    let people = users::table.filter(users::bot.eq(false));
    let found = match login {
        LoginName::Username(name) => {
            let named = people.filter(users::username_key.eq(name.key()));
            named.select(columns).first(conn).await
        }
        LoginName::Email(email) => {
            let addressed = people.filter(users::email_key.eq(email.key()));
            addressed.select(columns).first(conn).await
        }
        LoginName::Claimed(email) => {
            let Some(user) = holder(conn, &email.key()).await? else {
                return Ok(None);
            };
            let holding = people.filter(users::id.eq(user));
            holding.select(columns).first(conn).await
        }
    };
    let found: Option<(AccountRow, String)> = found.optional()?;
    let Some((row, password)) = found else {
        return Ok(None);
    };
    let account = Account::try_from(row)?;
    Ok(Some(Credentials {
        user: account.user,
        password: (password != NO_PASSWORD).then(|| PasswordHash(password.into())),
        status: account.status,
    }))
}

pub(super) async fn set_password(
    tx: &mut Tx<'_>,
    user: UserId,
    password: PasswordHash,
    except: Option<SessionId>,
    notice: Option<NewLetter>,
    at: Timestamp,
) -> QueryResult<bool> {
    if hold(tx, user).await?.is_none() {
        return Ok(false);
    }
    replace_password(tx, user, &password).await?;
    end_sessions(tx, user, except, at).await?;
    if let Some(notice) = notice {
        outbox::keep(tx, notice, Some(user)).await?;
    }
    Ok(true)
}

pub(super) async fn rehash(
    tx: &mut Tx<'_>,
    user: UserId,
    old: PasswordHash,
    new: PasswordHash,
) -> QueryResult<bool> {
    let replaced = diesel::update(users::table.find(Id::of(user)))
        .filter(users::password.eq(old.0.expose_secret()))
        .set(users::password.eq(new.0.expose_secret()))
        .execute(tx.conn)
        .await?;
    Ok(replaced > 0)
}

/// Sets another password, and voids what was made for the account before. The account must be held.
pub(in super::super) async fn replace_password(
    tx: &mut Tx<'_>,
    user: UserId,
    password: &PasswordHash,
) -> QueryResult<()> {
    diesel::update(users::table.find(Id::of(user)))
        .set((
            users::password.eq(password.0.expose_secret()),
            users::epoch.eq(users::epoch + 1),
        ))
        .execute(tx.conn)
        .await?;
    void(tx, user).await
}

/// Forgets the proofs, challenges and codes that were made for an account.
pub(in super::super) async fn void(tx: &mut Tx<'_>, user: UserId) -> QueryResult<()> {
    let user = Id::of(user);
    diesel::delete(proofs::table.filter(proofs::user_id.eq(user)))
        .execute(tx.conn)
        .await?;
    diesel::delete(challenges::table.filter(challenges::user_id.eq(user)))
        .execute(tx.conn)
        .await?;
    diesel::delete(log_in_codes::table.find(user))
        .execute(tx.conn)
        .await?;
    Ok(())
}

pub(super) async fn set_status(
    tx: &mut Tx<'_>,
    user: UserId,
    status: AccountStatus,
    at: Timestamp,
) -> QueryResult<bool> {
    if hold(tx, user).await?.is_none() || status == AccountStatus::Deleted {
        return Ok(false);
    }
    diesel::update(users::table.find(Id::of(user)))
        .set(users::status.eq(status.code()))
        .execute(tx.conn)
        .await?;
    if status == AccountStatus::Disabled {
        end_sessions(tx, user, None, at).await?;
        void(tx, user).await?;
        invites::withdraw_all(tx, user).await?;
    }
    Ok(true)
}

pub(super) async fn set_admin(
    tx: &mut Tx<'_>,
    user: UserId,
    admin: bool,
    at: Timestamp,
) -> QueryResult<bool> {
    let Some(account) = hold(tx, user).await? else {
        return Ok(false);
    };
    if account.admin != admin {
        diesel::update(users::table.find(Id::of(user)))
            .set(users::admin.eq(admin))
            .execute(tx.conn)
            .await?;
        end_sessions(tx, user, None, at).await?;
        invites::withdraw_all(tx, user).await?;
    }
    Ok(true)
}
