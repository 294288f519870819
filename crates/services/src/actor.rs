//! Who does something.

use parlor_domain::{SessionId, UserRef};

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
    /// Passes for administrators only.
    pub(crate) fn administers(&self) -> Result<(), Error> {
        if self.admin { Ok(()) } else { Err(Error::Forbidden) }
    }
}
