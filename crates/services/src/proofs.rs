//! Proving an address, and what an address proves: verification, another address, a forgotten password.

mod messenger;

use std::sync::Arc;
use std::time::Duration;

use parlor_domain::{
    Account, AccountStatus, DisplayName, Email, LetterKind, Locale, Mobile, Password, Timestamp, UserId,
};
use parlor_ports::{
    Clock, EmailProved, LoginName, MobileSet, NewLetter, NewProof, ProofStore, Purpose, UserStore,
};
use secrecy::SecretString;

use crate::codes::{Codes, token_digest};
use crate::confirm::Confirm;
use crate::letters::{Addressee, Content, Letters};
use crate::log_ins::{counted_name, login_name};
use crate::throttle::{Throttle, Tried};
use crate::{Actor, Error, Passwords, Post};

/// How long the links are good that are mailed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProofsSettings {
    /// Those that verify an address, or change it.
    pub email_life: Duration,
    /// Those by which another password can be set.
    pub reset_life: Duration,
}

impl Default for ProofsSettings {
    fn default() -> Self {
        Self {
            email_life: Duration::from_secs(48 * 60 * 60),
            reset_life: Duration::from_secs(60 * 60),
        }
    }
}

/// Mails links, and does what they prove.
pub struct Proofs {
    pub(crate) users: Arc<dyn UserStore>,
    pub(crate) proofs: Arc<dyn ProofStore>,
    pub(crate) passwords: Arc<Passwords>,
    pub(crate) confirm: Arc<Confirm>,
    pub(crate) codes: Arc<Codes>,
    pub(crate) letters: Arc<Letters>,
    pub(crate) post: Arc<Post>,
    pub(crate) throttle: Arc<Throttle>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) settings: ProofsSettings,
}

impl Proofs {
    /// Mails the actor a link that verifies his address, once more.
    ///
    /// # Errors
    /// [`Error::NoEmail`], [`Error::EmailVerified`] if that was done, [`Error::TooManyTries`]
    pub async fn ask_to_verify(&self, actor: &Actor) -> Result<(), Error> {
        let account = self.account(actor).await?;
        let email = account.email.clone().ok_or(Error::NoEmail)?;
        if account.email_verified_at.is_some() {
            return Err(Error::EmailVerified);
        }
        self.count(actor).await?;
        let locale = account.profile.locale.as_ref();
        let (proof, letter) = self.verification(account.user.id, &account.display_name, locale, email);
        self.issue(proof, letter).await
    }

    /// A proof that verifies this address of the user, and its letter.
    pub(crate) fn verification(
        &self,
        user: UserId,
        name: &DisplayName,
        locale: Option<&Locale>,
        email: Email,
    ) -> (NewProof, NewLetter) {
        let purpose = Purpose::Verify(email.clone());
        let addressee = Addressee {
            to: email,
            name,
            locale,
        };
        self.write(user, addressee, purpose)
    }

    /// Verifies an address, because what was mailed there is shown.
    ///
    /// # Errors
    /// [`Error::ProofOver`]; [`Error::EmailTaken`] if somebody else has verified it
    pub async fn verify_email(&self, token: &SecretString) -> Result<Account, Error> {
        let digest = token_digest(token).ok_or(Error::ProofOver)?;
        proved(self.proofs.verify_email(digest, self.clock.now()).await?)
    }

    /// Mails a link to another address, which becomes the actor's once it is opened.
    ///
    /// # Errors
    /// [`Error::WrongPassword`], [`Error::TooManyTries`]
    pub async fn ask_to_change_email(
        &self,
        actor: &Actor,
        password: SecretString,
        email: Email,
    ) -> Result<(), Error> {
        self.confirm.password(actor, password).await?;
        self.count(actor).await?;
        let account = self.account(actor).await?;
        let purpose = Purpose::Confirm(email.clone());
        let (proof, letter) = self.write(account.user.id, Addressee::of(&account, email), purpose);
        self.issue(proof, letter).await
    }

    /// Makes an address somebody's on the operator's word, as if it had been verified.
    ///
    /// # Errors
    /// [`Error::NoSuchUser`], [`Error::EmailTaken`]
    pub async fn set_email(&self, user: UserId, email: Email) -> Result<Account, Error> {
        let given = self.proofs.set_email(user, email, self.clock.now()).await?;
        match given {
            EmailProved::Unknown => Err(Error::NoSuchUser(Some(user))),
            other => proved(other),
        }
    }

    /// Makes an address the account's, because what was mailed there is shown, and tells the old one.
    ///
    /// # Errors
    /// As [`Proofs::verify_email`].
    pub async fn confirm_email(&self, token: &SecretString) -> Result<Account, Error> {
        let digest = token_digest(token).ok_or(Error::ProofOver)?;
        let now = self.clock.now();
        let found = self.proofs.find(digest, now).await?;
        let Some((user, Purpose::Confirm(email))) = found else {
            return Err(Error::ProofOver);
        };
        let account = self.users.find(user).await?.ok_or(Error::ProofOver)?;
        let notice = self.email_changed(&account, &email, now);
        let done = proved(self.proofs.confirm_email(digest, notice, now).await?);
        self.post.written();
        done
    }

    /// Mails a link by which another password can be set to whoever has this name or verified address, if anybody has. What
    /// is answered, and when, does not tell.
    ///
    /// # Errors
    /// [`Error::TooManyTries`]
    pub async fn ask_to_reset(&self, name: &str) -> Result<(), Error> {
        let counted = &counted_name(name);
        self.throttle.count(Tried::Reset { name: counted }).await?;
        let found = match login_name(name) {
            Some(LoginName::Username(name)) => self.users.find_by_username(&name).await?,
            Some(LoginName::Email(email)) => self.users.find_by_email(&email).await?,
            Some(LoginName::Claimed(email)) => self.users.find_by_claimed(&email).await?,
            None => None,
        };
        let account = found.filter(|account| account.status == AccountStatus::Active);
        let email = account.as_ref().and_then(|account| account.email.clone());
        match account.zip(email) {
            Some((account, email)) => {
                let addressee = Addressee::of(&account, email);
                let (proof, letter) = self.write(account.user.id, addressee, Purpose::Reset);
                self.issue(proof, letter).await
            }
            None => self.throttle.pretend(counted).await,
        }
    }

    /// Sets another password, because what was mailed is shown. Ends all sessions.
    ///
    /// # Errors
    /// [`Error::ProofOver`], [`Error::Busy`]
    pub async fn reset_password(&self, token: &SecretString, new: Password) -> Result<(), Error> {
        let digest = token_digest(token).ok_or(Error::ProofOver)?;
        let found = self.proofs.find(digest, self.clock.now()).await?;
        let Some((user, Purpose::Reset)) = found else {
            return Err(Error::ProofOver);
        };
        let account = self.users.find(user).await?.ok_or(Error::ProofOver)?;
        let password = self.passwords.hash(new).await?;
        let now = self.clock.now();
        let notice = self.letters.password_changed(&account, now);
        let reset = self.proofs.reset_password(digest, password, notice, now).await?;
        reset.ok_or(Error::ProofOver)?;
        self.post.written();
        // Those who tried the old one, or had it, must not keep out who has just set another.
        let user = &user.to_string();
        self.throttle.forget(Tried::Code { user }).await?;
        let names = [
            Some(account.username.key()),
            account.email.map(|email| email.key()),
        ];
        for name in names.iter().flatten() {
            self.throttle.forget(Tried::PasswordFromAfar { name }).await?;
        }
        Ok(())
    }

    /// Sets or takes away the actor's mobile number.
    ///
    /// # Errors
    /// [`Error::WrongPassword`], [`Error::MobileTaken`], [`Error::TooManyTries`]
    pub async fn set_mobile(
        &self,
        actor: &Actor,
        password: SecretString,
        mobile: Option<Mobile>,
    ) -> Result<Account, Error> {
        self.confirm.password(actor, password).await?;
        match self.users.set_mobile(actor.user.id, mobile).await? {
            MobileSet::Done(account) => Ok(*account),
            MobileSet::Taken => Err(Error::MobileTaken),
            MobileSet::Unknown => Err(Error::NoSuchUser(Some(actor.user.id))),
        }
    }

    /// Forgets some of the proofs that have expired; says whether there may be more.
    pub async fn forget_over(&self) -> Result<bool, Error> {
        Ok(self.proofs.sweep(self.clock.now()).await?)
    }

    async fn account(&self, actor: &Actor) -> Result<Account, Error> {
        let account = self.users.find(actor.user.id).await?;
        account.ok_or(Error::NoSuchUser(Some(actor.user.id)))
    }

    async fn count(&self, actor: &Actor) -> Result<(), Error> {
        let user = &actor.user.id.to_string();
        self.throttle.count(Tried::Proof { user }).await
    }

    /// What tells the old address of an account that this is its new one.
    fn email_changed(&self, account: &Account, email: &Email, now: Timestamp) -> Option<NewLetter> {
        // An old one that was never verified may be a stranger's, and the letter tells the new one.
        let old = account.email.clone();
        let old = old.filter(|old| account.email_verified_at.is_some() && old.key() != email.key())?;
        let content = Content {
            detail: email.as_str().to_owned(),
            ..Content::default()
        };
        let addressee = Addressee::of(account, old);
        let letter = self
            .letters
            .write(addressee, LetterKind::EmailChanged, content, now);
        Some(letter)
    }

    /// A proof, and the letter that brings it.
    fn write(&self, user: UserId, addressee: Addressee<'_>, purpose: Purpose) -> (NewProof, NewLetter) {
        let how = match purpose {
            Purpose::Verify(_) => (LetterKind::VerifyEmail, self.settings.email_life),
            Purpose::Confirm(_) => (LetterKind::ConfirmEmail, self.settings.email_life),
            Purpose::Reset => (LetterKind::ResetPassword, self.settings.reset_life),
            Purpose::Change => (LetterKind::MessengerEmail, messenger::LIFE),
        };
        self.write_as(user, addressee, purpose, how)
    }

    /// The same, with a letter of this kind and a life of this length.
    fn write_as(
        &self,
        user: UserId,
        addressee: Addressee<'_>,
        purpose: Purpose,
        (kind, life): (LetterKind, Duration),
    ) -> (NewProof, NewLetter) {
        let (secret, token) = self.codes.draw_token();
        let at = self.clock.now();
        let expires_at = at + life;
        let proof = NewProof {
            token,
            user,
            purpose,
            at,
            expires_at,
        };
        let content = Content {
            secret: Some((&secret, expires_at)),
            ..Content::default()
        };
        (proof, self.letters.write(addressee, kind, content, at))
    }

    async fn issue(&self, proof: NewProof, letter: NewLetter) -> Result<(), Error> {
        self.proofs.issue(proof, letter).await?;
        self.post.written();
        Ok(())
    }
}

fn proved(proved: EmailProved) -> Result<Account, Error> {
    match proved {
        EmailProved::Done(account) => Ok(*account),
        EmailProved::Taken => Err(Error::EmailTaken),
        EmailProved::Unknown => Err(Error::ProofOver),
    }
}
