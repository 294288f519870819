//! What a user does with sessions that are open: sees them and ends them.

use parlor_domain::{Session, SessionId};

use super::Sessions;
use crate::{Actor, Error};

impl Sessions {
    /// Ends the actor's own session. Twice is as good as once.
    pub async fn log_out(&self, actor: &Actor) -> Result<(), Error> {
        let now = self.clock.now();
        self.sessions.revoke(actor.user.id, actor.session, now).await?;
        Ok(())
    }

    /// The actor's sessions, last used first.
    pub async fn list(&self, actor: &Actor) -> Result<Vec<Session>, Error> {
        let now = self.clock.now();
        Ok(self.sessions.list(actor.user.id, now).await?)
    }

    /// Ends one of the actor's sessions.
    ///
    /// # Errors
    /// [`Error::NoSuchSession`]
    pub async fn revoke(&self, actor: &Actor, session: SessionId) -> Result<(), Error> {
        let now = self.clock.now();
        if self.sessions.revoke(actor.user.id, session, now).await? {
            Ok(())
        } else {
            Err(Error::NoSuchSession)
        }
    }

    /// Ends all of the actor's sessions but this one; says how many.
    pub async fn revoke_others(&self, actor: &Actor) -> Result<usize, Error> {
        let now = self.clock.now();
        let except = Some(actor.session);
        Ok(self.sessions.revoke_all(actor.user.id, except, now).await?)
    }
}
