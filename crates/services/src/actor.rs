//! Who does something.

use parlor_domain::{Account, SessionId, UserRef};
use uuid::Uuid;

use crate::Error;

/// The user in whose name a service is called, as an access token names him.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Actor {
    /// The account.
    pub user: UserRef,
    /// The session that the request belongs to.
    pub session: SessionId,
    /// Whether the user may administer the server.
    pub admin: bool,
}

impl Actor {
    /// A bot, in whose name the holder of an API key acts. It has no session.
    pub(crate) fn of_bot(user: UserRef) -> Self {
        Self {
            user,
            session: SessionId::new(Uuid::nil()),
            admin: false,
        }
    }

    /// Somebody who has just registered, and has no session yet.
    pub fn newcomer(account: &Account) -> Self {
        Self {
            user: account.user,
            session: SessionId::new(Uuid::nil()),
            admin: false,
        }
    }

    /// Passes for administrators only.
    pub(crate) fn administers(&self) -> Result<(), Error> {
        if self.admin { Ok(()) } else { Err(Error::Forbidden) }
    }
}
