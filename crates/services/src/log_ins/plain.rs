//! Logging in where nothing but a password can be asked for.

use parlor_domain::{Account, SessionId};
use parlor_ports::LoginName;
use secrecy::SecretString;

use super::{Besides, LogIns};
use crate::{Device, Error};

/// What somebody types who logs in.
pub(crate) struct Typed<'a> {
    /// The name, by which his tries are counted.
    pub(crate) name: &'a str,
    /// Whom it means; `None` if nobody can be called so.
    pub(crate) login: Option<LoginName>,
    /// The password.
    pub(crate) password: SecretString,
}

impl LogIns {
    /// Has a session opened for whoever knows name and password and shows nothing besides, and gives what comes of it.
    ///
    /// Whoever has chosen a second step, or must show one, is answered as if the password were wrong: it would be none if there were
    /// a way in without it.
    ///
    /// # Errors
    /// [`Error::WrongCredentials`], [`Error::AccountDisabled`], [`Error::TooManyTries`], [`Error::Busy`]
    pub(crate) async fn open_plainly<T>(
        &self,
        typed: Typed<'_>,
        device: Device,
        open: impl AsyncFnOnce(&Account, Device) -> Result<(SessionId, T), Error>,
    ) -> Result<T, Error> {
        let Typed {
            name,
            login,
            password,
        } = typed;
        let known = self.prove(name, login, password, &device).await?;
        let user = known.account.user.id;
        if self.besides(user).await? != Besides::Nothing {
            return Err(Error::WrongCredentials);
        }
        let (session, opened) = open(&known.account, device).await?;
        if self.still_holds(&known).await? {
            return Ok(opened);
        }
        self.sessions.end(user, session).await?;
        Err(Error::WrongCredentials)
    }
}
