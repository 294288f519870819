//! Links that lead to the pages of the dialect `messenger`.

use std::time::Duration;

use parlor_domain::{Account, AccountStatus, Email, LetterKind, UserId};
use parlor_ports::{Purpose, TokenDigest};
use secrecy::SecretString;

use super::{Proofs, proved};
use crate::codes::token_digest;
use crate::letters::Addressee;
use crate::throttle::Tried;
use crate::{Actor, Error};

/// How long they are good.
pub(super) const LIFE: Duration = Duration::from_secs(30 * 60);

impl Proofs {
    /// Mails a link by which another password can be set to whoever has verified or claimed this address, if anybody has. What
    /// is answered, and when, does not tell.
    ///
    /// # Errors
    /// [`Error::TooManyTries`]
    pub async fn mail_password_page(&self, email: &Email) -> Result<(), Error> {
        let counted = &email.key();
        self.throttle.count(Tried::Reset { name: counted }).await?;
        let found = self.users.find_by_claimed(email).await?;
        let account = found.filter(|account| account.status == AccountStatus::Active);
        let to = account.as_ref().and_then(|account| account.email.clone());
        match account.zip(to) {
            Some((account, to)) => self.mail_page(&account, to, Purpose::Reset).await,
            None => self.throttle.pretend(counted).await,
        }
    }

    /// Mails the actor a link by which another password can be set, and tells where.
    ///
    /// # Errors
    /// [`Error::WrongPassword`], [`Error::NoEmail`], [`Error::TooManyTries`], [`Error::Busy`]
    pub async fn mail_own_password_page(
        &self,
        actor: &Actor,
        password: SecretString,
    ) -> Result<Email, Error> {
        self.confirm.password(actor, password).await?;
        self.mail_own_page(actor, Purpose::Reset).await
    }

    /// Mails the actor a link by which his account can be given another address, and tells where.
    ///
    /// # Errors
    /// [`Error::NoEmail`], [`Error::TooManyTries`]
    pub async fn mail_email_page(&self, actor: &Actor) -> Result<Email, Error> {
        self.mail_own_page(actor, Purpose::Change).await
    }

    /// Gives an account another address, because what was mailed to the last one is shown. Nobody has proved that it is his: he claims
    /// it, and the last one is told.
    ///
    /// # Errors
    /// [`Error::ProofOver`], [`Error::EmailTaken`], [`Error::TooManyTries`]
    pub async fn change_email_by_link(&self, token: &SecretString, email: Email) -> Result<Account, Error> {
        let digest = token_digest(token).ok_or(Error::ProofOver)?;
        let found = self.proofs.find(digest, self.clock.now()).await?;
        let Some((user, Purpose::Change)) = found else {
            return Err(Error::ProofOver);
        };
        self.claim(user, Some(digest), email).await
    }

    /// Gives the actor another address, in the same way.
    ///
    /// # Errors
    /// [`Error::EmailTaken`], [`Error::TooManyTries`]
    pub async fn change_email(&self, actor: &Actor, email: Email) -> Result<Account, Error> {
        self.claim(actor.user.id, None, email).await
    }

    async fn claim(&self, user: UserId, proof: Option<TokenDigest>, email: Email) -> Result<Account, Error> {
        let counted = &user.to_string();
        self.throttle.count(Tried::Proof { user: counted }).await?;
        let account = self.users.find(user).await?.ok_or(Error::ProofOver)?;
        let now = self.clock.now();
        let notice = self.email_changed(&account, &email, now);
        let claimed = self.proofs.claim_email(user, proof, email, notice, now).await?;
        self.post.written();
        proved(claimed)
    }

    async fn mail_own_page(&self, actor: &Actor, purpose: Purpose) -> Result<Email, Error> {
        self.count(actor).await?;
        let account = self.account(actor).await?;
        let email = account.email.clone().ok_or(Error::NoEmail)?;
        self.mail_page(&account, email.clone(), purpose).await?;
        Ok(email)
    }

    async fn mail_page(&self, account: &Account, to: Email, purpose: Purpose) -> Result<(), Error> {
        let (user, addressee) = (account.user.id, Addressee::of(account, to));
        let (proof, letter) = match purpose {
            // Else it would lead to Parlor's own page.
            Purpose::Reset => self.write_as(user, addressee, purpose, (LetterKind::MessengerPassword, LIFE)),
            purpose => self.write(user, addressee, purpose),
        };
        self.issue(proof, letter).await
    }
}
