//! Stable keys that an older server has given.

use std::time::Duration;

use parlor_domain::{Account, DeviceName, Dialect, Session, SessionId, Timestamp, UserRef};
use parlor_ports::{ImportStore, NewKeySession, OldKey, OldModel};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use super::{Imports, OldServerId};
use crate::Error;

/// How many hex digits a key has.
const DIGITS: usize = 40;
/// How long its session lives: as long as nobody ends it.
const LIFE: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

impl Imports {
    /// Makes a key good that an older server has given to somebody; false if it came before, is somebody else's, or is none.
    pub async fn key(
        &self,
        from: OldServerId,
        of: &str,
        user: UserRef,
        key: &SecretString,
    ) -> Result<bool, Error> {
        let Some(digest) = digest(key.expose_secret()) else {
            return Ok(false);
        };
        let now = self.clock.now();
        let name = format!("{} (key of the older server)", from.dialect.name());
        let new = OldKey {
            digest,
            session: NewKeySession {
                dialect: from.dialect,
                session: SessionId::new(self.draw(now)),
                user,
                device: name
                    .parse::<DeviceName>()
                    .map_err(|why| Error::invalid("device", why))?,
                address: None,
                at: now,
                expires_at: now + LIFE,
            },
            beyond: from.beyond,
        };
        let source = from.source(OldModel::Key, of);
        Ok(self.store.bring_key(source, new, self.most_keys).await?)
    }
}

/// The session and the account of a key that came from an older server.
pub(crate) async fn find(
    store: &dyn ImportStore,
    dialect: Dialect,
    key: &str,
    now: Timestamp,
) -> Result<Option<(Session, Account)>, Error> {
    match digest(key) {
        Some(digest) => Ok(store.find_key(dialect, digest, now).await?),
        None => Ok(None),
    }
}

/// What is kept of a key; `None` if it cannot be one.
fn digest(key: &str) -> Option<[u8; 32]> {
    let digits = key.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    (key.len() == DIGITS && digits).then(|| Sha256::digest(key).into())
}
