//! What is known of somebody who logs in, and whether it still holds when he is in.

use parlor_domain::{Account, AccountStatus, UserId};
use parlor_ports::{LoginName, PasswordHash};
use secrecy::ExposeSecret;

use super::{LogIns, LoggedIn};
use crate::Error;
use crate::codes::token_digest;

/// Somebody, and the password for which, or in spite of which, he is let in.
pub(super) struct Known {
    pub(super) account: Account,
    pub(super) password: Option<PasswordHash>,
}

impl Known {
    /// Passes if the account can be used.
    pub(super) fn usable(&self) -> Result<(), Error> {
        match self.account.status {
            AccountStatus::Active => Ok(()),
            AccountStatus::Disabled => Err(Error::AccountDisabled),
            AccountStatus::Deleted => Err(Error::WrongCredentials),
        }
    }

    fn is_the_same(&self, now: &Self) -> bool {
        let usable = now.account.status == AccountStatus::Active;
        usable && now.account.admin == self.account.admin && now.hash() == self.hash()
    }

    fn hash(&self) -> Option<&str> {
        self.password.as_ref().map(|hash| hash.0.expose_secret())
    }
}

impl LogIns {
    /// What is known of somebody now.
    pub(super) async fn known(&self, user: UserId) -> Result<Option<Known>, Error> {
        let Some(account) = self.users.find(user).await? else {
            return Ok(None);
        };
        let name = LoginName::Username(account.username.clone());
        let credentials = self.users.credentials(&name).await?;
        // The name of a deleted account can be somebody else's.
        let own = credentials.filter(|found| found.user == account.user);
        Ok(own.map(|own| Known {
            account,
            password: own.password,
        }))
    }

    /// Whether password, rights and account are what they were.
    pub(super) async fn still_holds(&self, before: &Known) -> Result<bool, Error> {
        let now = self.known(before.account.user.id).await?;
        Ok(now.is_some_and(|now| before.is_the_same(&now)))
    }

    /// Lets somebody in, unless his password, his rights or his account changed while he came. That ends the sessions and
    /// challenges that there are, and those that were made a moment after it must not outlive it.
    pub(super) async fn unless_changed(
        &self,
        before: &Known,
        logged_in: LoggedIn,
    ) -> Result<Option<LoggedIn>, Error> {
        if self.still_holds(before).await? {
            return Ok(Some(logged_in));
        }
        match logged_in {
            LoggedIn::Done(login) => {
                let user = before.account.user.id;
                self.sessions.end(user, login.session.id).await?;
            }
            LoggedIn::Challenged(asked) => {
                if let Some(digest) = token_digest(&asked.token) {
                    self.challenges.meet(digest, self.clock.now()).await?;
                }
            }
        }
        Ok(None)
    }
}
