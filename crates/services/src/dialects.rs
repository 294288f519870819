//! Who comes by the tokens and keys of the chat APIs that Parlor speaks besides its own.

mod by_code;
mod lists;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parlor_auth::{DialectClaims, DialectTokenError, DialectUser, TokenKind, Vault};
use parlor_domain::{Account, Dialect, MediaId, RoomId, Session, SessionId, Timestamp};
use parlor_ports::{
    Clock, DialectStore, Entropy, ImportStore, LoginName, MediaStore, NewKeySession, StoredMedia,
};
use secrecy::SecretString;
use uuid::Uuid;

use crate::log_ins::Typed;
use crate::{Actor, Device, Error, LogIns, RegisterIds, Sessions, imports};

/// How long the session of a key lives that nobody logs in for.
const KEY_LIFE: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// Lets people in who speak a dialect, and knows them again.
///
/// Behind each of their tokens and keys stands a session as behind Parlor's own: it stands in its user's list, its end is the end of
/// what stands for it, and its sockets.
pub struct Dialects {
    pub(crate) store: Arc<dyn DialectStore>,
    pub(crate) imports: Arc<dyn ImportStore>,
    pub(crate) media: Arc<dyn MediaStore>,
    pub(crate) log_ins: Arc<LogIns>,
    pub(crate) register_ids: Arc<RegisterIds>,
    pub(crate) sessions: Arc<Sessions>,
    pub(crate) vault: Arc<Vault>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) most_keys: usize,
}

/// How long the tokens of a dialect are good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lives {
    /// An access token.
    pub access: Duration,
    /// A refresh token, and with it the session.
    pub refresh: Duration,
}

/// What somebody holds after logging in.
#[derive(Debug)]
pub struct TokenPair {
    /// What goes with each request.
    pub access: SecretString,
    /// What gets the next access token.
    pub refresh: SecretString,
    /// Whose they are.
    pub account: Account,
}

/// Somebody who came with a token or a key.
#[derive(Debug, Clone)]
pub struct Guest {
    /// In whose name he acts.
    pub actor: Actor,
    /// His account.
    pub account: Account,
    /// Until when what he has shown is good.
    pub expires_at: Timestamp,
}

/// Why a token is not taken. Dialects answer these differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenRefusal {
    /// It is none of this server for this dialect.
    Invalid,
    /// It is too old.
    Expired,
    /// It is of the other kind.
    WrongType,
    /// Its session is over, or its account cannot be used.
    Over,
}

impl Dialects {
    /// Lets in whoever knows the password, and makes tokens for whom `user` says. What was typed as the name, and whom it means, are
    /// the dialect's to read.
    ///
    /// # Errors
    /// [`Error::WrongCredentials`], also for those who show more than a password elsewhere; [`Error::AccountDisabled`],
    /// [`Error::TooManyTries`], [`Error::Busy`]
    pub async fn log_in(
        &self,
        (name, login): (&str, Option<LoginName>),
        password: SecretString,
        device: Device,
        lives: Lives,
        user: impl FnOnce(&Account) -> DialectUser,
    ) -> Result<TokenPair, Error> {
        let typed = Typed {
            name,
            login,
            password,
        };
        let open = async |account: &Account, device| self.open_session(account, device, lives).await;
        let opened = self.log_ins.open_plainly(typed, device, open).await?;
        Ok(self.pair(opened, lives, user))
    }

    /// A session for tokens, and whose it is.
    async fn open_session(
        &self,
        account: &Account,
        device: Device,
        lives: Lives,
    ) -> Result<(SessionId, (SessionId, Account)), Error> {
        let session = self
            .sessions
            .open_without_refresh(account, device, lives.refresh)
            .await?;
        Ok((session.id, (session.id, account.clone())))
    }

    /// The tokens of a session that was just opened.
    fn pair(
        &self,
        (session, account): (SessionId, Account),
        lives: Lives,
        user: impl FnOnce(&Account) -> DialectUser,
    ) -> TokenPair {
        let user = user(&account);
        TokenPair {
            access: self.issue(user, session, TokenKind::Access, lives.access),
            refresh: self.issue(user, session, TokenKind::Refresh, lives.refresh),
            account,
        }
    }

    /// Who comes with this token, of the kind that is due.
    pub async fn inspect(
        &self,
        dialect: Dialect,
        token: &str,
        kind: TokenKind,
    ) -> Result<Result<Guest, TokenRefusal>, Error> {
        let claims = match self.check(dialect, token, kind) {
            Ok(claims) => claims,
            Err(refused) => return Ok(Err(refused)),
        };
        Ok(self
            .session_in_use(claims.session)
            .await?
            .map(|(session, account)| guest(&session, account, claims.expires_at))
            .ok_or(TokenRefusal::Over))
    }

    /// Another access token of the session of this refresh token.
    pub async fn refresh(
        &self,
        dialect: Dialect,
        token: &str,
        life: Duration,
    ) -> Result<Result<SecretString, TokenRefusal>, Error> {
        let claims = match self.check(dialect, token, TokenKind::Refresh) {
            Ok(claims) => claims,
            Err(refused) => return Ok(Err(refused)),
        };
        Ok(self
            .session_in_use(claims.session)
            .await?
            .map(|_| self.issue(claims.user, claims.session, TokenKind::Access, life))
            .ok_or(TokenRefusal::Over))
    }

    /// Ends the session of this refresh token.
    pub async fn log_out(&self, dialect: Dialect, token: &str) -> Result<Result<(), TokenRefusal>, Error> {
        match self.inspect(dialect, token, TokenKind::Refresh).await? {
            Ok(guest) => {
                let Actor { user, session, .. } = guest.actor;
                self.sessions.end(user.id, session).await?;
                Ok(Ok(()))
            }
            Err(refused) => Ok(Err(refused)),
        }
    }

    /// The key of whoever knows the password, which is the same at every log in until its session is ended.
    ///
    /// # Errors
    /// As [`Self::log_in`].
    pub async fn key(
        &self,
        dialect: Dialect,
        (name, login): (&str, Option<LoginName>),
        password: SecretString,
        device: Device,
    ) -> Result<(String, Account), Error> {
        let typed = Typed {
            name,
            login,
            password,
        };
        let open = async |account: &Account, device| {
            let (session, key) = self.open_key(dialect, account, device).await?;
            Ok((session, (key, account.clone())))
        };
        self.log_ins.open_plainly(typed, device, open).await
    }

    /// The key of somebody who has just logged in otherwise.
    pub async fn key_of(
        &self,
        dialect: Dialect,
        logged_in: &TokenPair,
        device: Device,
    ) -> Result<String, Error> {
        let (_, key) = self.open_key(dialect, &logged_in.account, device).await?;
        Ok(key)
    }

    /// The session of somebody's key, opened now if there is none, and the key.
    async fn open_key(
        &self,
        dialect: Dialect,
        account: &Account,
        device: Device,
    ) -> Result<(SessionId, String), Error> {
        let now = self.clock.now();
        let new = NewKeySession {
            dialect,
            session: SessionId::new(self.entropy.uuid(now)),
            user: account.user,
            device: device.name,
            address: device.address,
            at: now,
            expires_at: now + KEY_LIFE,
        };
        let opened = self.store.open_key(new, self.most_keys).await?;
        let keys = &self.vault.dialects().keys;
        let key = keys.key(dialect, account.user.number, opened.counter);
        Ok((opened.session.id, key))
    }

    /// Who comes with this key, which was given here or by an older server that this one has taken the place of; `None` if it is
    /// nobody's, or nobody's any more.
    pub async fn inspect_key(&self, dialect: Dialect, key: &str) -> Result<Option<Guest>, Error> {
        for secrets in self.vault.all_dialects() {
            let Some(number) = secrets.keys.claimed(dialect, key) else {
                continue;
            };
            let found = self.store.find_key(dialect, number, self.clock.now()).await?;
            if let Some(found) =
                found.filter(|found| secrets.keys.verify(dialect, key, number, found.counter))
            {
                self.sessions.note_use(&found.session).await?;
                let expires_at = found.session.expires_at;
                return Ok(Some(guest(&found.session, found.account, expires_at)));
            }
        }
        let found = imports::find_key(&*self.imports, dialect, key, self.clock.now()).await?;
        Ok(found.map(|(session, account)| guest(&session, account, session.expires_at)))
    }

    /// Names a room in a dialect, for good; false if the name is taken there, by a room or by a list, or the room has one, or there is
    /// no such room.
    pub async fn name_room(&self, dialect: Dialect, name: &str, room: RoomId) -> Result<bool, Error> {
        Ok(self.store.name_room(dialect, name, room).await?)
    }

    /// The room with this name in a dialect, whoever asks.
    pub async fn room_named(&self, dialect: Dialect, name: &str) -> Result<Option<RoomId>, Error> {
        Ok(self.store.room_named(dialect, name).await?)
    }

    /// What a dialect calls a room.
    pub async fn name_of(&self, dialect: Dialect, room: RoomId) -> Result<Option<String>, Error> {
        Ok(self.store.name_of(dialect, room).await?)
    }

    /// Names rooms in a dialect, for good, about 100 at a time. Those that cannot be named so stay as they are.
    pub async fn name_rooms(&self, dialect: Dialect, named: Vec<(RoomId, String)>) -> Result<(), Error> {
        Ok(self.store.name_rooms(dialect, named).await?)
    }

    /// What a dialect calls these rooms, but for those without a name.
    pub async fn names_of(
        &self,
        dialect: Dialect,
        rooms: Vec<RoomId>,
    ) -> Result<HashMap<RoomId, String>, Error> {
        Ok(self.store.names_of(dialect, rooms).await?.into_iter().collect())
    }

    /// Ends the oldest groups of the actor's own that have a name in a dialect and in which nobody else is, but for so many.
    pub async fn end_lonely(&self, dialect: Dialect, owner: &Actor, keep: usize) -> Result<(), Error> {
        let now = self.clock.now();
        Ok(self.store.end_lonely(dialect, owner.user, keep, now).await?)
    }

    /// Random bytes, for names that dialects make.
    pub fn draw<const N: usize>(&self) -> [u8; N] {
        let mut random = [0; N];
        self.entropy.fill(&mut random);
        random
    }

    /// The time of day, for dialects that tell it.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The name by which anybody can have a piece of media.
    pub fn media_name(&self, media: MediaId) -> Uuid {
        self.vault.dialects().names.name(media)
    }

    /// The piece of media with this name, for whoever has it, as long as something shows it.
    ///
    /// # Errors
    /// [`Error::NoSuchMedia`]
    pub async fn find_media(&self, name: Uuid) -> Result<StoredMedia, Error> {
        let now = self.clock.now();
        for secrets in self.vault.all_dialects() {
            if let Some(found) = self.media.find_shown(secrets.names.media(name), now).await? {
                return Ok(found);
            }
        }
        Err(Error::NoSuchMedia)
    }

    /// A live session that somebody uses, and its account.
    async fn session_in_use(&self, session: SessionId) -> Result<Option<(Session, Account)>, Error> {
        let found = self.sessions.find(session).await?;
        if let Some((session, _)) = &found {
            self.sessions.note_use(session).await?;
        }
        Ok(found)
    }

    fn check(&self, dialect: Dialect, token: &str, kind: TokenKind) -> Result<DialectClaims, TokenRefusal> {
        let now = self.clock.now();
        let mut refused = TokenRefusal::Invalid;
        for secrets in self.vault.all_dialects() {
            match secrets.tokens.check(token, dialect, kind, now) {
                Ok(claims) => return Ok(claims),
                Err(DialectTokenError::WrongType) => refused = TokenRefusal::WrongType,
                Err(DialectTokenError::Expired) => refused = TokenRefusal::Expired,
                Err(DialectTokenError::Invalid) => {}
            }
        }
        Err(refused)
    }

    fn issue(&self, user: DialectUser, session: SessionId, kind: TokenKind, life: Duration) -> SecretString {
        let now = self.clock.now();
        let mut random = [0; 16];
        self.entropy.fill(&mut random);
        let claims = DialectClaims {
            user,
            session,
            kind,
            issued_at: now,
            expires_at: now + life,
        };
        self.vault.dialects().tokens.issue(&claims, random)
    }
}

fn guest(session: &Session, account: Account, expires_at: Timestamp) -> Guest {
    Guest {
        actor: Actor {
            user: account.user,
            session: session.id,
            admin: account.admin,
        },
        account,
        expires_at,
    }
}
