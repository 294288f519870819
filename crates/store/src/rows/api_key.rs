//! API keys.

use diesel::{Insertable, QueryResult, Queryable, Selectable};
use parlor_domain::{Scopes, Timestamp, UserId, UserRef};
use parlor_ports::{ApiKey, NewApiKey};

use crate::error::{corrupt, parse};
use crate::id::Id;
use crate::schema::api_keys;

/// An API key, without its digest.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = api_keys)]
pub(crate) struct ApiKeyRow {
    number: i64,
    name: String,
    scopes: i16,
    bot_id: Option<Id>,
    by_id: Option<Id>,
    created_at: i64,
    expires_at: Option<i64>,
    used_at: Option<i64>,
}

impl ApiKeyRow {
    /// The key, given the number of its bot, if it has one.
    pub(crate) fn key(self, bot: Option<i64>) -> QueryResult<ApiKey> {
        let scopes = u8::try_from(self.scopes).map_err(|why| corrupt("API key", why))?;
        let bot = self.bot_id.zip(bot).map(|(id, number)| UserRef {
            id: id.into(),
            number,
        });
        Ok(ApiKey {
            number: self.number,
            name: parse("key's name", &self.name)?,
            scopes: Scopes::stored(scopes),
            bot,
            by: self.by_id.map(Into::into),
            at: Timestamp::from_micros(self.created_at),
            expires_at: self.expires_at.map(Timestamp::from_micros),
            used_at: self.used_at.map(Timestamp::from_micros),
        })
    }
}

/// An API key to be stored.
#[derive(Debug, Insertable)]
#[diesel(table_name = api_keys)]
pub(crate) struct NewApiKeyRow {
    digest: Vec<u8>,
    name: String,
    scopes: i16,
    bot_id: Option<Id>,
    by_id: Option<Id>,
    created_at: i64,
    expires_at: Option<i64>,
}

impl NewApiKeyRow {
    /// The key as this bot's.
    pub(crate) fn new(new: &NewApiKey, bot: Option<UserId>) -> Self {
        Self {
            digest: new.digest.0.to_vec(),
            name: new.name.to_string(),
            scopes: new.scopes.bits().into(),
            bot_id: bot.map(Id::of),
            by_id: new.by.map(Id::of),
            created_at: new.at.micros(),
            expires_at: new.expires_at.map(Timestamp::micros),
        }
    }
}
