//! Logging in where nothing but a password can be asked for.

use std::time::Duration;

use parlor_domain::{Account, Session};
use parlor_ports::LoginName;
use secrecy::SecretString;

use super::{Besides, LogIns};
use crate::{Device, Error};

impl LogIns {
    /// Opens a session, for so long, for whoever knows name and password and shows nothing besides. `typed` is what his tries are
    /// counted by; without `login` nobody can be called so.
    ///
    /// Whoever has chosen a second step, or must show one, is answered as if the password were wrong: it would be none if there were
    /// a way in without it.
    ///
    /// # Errors
    /// [`Error::WrongCredentials`], [`Error::AccountDisabled`], [`Error::TooManyTries`], [`Error::Busy`]
    pub(crate) async fn open_plainly(
        &self,
        typed: &str,
        login: Option<LoginName>,
        password: SecretString,
        device: Device,
        life: Duration,
    ) -> Result<(Session, Account), Error> {
        let known = self.prove(typed, login, password, &device).await?;
        let account = known.account.clone();
        if self.besides(account.user.id).await? != Besides::Nothing {
            return Err(Error::WrongCredentials);
        }
        let session = self.sessions.open_without_refresh(&account, device, life).await?;
        if self.still_holds(&known).await? {
            return Ok((session, account));
        }
        self.sessions.end(account.user.id, session.id).await?;
        Err(Error::WrongCredentials)
    }

    /// The account of whoever knows name and password, as [`Self::open_plainly`] does without opening anything.
    pub(crate) async fn prove_plainly(
        &self,
        typed: &str,
        login: Option<LoginName>,
        password: SecretString,
        device: &Device,
    ) -> Result<Account, Error> {
        let known = self.prove(typed, login, password, device).await?;
        if self.besides(known.account.user.id).await? != Besides::Nothing {
            return Err(Error::WrongCredentials);
        }
        Ok(known.account)
    }
}
