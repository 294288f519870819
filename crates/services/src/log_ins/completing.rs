//! Showing the code.

use parlor_auth::{OneTimeCode, RecoveryCode};
use parlor_domain::{Account, UserId};
use parlor_ports::{Challenge, TokenDigest};
use secrecy::SecretString;

use super::{Besides, LogIns, LoggedIn};
use crate::codes::token_digest;
use crate::{Device, Error};

impl LogIns {
    /// Completes a log in by a code: what was mailed, what the app shows, or a recovery code. Who has come by mail, and has
    /// a second step besides, is asked for that next.
    ///
    /// # Errors
    /// [`Error::WrongCode`]; [`Error::ChallengeOver`] if it was completed, has expired, or was tried too often;
    /// [`Error::TooManyTries`], [`Error::AccountDisabled`]
    pub async fn complete(&self, token: &SecretString, code: &str) -> Result<LoggedIn, Error> {
        let digest = token_digest(token).ok_or(Error::ChallengeOver)?;
        let now = self.clock.now();
        let challenge = self
            .challenges
            .count_try(digest, self.settings.tries, now)
            .await?;
        let challenge = challenge.ok_or(Error::ChallengeOver)?;
        let user = challenge.user.ok_or(Error::WrongCode);
        let right = self.is_right(&challenge, digest, code).await?;
        let user = user?;
        if !right {
            return Err(Error::WrongCode);
        }
        // Before the challenge is met: whoever changes the password afterwards finds it changed below, and whoever did so
        // before has voided the challenge.
        let known = self.known(user).await?.ok_or(Error::ChallengeOver)?;
        if !self.challenges.meet(digest, now).await? {
            return Err(Error::ChallengeOver);
        }
        known.usable()?;
        let logged_in = self.go_on(&known.account, challenge).await?;
        self.unless_changed(&known, logged_in)
            .await?
            .ok_or(Error::ChallengeOver)
    }

    async fn go_on(&self, account: &Account, met: Challenge) -> Result<LoggedIn, Error> {
        let device = Device {
            name: met.device,
            address: met.address,
        };
        match self.besides(account.user.id).await? {
            Besides::App if met.code.is_some() => {
                let asked = self.ask_for_app(account, met.password_shown, device).await?;
                Ok(LoggedIn::Challenged(asked))
            }
            // It was chosen a moment ago, and this code would be all that was shown.
            Besides::MailedCode if !met.password_shown => Err(Error::ChallengeOver),
            _ => self.open(account.clone(), device).await,
        }
    }

    async fn is_right(&self, challenge: &Challenge, token: TokenDigest, code: &str) -> Result<bool, Error> {
        if let Some(wanted) = challenge.code {
            let shown = OneTimeCode::parse(code);
            return Ok(shown.is_some_and(|shown| self.codes.meets(&shown, token, wanted)));
        }
        match challenge.user {
            Some(user) => self.is_app_or_recovery(user, code).await,
            None => Ok(false),
        }
    }

    async fn is_app_or_recovery(&self, user: UserId, code: &str) -> Result<bool, Error> {
        if OneTimeCode::parse(code).is_some() {
            return self.apps.check_app(user, code).await;
        }
        match RecoveryCode::parse(code) {
            Some(code) => self.apps.use_recovery_code(user, &code).await,
            None => Ok(false),
        }
    }
}
