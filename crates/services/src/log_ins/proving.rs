//! Whose name and password these are.

use std::time::Duration;

use parlor_domain::{Account, Password, UserId};
use secrecy::{ExposeSecret, SecretString};

use super::known::Known;
use super::{LogIns, counted_name, login_name};
use crate::throttle::Tried;
use crate::{Device, Error};

/// From an address where somebody was so lately, strangers elsewhere cannot keep him out.
const LATELY: Duration = Duration::from_secs(90 * 24 * 60 * 60);

impl LogIns {
    pub(super) async fn prove(
        &self,
        name: &str,
        password: SecretString,
        device: &Device,
    ) -> Result<Known, Error> {
        let counted = counted_name(name);
        let address = device.address.as_deref().unwrap_or_default();
        let here = Tried::Password {
            name: &counted,
            address,
        };
        self.throttle.count(here).await?;
        let credentials = match login_name(name) {
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
        let right = self.passwords.verify(password, stored).await?;
        let Some(known) = credentials.filter(|_| right) else {
            return Err(Error::WrongCredentials);
        };
        self.throttle.forget(here).await?;
        let account = self.users.find(known.user.id).await?;
        let known = Known {
            account: account.ok_or(Error::WrongCredentials)?,
            password: known.password,
        };
        known.usable()?;
        Ok(known)
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
