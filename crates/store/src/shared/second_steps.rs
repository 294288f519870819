//! What people show besides the password. Whatever changes it holds the row of the person's stream, but what is used up,
//! which is one statement each.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use parlor_domain::{AccountStatus, Timestamp, UserId};
use parlor_ports::{App, CodeDigest, SecondStep, SecondStepStore, StoreError};
use uuid::Uuid;

use super::super::{Backend, Conn};
use super::Tx;
use super::users::hold;
use crate::code::Code;
use crate::id::Id;
use crate::schema::{apps, recovery_codes, users};

#[async_trait]
impl SecondStepStore for Backend {
    async fn find(&self, user: UserId) -> Result<Option<SecondStep>, StoreError> {
        self.snapshot(move |conn| find(conn, user).boxed()).await
    }

    async fn set_mailed_code(&self, user: UserId, on: bool) -> Result<bool, StoreError> {
        self.write(move |tx| set_mailed_code(tx, user, on).boxed()).await
    }

    async fn enrol_app(&self, user: UserId, sealed: Vec<u8>, at: Timestamp) -> Result<bool, StoreError> {
        self.write(move |tx| enrol_app(tx, user, sealed, at).boxed())
            .await
    }

    async fn confirm_app(
        &self,
        user: UserId,
        sealed: Vec<u8>,
        step: i64,
        recovery: Vec<CodeDigest>,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        self.write(move |tx| confirm_app(tx, user, sealed, step, recovery, at).boxed())
            .await
    }

    async fn use_step(&self, user: UserId, step: i64) -> Result<bool, StoreError> {
        self.write(move |tx| use_step(tx, user, step).boxed()).await
    }

    async fn use_recovery_code(&self, user: UserId, code: CodeDigest) -> Result<bool, StoreError> {
        self.write(move |tx| use_recovery_code(tx, user, code).boxed())
            .await
    }

    async fn replace_recovery_codes(&self, user: UserId, codes: Vec<CodeDigest>) -> Result<bool, StoreError> {
        self.write(move |tx| replace_recovery_codes(tx, user, codes).boxed())
            .await
    }

    async fn remove_app(&self, user: UserId) -> Result<bool, StoreError> {
        self.write(move |tx| remove_app(tx, user).boxed()).await
    }

    async fn reset(&self, user: UserId) -> Result<bool, StoreError> {
        self.write(move |tx| reset(tx, user).boxed()).await
    }

    async fn apps(&self, after: Option<UserId>, most: usize) -> Result<Vec<(UserId, Vec<u8>)>, StoreError> {
        self.snapshot(move |conn| list(conn, after, most).boxed()).await
    }
}

async fn find(conn: &mut Conn, user: UserId) -> QueryResult<Option<SecondStep>> {
    let mailed_code: Option<bool> = users::table
        .find(Id::of(user))
        .filter(users::status.ne(AccountStatus::Deleted.code()))
        .select(users::mailed_code)
        .first(conn)
        .await
        .optional()?;
    let Some(mailed_code) = mailed_code else {
        return Ok(None);
    };
    let app = app(conn, user).await?;
    let codes: i64 = recovery_codes::table
        .filter(recovery_codes::user_id.eq(Id::of(user)))
        .count()
        .get_result(conn)
        .await?;
    Ok(Some(SecondStep {
        mailed_code,
        app,
        recovery_codes: u32::try_from(codes).unwrap_or(u32::MAX),
    }))
}

async fn app(conn: &mut Conn, user: UserId) -> QueryResult<Option<App>> {
    let found: Option<(Vec<u8>, Option<i64>)> = apps::table
        .find(Id::of(user))
        .select((apps::sealed, apps::last_step))
        .first(conn)
        .await
        .optional()?;
    Ok(found.map(|(sealed, last_step)| App { sealed, last_step }))
}

async fn set_mailed_code(tx: &mut Tx<'_>, user: UserId, on: bool) -> QueryResult<bool> {
    let Some(account) = hold(tx, user).await? else {
        return Ok(false);
    };
    if on && account.email_verified_at.is_none() {
        return Ok(false);
    }
    diesel::update(users::table.find(Id::of(user)))
        .set(users::mailed_code.eq(on))
        .execute(tx.conn)
        .await?;
    Ok(true)
}

async fn enrol_app(tx: &mut Tx<'_>, user: UserId, sealed: Vec<u8>, at: Timestamp) -> QueryResult<bool> {
    if hold(tx, user).await?.is_none() {
        return Ok(false);
    }
    let confirmed = app(tx.conn, user).await?.and_then(|app| app.last_step);
    if confirmed.is_some() {
        return Ok(false);
    }
    let row = (apps::sealed.eq(&sealed), apps::since.eq(at.micros()));
    diesel::insert_into(apps::table)
        .values((apps::user_id.eq(Id::of(user)), row))
        .on_conflict(apps::user_id)
        .do_update()
        .set(row)
        .execute(tx.conn)
        .await?;
    Ok(true)
}

async fn confirm_app(
    tx: &mut Tx<'_>,
    user: UserId,
    sealed: Vec<u8>,
    step: i64,
    recovery: Vec<CodeDigest>,
    at: Timestamp,
) -> QueryResult<bool> {
    tx.lock([Id::of(user)]).await?;
    let confirmed = diesel::update(apps::table.find(Id::of(user)))
        .filter(apps::sealed.eq(sealed))
        .filter(apps::last_step.is_null())
        .set((apps::last_step.eq(step), apps::since.eq(at.micros())))
        .execute(tx.conn)
        .await?;
    if confirmed > 0 {
        put_codes(tx, user, recovery).await?;
    }
    Ok(confirmed > 0)
}

async fn use_step(tx: &mut Tx<'_>, user: UserId, step: i64) -> QueryResult<bool> {
    let used = diesel::update(apps::table.find(Id::of(user)))
        .filter(apps::last_step.lt(step))
        .set(apps::last_step.eq(step))
        .execute(tx.conn)
        .await?;
    Ok(used > 0)
}

async fn use_recovery_code(tx: &mut Tx<'_>, user: UserId, code: CodeDigest) -> QueryResult<bool> {
    let used = diesel::delete(recovery_codes::table.find((Id::of(user), code.0.to_vec())))
        .execute(tx.conn)
        .await?;
    Ok(used > 0)
}

async fn replace_recovery_codes(tx: &mut Tx<'_>, user: UserId, codes: Vec<CodeDigest>) -> QueryResult<bool> {
    tx.lock([Id::of(user)]).await?;
    let confirmed = app(tx.conn, user).await?.and_then(|app| app.last_step);
    if confirmed.is_some() {
        put_codes(tx, user, codes).await?;
    }
    Ok(confirmed.is_some())
}

/// Puts these recovery codes in the place of all. The person's stream must be locked.
async fn put_codes(tx: &mut Tx<'_>, user: UserId, codes: Vec<CodeDigest>) -> QueryResult<()> {
    forget_codes(tx, user).await?;
    for code in codes {
        diesel::insert_into(recovery_codes::table)
            .values((
                recovery_codes::user_id.eq(Id::of(user)),
                recovery_codes::code.eq(code.0.to_vec()),
            ))
            .on_conflict_do_nothing()
            .execute(tx.conn)
            .await?;
    }
    Ok(())
}

async fn forget_codes(tx: &mut Tx<'_>, user: UserId) -> QueryResult<usize> {
    diesel::delete(recovery_codes::table.filter(recovery_codes::user_id.eq(Id::of(user))))
        .execute(tx.conn)
        .await
}

async fn remove_app(tx: &mut Tx<'_>, user: UserId) -> QueryResult<bool> {
    tx.lock([Id::of(user)]).await?;
    let removed = diesel::delete(apps::table.find(Id::of(user)))
        .execute(tx.conn)
        .await?;
    forget_codes(tx, user).await?;
    Ok(removed > 0)
}

async fn reset(tx: &mut Tx<'_>, user: UserId) -> QueryResult<bool> {
    if !set_mailed_code(tx, user, false).await? {
        return Ok(false);
    }
    remove_app(tx, user).await?;
    Ok(true)
}

async fn list(conn: &mut Conn, after: Option<UserId>, most: usize) -> QueryResult<Vec<(UserId, Vec<u8>)>> {
    let after = after.map_or(Id::of(UserId::new(Uuid::nil())), Id::of);
    let found: Vec<(Id, Vec<u8>)> = apps::table
        .filter(apps::user_id.gt(after))
        .order(apps::user_id)
        .limit(i64::try_from(most).unwrap_or(i64::MAX))
        .select((apps::user_id, apps::sealed))
        .load(conn)
        .await?;
    Ok(found
        .into_iter()
        .map(|(user, sealed)| (user.into(), sealed))
        .collect())
}
