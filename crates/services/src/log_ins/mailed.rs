//! Logging in where a code is mailed to whoever knows the password.

use parlor_domain::{Account, SessionId, UserId};

use super::{Besides, LogIns, Typed};
use crate::{Device, Error};

impl LogIns {
    /// Whose name and password these are, who is to be mailed a code next.
    ///
    /// Whoever shows what an authenticator app shows is answered as if the password were wrong: a mailed code is not that.
    ///
    /// # Errors
    /// [`Error::WrongCredentials`], [`Error::AccountDisabled`], [`Error::TooManyTries`], [`Error::Busy`]
    pub(crate) async fn prove_before_code(
        &self,
        typed: Typed<'_>,
        device: &Device,
    ) -> Result<Account, Error> {
        let Typed {
            name,
            login,
            password,
        } = typed;
        let known = self.prove(name, login, password, device).await?;
        if self.besides(known.account.user.id).await? == Besides::App {
            return Err(Error::WrongCredentials);
        }
        Ok(known.account)
    }

    /// Has a session opened for somebody whose code is used up by that, and gives what comes of it; `None` if the code is none any
    /// more, or he cannot log in so.
    pub(crate) async fn open_by_code<T>(
        &self,
        user: UserId,
        device: Device,
        use_code: impl AsyncFnOnce() -> Result<bool, Error>,
        open: impl AsyncFnOnce(&Account, Device) -> Result<(SessionId, T), Error>,
    ) -> Result<Option<T>, Error> {
        // Before the code is used: whoever changes the password afterwards finds it changed below, and whoever did so before has voided
        // the code.
        let Some(known) = self.known(user).await? else {
            return Ok(None);
        };
        if self.besides(user).await? == Besides::App || !use_code().await? {
            return Ok(None);
        }
        let (session, opened) = open(&known.account, device).await?;
        if self.still_holds(&known).await? {
            return Ok(Some(opened));
        }
        self.sessions.end(user, session).await?;
        Ok(None)
    }
}
