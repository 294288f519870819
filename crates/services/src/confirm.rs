//! Asking somebody who is logged in for the password again, before something that a thief of the session must not do.

use std::sync::Arc;

use parlor_ports::{Credentials, LoginName, UserStore};
use secrecy::{ExposeSecret, SecretString};

use crate::throttle::{Throttle, Tried};
use crate::{Actor, Error, Passwords};

/// Asks for the password again.
pub(crate) struct Confirm {
    users: Arc<dyn UserStore>,
    passwords: Arc<Passwords>,
    throttle: Arc<Throttle>,
}

impl Confirm {
    pub(crate) fn new(users: Arc<dyn UserStore>, passwords: Arc<Passwords>, throttle: Arc<Throttle>) -> Self {
        Self {
            users,
            passwords,
            throttle,
        }
    }

    /// Passes if this is the actor's password: nothing, if he has none.
    ///
    /// # Errors
    /// [`Error::WrongPassword`], [`Error::TooManyTries`], [`Error::Busy`]
    pub(crate) async fn password(&self, actor: &Actor, password: SecretString) -> Result<(), Error> {
        let session = actor.session.to_string();
        let tried = Tried::OwnPassword { session: &session };
        self.throttle.count(tried).await?;
        let account = self.users.find(actor.user.id).await?;
        let account = account.ok_or(Error::NoSuchUser(Some(actor.user.id)))?;
        let login = LoginName::Username(account.username);
        let credentials = self.users.credentials(&login).await?;
        // The name of a deleted account can be somebody else's.
        let own = credentials.filter(|known| known.user == actor.user);
        let right = match own {
            // Whoever comes with a host application's tokens has no password here.
            Some(Credentials { password: None, .. }) => password.expose_secret().is_empty(),
            own => {
                let stored = own.and_then(|known| known.password);
                self.passwords.verify(password, stored).await?
            }
        };
        if !right {
            return Err(Error::WrongPassword);
        }
        self.throttle.forget(tried).await
    }
}
