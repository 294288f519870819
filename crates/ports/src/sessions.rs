//! Sessions and their refresh tokens.

use std::time::Duration;

use async_trait::async_trait;
use parlor_domain::{Account, DeviceName, Session, SessionId, Timestamp, UserId, UserRef};

use crate::StoreError;

/// Sessions, and the digests of the refresh tokens that keep them alive. Ending sessions appends to the user's stream,
/// in the same transaction, the event that closes their sockets.
#[async_trait]
pub trait SessionStore: Send + Sync {
    /// Opens a session with its first refresh token. Beyond `most` sessions of the user the one that was unused
    /// longest ends.
    async fn open(&self, new: NewSession, most: usize) -> Result<Session, StoreError>;

    /// The session that stands for a log in at a host application: opened if there is none yet, and otherwise kept alive
    /// until then. It has no refresh token. `None` if it was ended, or the account cannot be used. That it was ended is
    /// remembered for a day after the last of its tokens that came has expired: a host application that signs a token for a
    /// session later than that opens it again.
    async fn open_hosted(&self, new: HostedSession, most: usize) -> Result<Option<Session>, StoreError>;

    /// Exchanges a refresh token for its successor, exactly once whoever else tries at the same time. A token that was
    /// exchanged before ends its session, unless that was less than `grace` ago with the same successor, which was not
    /// exchanged since: then the answer is as before and nothing changes. One that was exchanged longer ago than a token
    /// lives, by the measure of a later exchange, is unknown.
    async fn refresh(&self, refresh: Refresh) -> Result<Refreshed, StoreError>;

    /// A live session and its account; `None` if it is over, expired, or the account is disabled.
    async fn find(
        &self,
        session: SessionId,
        now: Timestamp,
    ) -> Result<Option<(Session, Account)>, StoreError>;

    /// Notes that a session of this user was used, never moved back. What is over stays so.
    async fn used(&self, user: UserId, session: SessionId, at: Timestamp) -> Result<(), StoreError>;

    /// Whether a session of the user was opened, refreshed or kept alive since then from the [network] of this address, as
    /// far as it is remembered: the last 50 networks, for 90 days, whatever becomes of the sessions.
    ///
    /// [network]: parlor_domain::network
    async fn was_at(&self, user: UserId, address: &str, since: Timestamp) -> Result<bool, StoreError>;

    /// Whether there is a session with this id, live or over, as far as it was not [swept](Self::sweep).
    async fn is_known(&self, session: SessionId) -> Result<bool, StoreError>;

    /// The live sessions of a user, last used first.
    async fn list(&self, user: UserId, now: Timestamp) -> Result<Vec<Session>, StoreError>;

    /// Ends one session of this user; false if there is no such live session.
    async fn revoke(&self, user: UserId, session: SessionId, at: Timestamp) -> Result<bool, StoreError>;

    /// Ends all live sessions of the user but one, with one event if there are any; says how many.
    async fn revoke_all(
        &self,
        user: UserId,
        except: Option<SessionId>,
        at: Timestamp,
    ) -> Result<usize, StoreError>;

    /// The sessions that were ended since then, as far as they were not [swept](Self::sweep).
    async fn ended_since(&self, since: Timestamp) -> Result<Vec<SessionId>, StoreError>;

    /// Forgets some of the sessions that have expired by `now` or were ended before `ended`; says whether there may be
    /// more. Those of [`Self::open_hosted`] that were ended are remembered until a day after they would have expired. Forgets
    /// networks as well at which people were long ago.
    async fn sweep(&self, now: Timestamp, ended: Timestamp) -> Result<bool, StoreError>;
}

/// SHA-256 of a refresh token, or of another secret text that is drawn at random: all that is kept of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenDigest(pub [u8; 32]);

/// A session to be opened.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// Its id.
    pub id: SessionId,
    /// Whose.
    pub user: UserRef,
    /// What the device calls itself.
    pub device: DeviceName,
    /// Where it comes from.
    pub address: Option<Box<str>>,
    /// Its first refresh token.
    pub token: TokenDigest,
    /// When.
    pub at: Timestamp,
    /// When it is over unless it is refreshed: from this moment on it does not live.
    pub expires_at: Timestamp,
}

/// A session that lives by another application's tokens.
#[derive(Debug, Clone)]
pub struct HostedSession {
    /// Its id, derived from what the application says of it.
    pub id: SessionId,
    /// Whose.
    pub user: UserRef,
    /// What the device calls itself.
    pub device: DeviceName,
    /// Where it comes from.
    pub address: Option<Box<str>>,
    /// When.
    pub at: Timestamp,
    /// Until when it lives from now on.
    pub expires_at: Timestamp,
}

/// A refresh token to be exchanged.
#[derive(Debug, Clone)]
pub struct Refresh {
    /// What was presented.
    pub presented: TokenDigest,
    /// What follows it: derived from the presented token, so that a retry has the same.
    pub successor: TokenDigest,
    /// Where the request comes from.
    pub address: Option<Box<str>>,
    /// When.
    pub at: Timestamp,
    /// Until when the session lives from now on.
    pub expires_at: Timestamp,
    /// How long a retry of an exchange is answered like the exchange itself.
    pub grace: Duration,
}

/// What became of a refresh token.
#[derive(Debug, Clone)]
pub enum Refreshed {
    /// Exchanged, now or a moment ago.
    Done(Box<(Session, Account)>),
    /// It was exchanged before: somebody has a copy. Its session is over.
    Reused,
    /// Unknown, or its session is over or expired.
    Unknown,
}
