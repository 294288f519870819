//! What administrators do with the accounts of others.

use parlor_domain::UserId;

use super::Accounts;
use crate::{Actor, Error};

impl Accounts {
    /// Locks somebody's account and ends its sessions, or unlocks it.
    ///
    /// # Errors
    /// [`Error::NoSuchUser`]; [`Error::Forbidden`] unless the actor is an administrator, and for the actor's own account
    pub async fn set_disabled(&self, actor: &Actor, user: UserId, disabled: bool) -> Result<(), Error> {
        administers_another(actor, user)?;
        if disabled {
            self.disable(user).await
        } else {
            self.enable(user).await
        }
    }

    /// Deletes somebody's account, and if `messages`, what it wrote.
    ///
    /// # Errors
    /// As [`Accounts::set_disabled`].
    pub async fn delete_another(&self, actor: &Actor, user: UserId, messages: bool) -> Result<(), Error> {
        administers_another(actor, user)?;
        self.delete(user, messages).await
    }
}

/// Passes for administrators, unless it is about themselves: nobody locks himself out, and who leaves shows his password.
fn administers_another(actor: &Actor, user: UserId) -> Result<(), Error> {
    actor.administers()?;
    if actor.user.id == user {
        return Err(Error::Forbidden);
    }
    Ok(())
}
