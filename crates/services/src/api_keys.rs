//! API keys, by which backends of the operator's speak.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use parlor_domain::{AccountStatus, KeyName, Scope, Scopes, UserId, Username};
use parlor_ports::{ApiKey, ApiKeyMade, ApiKeyStore, Clock, Entropy, KeyBot, NewApiKey, UserStore};
use secrecy::{ExposeSecret, SecretString};

use crate::accounts::bot_account;
use crate::codes::{Codes, token_digest};
use crate::throttle::{Throttle, Tried};
use crate::{Actor, Error};

/// What every key begins with, so that people and programs that look for leaked secrets recognise it.
const PREFIX: &str = "parlor_";
/// Most keys.
const MOST: usize = 1_000;
/// For how many days a key can be good.
const DAYS: RangeInclusive<u32> = 1..=3_650;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// How exactly it is noted when a key was last used.
const USE: Duration = Duration::from_secs(60);

/// Makes keys, and knows them again.
pub struct ApiKeys {
    pub(crate) store: Arc<dyn ApiKeyStore>,
    pub(crate) users: Arc<dyn UserStore>,
    pub(crate) codes: Arc<Codes>,
    pub(crate) throttle: Arc<Throttle>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
}

/// A key that somebody wants.
#[derive(Debug, Clone)]
pub struct KeyWish {
    /// What it is called.
    pub name: KeyName,
    /// What its holder may do.
    pub scopes: Scopes,
    /// The bot as which it posts; one that is not there is made.
    pub bot: Option<Username>,
    /// For how many days it is good; `None` for good until it is revoked.
    pub days: Option<u32>,
}

/// Who has shown an API key. He is no user, so nothing that users do is open to him.
#[derive(Debug, Clone)]
pub struct KeyHolder {
    pub(crate) key: ApiKey,
    /// The key's bot, if it has one whose account can be used.
    pub(crate) bot: Option<Actor>,
}

impl KeyHolder {
    /// Passes if the key may be used for this.
    pub(crate) fn may(&self, scope: Scope) -> Result<(), Error> {
        if self.key.scopes.allow(scope) {
            Ok(())
        } else {
            Err(Error::MissingScope(scope))
        }
    }

    /// The bot as which the key posts and uploads.
    ///
    /// # Errors
    /// [`Error::NoBot`]
    pub fn bot(&self) -> Result<&Actor, Error> {
        self.bot.as_ref().ok_or(Error::NoBot)
    }
}

impl ApiKeys {
    /// Makes a key. Its text is shown once.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless the actor is an administrator; [`Error::Invalid`] (`bot`, `days`), [`Error::UsernameTaken`] if
    /// it names a person or nobody could be called so, [`Error::TooManyApiKeys`]
    pub async fn make(&self, actor: &Actor, wish: KeyWish) -> Result<(SecretString, ApiKey), Error> {
        actor.administers()?;
        self.keep(wish, Some(actor.user.id)).await
    }

    /// Makes a key on the operator's word.
    ///
    /// # Errors
    /// As [`ApiKeys::make`].
    pub async fn make_by_operator(&self, wish: KeyWish) -> Result<(SecretString, ApiKey), Error> {
        self.keep(wish, None).await
    }

    /// The keys, the newest first.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless the actor is an administrator
    pub async fn list(&self, actor: &Actor) -> Result<Vec<ApiKey>, Error> {
        actor.administers()?;
        self.list_by_operator().await
    }

    /// The keys, on the operator's word.
    pub async fn list_by_operator(&self) -> Result<Vec<ApiKey>, Error> {
        Ok(self.store.list(MOST).await?)
    }

    /// Revokes a key, which opens nothing from then on, on any node.
    ///
    /// # Errors
    /// [`Error::NoSuchApiKey`]; [`Error::Forbidden`] unless the actor is an administrator
    pub async fn revoke(&self, actor: &Actor, number: i64) -> Result<(), Error> {
        actor.administers()?;
        self.revoke_by_operator(number).await
    }

    /// Revokes a key on the operator's word.
    ///
    /// # Errors
    /// [`Error::NoSuchApiKey`]
    pub async fn revoke_by_operator(&self, number: i64) -> Result<(), Error> {
        if self.store.revoke(number).await? {
            tracing::info!(number, "an API key was revoked");
            Ok(())
        } else {
            Err(Error::NoSuchApiKey)
        }
    }

    /// Who shows this text.
    ///
    /// # Errors
    /// [`Error::InvalidApiKey`] if it is no key, or none any more; [`Error::TooManyTries`] if it is used too often
    pub async fn authenticate(&self, text: &str) -> Result<KeyHolder, Error> {
        let secret = text.strip_prefix(PREFIX).map(SecretString::from);
        let digest = secret.as_ref().and_then(token_digest);
        let digest = digest.ok_or(Error::InvalidApiKey)?;
        let now = self.clock.now();
        let found = self.store.find(digest, now).await?;
        let key = found.ok_or(Error::InvalidApiKey)?;
        let number = key.number.to_string();
        self.throttle.count(Tried::ApiKey { number: &number }).await?;
        if key.used_at.is_none_or(|used| now.since(used) >= USE) {
            self.store.used(key.number, now).await?;
        }
        let bot = match key.bot {
            Some(bot) => self.bot(bot.id).await?,
            None => None,
        };
        Ok(KeyHolder { key, bot })
    }

    /// A bot whose account can be used.
    async fn bot(&self, user: UserId) -> Result<Option<Actor>, Error> {
        let account = self.users.find(user).await?;
        let account = account.filter(|account| account.bot && account.status == AccountStatus::Active);
        Ok(account.map(|account| Actor::of_bot(account.user)))
    }

    async fn keep(&self, wish: KeyWish, by: Option<UserId>) -> Result<(SecretString, ApiKey), Error> {
        if wish.days.is_some_and(|days| !DAYS.contains(&days)) {
            return Err(Error::invalid("days", "must be 1 to 3,650"));
        }
        if wish.bot.is_none() && wish.scopes.iter().any(Scope::needs_bot) {
            return Err(Error::invalid(
                "bot",
                "must be named for notify:room, notify:everyone and post",
            ));
        }
        let bot = match wish.bot {
            Some(name) => Some(self.key_bot(name).await?),
            None => None,
        };
        let (secret, digest) = self.codes.draw_token();
        let text = SecretString::from(format!("{PREFIX}{}", secret.expose_secret()));
        let at = self.clock.now();
        let new = NewApiKey {
            digest,
            name: wish.name,
            scopes: wish.scopes,
            bot,
            by,
            most: u32::try_from(MOST).unwrap_or(u32::MAX),
            at,
            expires_at: wish.days.map(|days| at + DAY * days),
        };
        match self.store.make(new).await? {
            ApiKeyMade::Done(key) => Ok((text, key)),
            ApiKeyMade::NoBot => Err(Error::UsernameTaken),
            ApiKeyMade::TooMany => Err(Error::TooManyApiKeys),
        }
    }

    /// The bot of this name, which is to be made if nobody has the name.
    async fn key_bot(&self, username: Username) -> Result<KeyBot, Error> {
        if let Some(found) = self.users.find_by_username(&username).await? {
            return if found.bot {
                Ok(KeyBot::Known(found.user.id))
            } else {
                Err(Error::UsernameTaken)
            };
        }
        let at = self.clock.now();
        let id = UserId::new(self.entropy.uuid(at));
        Ok(KeyBot::New(Box::new(bot_account(id, username, at))))
    }
}
