//! People of a host application, who come with that application's tokens and need no log in of ours.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use parlor_auth::{ForeignClaims, ForeignKeys, ForeignSettings, ForeignTokens};
use parlor_domain::{Account, DisplayName, SessionId, Timestamp, UserId, Username};
use parlor_ports::{Clock, Entropy, HostUser, HostedSession, KeySource, NewAccount, Registered, UserStore};

use crate::accounts::named_after;
use crate::fingerprint::fingerprint;
use crate::usernames;
use crate::{Actor, Device, Error, Sessions};

/// Most tokens that are remembered, and for how long. Then they are verified again, with the keys of then.
const REMEMBERED: usize = 10_000;
const MEMORY: Duration = Duration::from_secs(60);

/// Takes the tokens of the one host application that the operator trusts.
pub struct Hosts {
    tokens: ForeignTokens,
    issuer: Box<str>,
    keys: Arc<dyn KeySource>,
    /// The keys as they were last had, and as they are used.
    parsed: Mutex<Option<(Arc<str>, Arc<ForeignKeys>)>>,
    /// Who came with which token, by the token's fingerprint.
    known: Mutex<HashMap<[u8; 32], Known>>,
    leeway: Duration,
    users: Arc<dyn UserStore>,
    sessions: Arc<Sessions>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

/// Somebody who came with a token a moment ago.
#[derive(Debug, Clone, Copy)]
struct Known {
    actor: Actor,
    expires_at: Timestamp,
    until: Timestamp,
}

impl Hosts {
    pub(crate) fn new(
        settings: ForeignSettings,
        keys: Arc<dyn KeySource>,
        users: Arc<dyn UserStore>,
        sessions: Arc<Sessions>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self {
            issuer: settings.issuer.as_str().into(),
            leeway: settings.leeway,
            tokens: ForeignTokens::new(settings),
            keys,
            parsed: Mutex::default(),
            known: Mutex::default(),
            users,
            sessions,
            clock,
            entropy,
        }
    }

    /// Whether a token claims to be the host application's. Cheap, and proves nothing.
    pub fn claims(&self, token: &str) -> bool {
        self.tokens.issued_by_host(token)
    }

    /// Whose request it is that comes with this token, and until when that holds. The account is made when its person is
    /// seen for the first time; all tokens of one session there are one session here.
    ///
    /// # Errors
    /// [`Error::InvalidToken`], [`Error::TokenExpired`], [`Error::SessionOver`] if that session was ended here,
    /// [`Error::AccountDisabled`], [`Error::HostAway`] if its keys cannot be had
    pub async fn authenticate(&self, token: &str, device: &Device) -> Result<(Actor, Timestamp), Error> {
        let digest = fingerprint(&[token]);
        let now = self.clock.now();
        let known = self.known().get(&digest).copied();
        if let Some(known) = known.filter(|known| known.until > now) {
            self.sessions.refuse_ended(known.actor.session)?;
            return Ok((known.actor, known.expires_at));
        }
        let claims = self.verify(token).await?;
        let session = self.session(&claims, token);
        let account = self.account(&claims, session).await?;
        // Its clock may be behind ours, as far as that is borne with.
        let expires_at = claims.expires_at + self.leeway;
        let actor = self.open(&account, session, expires_at, device).await?;
        let until = expires_at.min(now + MEMORY);
        self.remember(
            digest,
            now,
            Known {
                actor,
                expires_at,
                until,
            },
        );
        Ok((actor, expires_at))
    }

    async fn verify(&self, token: &str) -> Result<ForeignClaims, Error> {
        let keys = self.keys(None).await?;
        match self.tokens.verify(token, &keys, self.clock.now()) {
            Err(parlor_auth::Error::UnknownKey) => {
                let id = self.tokens.key_id(token).unwrap_or_default();
                let keys = self.keys(Some(id.as_deref().unwrap_or_default())).await?;
                self.tokens.verify(token, &keys, self.clock.now())
            }
            verified => verified,
        }
        .map_err(|refused| match refused {
            parlor_auth::Error::ExpiredToken => Error::TokenExpired,
            _ => Error::InvalidToken,
        })
    }

    async fn keys(&self, missing: Option<&str>) -> Result<Arc<ForeignKeys>, Error> {
        let text = self.keys.keys(missing).await;
        let text = text.map_err(|error| Error::HostAway(Box::new(error)))?;
        let mut parsed = self.parsed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, keys)) = parsed.as_ref().filter(|(of, _)| Arc::ptr_eq(of, &text)) {
            return Ok(keys.clone());
        }
        let keys = ForeignKeys::parse(&text).map_err(|error| Error::HostAway(Box::new(error)))?;
        let keys = Arc::new(keys);
        *parsed = Some((text, keys.clone()));
        Ok(keys)
    }

    async fn account(&self, claims: &ForeignClaims, session: SessionId) -> Result<Account, Error> {
        let host = HostUser {
            issuer: self.issuer.clone(),
            subject: claims.subject.as_str().into(),
        };
        if let Some(account) = self.users.find_by_host(&host).await? {
            return Ok(account);
        }
        // Who has deleted his account does not get a new one because a client of his goes on.
        if self.sessions.is_known(session).await? {
            return Err(Error::SessionOver);
        }
        self.make(claims, host).await
    }

    /// Makes an account for somebody who is new. Who comes twice at the same time gets one.
    async fn make(&self, claims: &ForeignClaims, host: HostUser) -> Result<Account, Error> {
        let base = claims
            .username
            .as_deref()
            .and_then(|name| name.parse::<Username>().ok());
        let display_name = claims
            .name
            .as_deref()
            .and_then(|name| name.parse::<DisplayName>().ok());
        let mut email = claims.email.as_deref().and_then(|email| email.parse().ok());
        let mut n = 0;
        while n < usernames::TRIES {
            let now = self.clock.now();
            let id = UserId::new(self.entropy.uuid(now));
            let username = usernames::made(base.as_ref(), n, id);
            let new = NewAccount {
                id,
                display_name: display_name.clone().unwrap_or_else(|| named_after(&username)),
                username,
                first_name: None,
                last_name: None,
                email_verified: email.is_some() && claims.email_verified,
                email: email.clone(),
                claims_address: false,
                mobile: None,
                password: None,
                host: Some(host.clone()),
                invite: None,
                verification: None,
                bot: false,
                admin: false,
                at: now,
            };
            match self.users.register(new).await? {
                Registered::Done(account) => return Ok(*account),
                Registered::UsernameTaken => n += 1,
                // It stays with whoever proved it here.
                Registered::EmailTaken => email = None,
                Registered::HostUserTaken => {
                    let account = self.users.find_by_host(&host).await?;
                    return account.ok_or(Error::InvalidToken);
                }
                Registered::MobileTaken | Registered::InviteUnknown => return Err(Error::InvalidToken),
            }
        }
        Err(Error::UsernameTaken)
    }

    /// The session that a token belongs to. What is signed tells tokens apart: a signature can be written in several ways.
    fn session(&self, claims: &ForeignClaims, token: &str) -> SessionId {
        let signed = token.rsplit_once('.').map_or(token, |(signed, _)| signed);
        let told_apart = match &claims.session {
            Some(session) => fingerprint(&["host session", &self.issuer, &claims.subject, session]),
            None => fingerprint(&["host token", signed]),
        };
        let mut id = [0; 16];
        id.copy_from_slice(&told_apart[..16]);
        SessionId::new(uuid::Builder::from_custom_bytes(id).into_uuid())
    }

    async fn open(
        &self,
        account: &Account,
        id: SessionId,
        expires_at: Timestamp,
        device: &Device,
    ) -> Result<Actor, Error> {
        let new = HostedSession {
            id,
            user: account.user,
            device: device.name.clone(),
            address: device.address.clone(),
            at: self.clock.now(),
            expires_at,
        };
        self.sessions.open_hosted(account, new).await
    }

    fn remember(&self, token: [u8; 32], now: Timestamp, found: Known) {
        let mut known = self.known();
        if known.len() >= REMEMBERED {
            known.retain(|_, known| known.until > now);
        }
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(token, found);
    }

    fn known(&self) -> MutexGuard<'_, HashMap<[u8; 32], Known>> {
        // No code that could panic runs under the lock.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
