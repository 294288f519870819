//! Whose name and password these are.

use std::time::Duration;

use parlor_domain::{Account, Password, UserId};
use parlor_ports::{LoginName, PasswordHash};
use secrecy::{ExposeSecret, SecretString};

use super::known::Known;
use super::{LogIns, counted_name};
use crate::passwords::Verified;
use crate::throttle::Tried;
use crate::{Device, Error};

/// From an address where somebody was so lately, strangers elsewhere cannot keep him out.
const LATELY: Duration = Duration::from_secs(90 * 24 * 60 * 60);

impl LogIns {
    /// Whose password it is. Tries are counted by the name as it was typed; without `login` nobody can be called so.
    pub(super) async fn prove(
        &self,
        typed: &str,
        login: Option<LoginName>,
        password: SecretString,
        device: &Device,
    ) -> Result<Known, Error> {
        let counted = counted_name(typed);
        let address = device.address.as_deref().unwrap_or_default();
        let here = Tried::Password {
            name: &counted,
            address,
        };
        self.throttle.count(here).await?;
        let credentials = match login {
            Some(login) if plausible(&password) => self.users.credentials(&login).await?,
            _ => None,
        };
        let user = credentials.as_ref().map(|known| known.user.id);
        if !self.was_here(user, address).await? {
            self.throttle
                .count(Tried::PasswordFromAfar { name: &counted })
                .await?;
        }
        let stored = credentials.as_ref().and_then(|known| known.password.clone());
        let anew = match self.passwords.verify_and_rehash(password.clone(), stored).await? {
            Verified::Wrong => return Err(Error::WrongCredentials),
            Verified::Right => None,
            Verified::Rehashed(anew) => Some(anew),
        };
        let known = credentials.ok_or(Error::WrongCredentials)?;
        self.throttle.forget(here).await?;
        let account = self.users.find(known.user.id).await?;
        let known = Known {
            account: account.ok_or(Error::WrongCredentials)?,
            password: known.password,
        };
        known.usable()?;
        match anew {
            Some(anew) => self.rehash(known, anew, password).await,
            None => Ok(known),
        }
    }

    /// Keeps the password that was shown under this hash from now on. If the hash has changed by now, the password must be right
    /// for the one that is there: somebody who logs in at the same moment may have been faster.
    async fn rehash(&self, known: Known, anew: PasswordHash, password: SecretString) -> Result<Known, Error> {
        let user = known.account.user.id;
        let old = known.password.ok_or(Error::WrongCredentials)?;
        if self.users.rehash(user, old, anew.clone()).await? {
            return Ok(Known {
                account: known.account,
                password: Some(anew),
            });
        }
        let now = self.known(user).await?.ok_or(Error::WrongCredentials)?;
        if !self.passwords.verify(password, now.password.clone()).await? {
            return Err(Error::WrongCredentials);
        }
        now.usable()?;
        Ok(now)
    }

    async fn was_here(&self, user: Option<UserId>, address: &str) -> Result<bool, Error> {
        match user {
            Some(user) => {
                let since = self.clock.now() - LATELY;
                self.sessions.was_at(user, address, since).await
            }
            None => Ok(false),
        }
    }

    /// Counts a code that is to be mailed to this person, or to nobody because nobody has the name.
    pub(super) async fn count_mailed(
        &self,
        name: &str,
        found: Option<&Account>,
        device: &Device,
    ) -> Result<(), Error> {
        let name = &counted_name(name);
        let address = device.address.as_deref().unwrap_or_default();
        self.throttle.count(Tried::MailedLogIn { name, address }).await?;
        if !self
            .was_here(found.map(|account| account.user.id), address)
            .await?
        {
            self.throttle.count(Tried::MailedLogInFromAfar { name }).await?;
        }
        Ok(())
    }
}

/// Whether it can be anybody's password.
fn plausible(password: &SecretString) -> bool {
    password.expose_secret().len() <= Password::MAX_BYTES
}
