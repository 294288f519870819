//! API keys.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use parlor_domain::{AccountStatus, Timestamp, UserId, UserRef};
use parlor_ports::{ApiKey, ApiKeyMade, ApiKeyStore, KeyBot, NewApiKey, Registered, StoreError, TokenDigest};

use super::super::{Backend, Conn};
use super::Tx;
use super::users::register;
use crate::code::Code;
use crate::counter::rows;
use crate::id::Id;
use crate::rows::{ApiKeyRow, NewApiKeyRow};
use crate::schema::{api_keys, users};

#[async_trait]
impl ApiKeyStore for Backend {
    async fn make(&self, new: NewApiKey) -> Result<ApiKeyMade, StoreError> {
        self.write(move |tx| make(tx, new).boxed()).await
    }

    async fn list(&self, most: usize) -> Result<Vec<ApiKey>, StoreError> {
        self.read(move |conn| list(conn, most).boxed()).await
    }

    async fn find(&self, key: TokenDigest, now: Timestamp) -> Result<Option<ApiKey>, StoreError> {
        self.read(move |conn| find(conn, key, now).boxed()).await
    }

    async fn used(&self, number: i64, at: Timestamp) -> Result<(), StoreError> {
        self.write(move |tx| used(tx, number, at).boxed()).await
    }

    async fn revoke(&self, number: i64) -> Result<bool, StoreError> {
        self.write(move |tx| revoke(tx, number).boxed()).await
    }
}

async fn make(tx: &mut Tx<'_>, mut new: NewApiKey) -> QueryResult<ApiKeyMade> {
    if let Some(KeyBot::Known(bot)) = &new.bot {
        tx.lock([Id::of(*bot)]).await?;
    }
    tx.claim("API keys").await?;
    let there: i64 = api_keys::table.count().get_result(tx.conn).await?;
    if there >= i64::from(new.most) {
        return Ok(ApiKeyMade::TooMany);
    }
    let bot = match new.bot.take() {
        None => None,
        Some(bot) => match self::bot(tx, bot).await? {
            Some(bot) => Some(bot),
            None => return Ok(ApiKeyMade::NoBot),
        },
    };
    let row: ApiKeyRow = diesel::insert_into(api_keys::table)
        .values(NewApiKeyRow::new(&new, bot.map(|bot| bot.id)))
        .returning(ApiKeyRow::as_returning())
        .get_result(tx.conn)
        .await?;
    Ok(ApiKeyMade::Done(row.key(bot.map(|bot| bot.number))?))
}

async fn bot(tx: &mut Tx<'_>, bot: KeyBot) -> QueryResult<Option<UserRef>> {
    match bot {
        KeyBot::Known(id) => {
            let number: Option<i64> = users::table
                .find(Id::of(id))
                .filter(users::bot)
                .filter(users::status.ne(AccountStatus::Deleted.code()))
                .select(users::number)
                .first(tx.conn)
                .await
                .optional()?;
            Ok(number.map(|number| UserRef { id, number }))
        }
        KeyBot::New(new) => match register(tx, *new).await? {
            Registered::Done(account) => Ok(Some(account.user)),
            _ => Ok(None),
        },
    }
}

async fn list(conn: &mut Conn, most: usize) -> QueryResult<Vec<ApiKey>> {
    let found: Vec<(ApiKeyRow, Option<i64>)> = api_keys::table
        .left_join(users::table.on(api_keys::bot_id.eq(users::id.nullable())))
        .order(api_keys::number.desc())
        .limit(rows(most))
        .select((ApiKeyRow::as_select(), users::number.nullable()))
        .load(conn)
        .await?;
    found.into_iter().map(|(row, bot)| row.key(bot)).collect()
}

async fn find(conn: &mut Conn, key: TokenDigest, now: Timestamp) -> QueryResult<Option<ApiKey>> {
    let good = api_keys::expires_at
        .is_null()
        .or(api_keys::expires_at.gt(now.micros()));
    let found: Option<(ApiKeyRow, Option<i64>)> = api_keys::table
        .left_join(users::table.on(api_keys::bot_id.eq(users::id.nullable())))
        .filter(api_keys::digest.eq(key.0.to_vec()))
        .filter(good)
        .select((ApiKeyRow::as_select(), users::number.nullable()))
        .first(conn)
        .await
        .optional()?;
    found.map(|(row, bot)| row.key(bot)).transpose()
}

async fn used(tx: &mut Tx<'_>, number: i64, at: Timestamp) -> QueryResult<()> {
    diesel::update(api_keys::table.find(number))
        .set(api_keys::used_at.eq(at.micros()))
        .execute(tx.conn)
        .await?;
    Ok(())
}

/// As what a key is claimed, by who uses it for something that must not be half done when it is revoked.
pub(super) fn name(number: i64) -> String {
    format!("API key {number}")
}

async fn revoke(tx: &mut Tx<'_>, number: i64) -> QueryResult<bool> {
    tx.claim(&name(number)).await?;
    let revoked = diesel::delete(api_keys::table.find(number))
        .execute(tx.conn)
        .await?;
    Ok(revoked > 0)
}

/// Forgets the keys of a bot that is gone, and who has made others. Its stream must be locked.
pub(super) async fn revoke_all(tx: &mut Tx<'_>, user: UserId) -> QueryResult<()> {
    let keys: Vec<i64> = api_keys::table
        .filter(api_keys::bot_id.eq(Id::of(user)))
        .order(api_keys::number)
        .select(api_keys::number)
        .load(tx.conn)
        .await?;
    for number in keys {
        revoke(tx, number).await?;
    }
    diesel::update(api_keys::table.filter(api_keys::by_id.eq(Id::of(user))))
        .set(api_keys::by_id.eq(None::<Id>))
        .execute(tx.conn)
        .await?;
    Ok(())
}
