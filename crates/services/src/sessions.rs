//! Sessions: staying in, and knowing who asks.

use std::sync::Arc;
use std::time::Duration;

use parlor_auth::{AccessClaims, AccessTokens, RefreshSecret, RefreshToken};
use parlor_domain::{Account, AccountStatus, DeviceName, Session, SessionId, Timestamp, UserId};
use parlor_ports::{
    Clock, Entropy, HostedSession, NewSession, Refresh, Refreshed, SessionStore, TokenDigest,
};
use secrecy::SecretString;

use crate::{Actor, Error};

mod care;
mod ended;
mod own;

pub use ended::EndedSessions;

/// How exactly it is noted when a session was last used that nobody refreshes.
const USE: Duration = Duration::from_secs(60 * 60);

/// How long things last, and how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionsSettings {
    /// How long an access token is valid, and how long it is remembered that a session has ended.
    pub access: Duration,
    /// How long a session lives without a refresh.
    pub idle: Duration,
    /// How many sessions a user may have; one more ends the one that was unused longest.
    pub most: usize,
    /// How long the repeated use of a refresh token counts as a retry, and not as theft.
    pub grace: Duration,
}

impl Default for SessionsSettings {
    fn default() -> Self {
        Self {
            access: Duration::from_secs(10 * 60),
            idle: Duration::from_secs(30 * 24 * 60 * 60),
            most: 50,
            grace: Duration::from_secs(10),
        }
    }
}

/// What a request says about where it comes from.
#[derive(Debug, Clone)]
pub struct Device {
    /// What the device calls itself.
    pub name: DeviceName,
    /// Its network address, if that is known.
    pub address: Option<Box<str>>,
}

/// What a client holds after logging in or refreshing.
#[derive(Debug, Clone)]
pub struct Login {
    /// What goes with each request.
    pub access: SecretString,
    /// Until when.
    pub access_expires_at: Timestamp,
    /// What gets the next pair, once.
    pub refresh: SecretString,
    /// The session.
    pub session: Session,
    /// Its account.
    pub account: Account,
}

/// How tokens are made and recognised; the same on every node.
#[derive(Debug)]
pub struct Tokens {
    /// Signs and verifies access tokens.
    pub access: AccessTokens,
    /// Makes a refresh token's successor repeatable.
    pub refresh: RefreshSecret,
}

/// Opens, continues and ends sessions.
pub struct Sessions {
    sessions: Arc<dyn SessionStore>,
    tokens: Tokens,
    ended: Arc<EndedSessions>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    settings: SessionsSettings,
}

impl Sessions {
    /// Sessions in this store, under these rules.
    pub fn new(
        sessions: Arc<dyn SessionStore>,
        tokens: Tokens,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        settings: SessionsSettings,
    ) -> Self {
        Self {
            sessions,
            tokens,
            ended: Arc::new(EndedSessions::new(clock.clone(), settings.access)),
            clock,
            entropy,
            settings,
        }
    }

    /// Opens a session for somebody who has just proved to be the owner of this account, by registering for example.
    pub async fn open(&self, account: Account, device: Device) -> Result<Login, Error> {
        let now = self.clock.now();
        let token = self.draw_token();
        let new = NewSession {
            id: SessionId::new(self.entropy.uuid(now)),
            user: account.user,
            device: device.name,
            address: device.address,
            token: TokenDigest(token.digest()),
            at: now,
            expires_at: now + self.settings.idle,
        };
        let session = self.sessions.open(new, self.settings.most).await?;
        Ok(self.login(session, account, &token, now))
    }

    /// Opens a session that lives so long, by other tokens than ours.
    pub(crate) async fn open_without_refresh(
        &self,
        account: &Account,
        device: Device,
        life: Duration,
    ) -> Result<Session, Error> {
        let now = self.clock.now();
        let new = NewSession {
            id: SessionId::new(self.entropy.uuid(now)),
            user: account.user,
            device: device.name,
            address: device.address,
            token: TokenDigest(self.draw_token().digest()),
            at: now,
            expires_at: now + life,
        };
        Ok(self.sessions.open(new, self.settings.most).await?)
    }

    /// A live session and its account; `None` if it is over or its account cannot be used.
    pub(crate) async fn find(&self, session: SessionId) -> Result<Option<(Session, Account)>, Error> {
        Ok(self.sessions.find(session, self.clock.now()).await?)
    }

    /// Notes that a session is in use, so that it is not the one that ends when there are too many: for those that nobody refreshes.
    pub(crate) async fn note_use(&self, session: &Session) -> Result<(), Error> {
        let now = self.clock.now();
        if now.since(session.used_at) >= USE {
            self.sessions.used(session.user.id, session.id, now).await?;
        }
        Ok(())
    }

    /// Exchanges a refresh token for a new pair of tokens.
    ///
    /// # Errors
    /// [`Error::SessionOver`], [`Error::TokenReused`]
    pub async fn refresh(&self, token: &SecretString, address: Option<Box<str>>) -> Result<Login, Error> {
        let presented = RefreshToken::parse(token).ok_or(Error::SessionOver)?;
        let successor = presented.successor(&self.tokens.refresh);
        let now = self.clock.now();
        let refresh = Refresh {
            presented: TokenDigest(presented.digest()),
            successor: TokenDigest(successor.digest()),
            address,
            at: now,
            expires_at: now + self.settings.idle,
            grace: self.settings.grace,
        };
        match self.sessions.refresh(refresh).await? {
            Refreshed::Done(done) => {
                let (session, account) = *done;
                Ok(self.login(session, account, &successor, now))
            }
            Refreshed::Reused => Err(Error::TokenReused),
            Refreshed::Unknown => Err(Error::SessionOver),
        }
    }

    /// Whose request it is that comes with this access token. Looks into no database: that the session has not ended is
    /// known from [`Sessions::ended`].
    ///
    /// # Errors
    /// [`Error::InvalidToken`], [`Error::TokenExpired`], [`Error::SessionOver`]
    pub fn authenticate(&self, access: &str) -> Result<Actor, Error> {
        let (actor, _) = self.inspect(access)?;
        self.refuse_ended(actor.session)?;
        Ok(actor)
    }

    /// Refuses who comes with a token whose session has ended meanwhile.
    ///
    /// # Errors
    /// [`Error::SessionOver`]
    pub(crate) fn refuse_ended(&self, session: SessionId) -> Result<(), Error> {
        if self.ended.contains(session) {
            return Err(Error::SessionOver);
        }
        Ok(())
    }

    /// Opens the session of somebody who is logged in at a host application, or finds it open.
    ///
    /// # Errors
    /// [`Error::AccountDisabled`]; [`Error::SessionOver`] if it was ended
    pub(crate) async fn open_hosted(&self, account: &Account, new: HostedSession) -> Result<Actor, Error> {
        if account.status != AccountStatus::Active {
            return Err(Error::AccountDisabled);
        }
        let session = self.sessions.open_hosted(new, self.settings.most).await?;
        Ok(Actor {
            user: account.user,
            session: session.ok_or(Error::SessionOver)?.id,
            admin: account.admin,
        })
    }

    /// Ends a session that should not have been opened.
    pub(crate) async fn end(&self, user: UserId, session: SessionId) -> Result<(), Error> {
        let now = self.clock.now();
        self.sessions.revoke(user, session, now).await?;
        Ok(())
    }

    /// Whether there is, or was lately, such a session.
    pub(crate) async fn is_known(&self, session: SessionId) -> Result<bool, Error> {
        Ok(self.sessions.is_known(session).await?)
    }

    /// Whether the user had a session from this address since then.
    pub(crate) async fn was_at(&self, user: UserId, address: &str, since: Timestamp) -> Result<bool, Error> {
        Ok(self.sessions.was_at(user, address, since).await?)
    }

    /// Whom an access token names, and when it expires. Whether the session has ended is not asked: whoever opens
    /// a socket looks into the database for it.
    ///
    /// # Errors
    /// [`Error::InvalidToken`], [`Error::TokenExpired`]
    pub fn inspect(&self, access: &str) -> Result<(Actor, Timestamp), Error> {
        let claims =
            self.tokens
                .access
                .verify(access, self.clock.now())
                .map_err(|refused| match refused {
                    parlor_auth::Error::ExpiredToken => Error::TokenExpired,
                    _ => Error::InvalidToken,
                })?;
        let actor = Actor {
            user: claims.user,
            session: claims.session,
            admin: claims.admin,
        };
        Ok((actor, claims.expires_at))
    }

    /// The memory of sessions that ended. What the store publishes must pass through [`EndedSessions::before`], or their
    /// access tokens stay good until they expire.
    pub fn ended(&self) -> Arc<EndedSessions> {
        self.ended.clone()
    }

    /// The public keys with which others can verify our access tokens: a JWK Set (RFC 7517).
    pub fn jwks(&self) -> String {
        self.tokens.access.jwks()
    }

    fn draw_token(&self) -> RefreshToken {
        let mut random = [0; 32];
        self.entropy.fill(&mut random);
        RefreshToken::from_bytes(random)
    }

    fn login(&self, session: Session, account: Account, refresh: &RefreshToken, now: Timestamp) -> Login {
        let claims = AccessClaims {
            user: account.user,
            session: session.id,
            admin: account.admin,
            issued_at: now,
            expires_at: now + self.settings.access,
        };
        Login {
            access: self.tokens.access.issue(&claims),
            access_expires_at: claims.expires_at,
            refresh: refresh.to_text(),
            session,
            account,
        }
    }
}
