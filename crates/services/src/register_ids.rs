//! Register ids, by which people log in through the dialect `messenger`, and the codes that are mailed to them for that.

use std::sync::Arc;
use std::time::Duration;

use parlor_auth::{OneTimeCode, RegisterId};
use parlor_domain::{Account, AccountStatus, Email, LetterKind, SessionId, UserId};
use parlor_ports::{
    Clock, CodeLimits, CodeSent, LoginName, NewLogInCode, RegisterIdStore, TokenDigest, UserStore,
};
use secrecy::SecretString;

use crate::codes::Codes;
use crate::fingerprint::fingerprint;
use crate::letters::{Addressee, Content, Letters};
use crate::log_ins::{Typed, whence};
use crate::throttle::{Throttle, Tried};
use crate::{Actor, Device, Error, LogIns, Post};

/// How long an id that was mailed waits to be used for the first time.
const WAITS: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// How long a code is good.
const CODE_LIFE: Duration = Duration::from_secs(5 * 60);
/// How many codes one may try for one that was mailed.
const TRIES: u32 = 5;
/// How many are mailed.
const LIMITS: CodeLimits = CodeLimits {
    most: 4,
    pause: Duration::from_secs(60 * 60),
    open: Duration::from_secs(30 * 60),
};

/// Gives out register ids, knows whose they are, and lets people in who name theirs, know the password and read their mail.
pub struct RegisterIds {
    pub(crate) store: Arc<dyn RegisterIdStore>,
    pub(crate) users: Arc<dyn UserStore>,
    pub(crate) log_ins: Arc<LogIns>,
    pub(crate) codes: Arc<Codes>,
    pub(crate) letters: Arc<Letters>,
    pub(crate) post: Arc<Post>,
    pub(crate) throttle: Arc<Throttle>,
    pub(crate) clock: Arc<dyn Clock>,
}

/// What became of a code that somebody entered.
#[derive(Debug)]
pub enum CodeEntered<T> {
    /// It was right.
    Done(T),
    /// It was right before, and is good once.
    Used,
    /// It is not right, or too old, or there is none; or he cannot log in so.
    Wrong,
}

impl RegisterIds {
    /// Gives an id to somebody who has just registered.
    pub async fn give(&self, account: &Account) -> Result<SecretString, Error> {
        let (id, kept) = self.codes.draw_register_id();
        if self.store.give(account.user.id, kept).await? {
            Ok(id)
        } else {
            Err(Error::Internal(
                "the register id is somebody's, or he has one".into(),
            ))
        }
    }

    /// Mails another id to whoever has verified or claimed this address, if anybody has; it takes the place of the one that he has once
    /// it is used. What is answered, and when, does not tell whether anybody has.
    ///
    /// # Errors
    /// [`Error::TooManyTries`]
    pub async fn mail(&self, email: &Email) -> Result<(), Error> {
        let counted = &email.key();
        self.throttle.count(Tried::RegisterId { email: counted }).await?;
        let found = self.users.find_by_claimed(email).await?;
        let account = found.filter(|account| account.status == AccountStatus::Active && !account.bot);
        let to = account.as_ref().and_then(|account| account.email.clone());
        match account.zip(to) {
            Some((account, to)) => self.offer(&account, to).await,
            None => self.throttle.pretend(counted).await,
        }
    }

    async fn offer(&self, account: &Account, to: Email) -> Result<(), Error> {
        let (id, kept) = self.codes.draw_register_id();
        let now = self.clock.now();
        let until = now + WAITS;
        let content = Content {
            secret: Some((&id, until)),
            ..Content::default()
        };
        let addressee = Addressee::of(account, to);
        let letter = self
            .letters
            .write(addressee, LetterKind::MessengerId, content, now);
        // If it is not kept, the address has changed a moment ago: it is the same as if nobody had it.
        self.store.offer(account.user.id, kept, until, letter).await?;
        self.post.written();
        Ok(())
    }

    /// Whose id this is, if the account can be used.
    pub async fn owner(&self, id: &str) -> Result<Option<Account>, Error> {
        let Some(id) = RegisterId::parse(id) else {
            return Ok(None);
        };
        let digests = self.codes.register_id_digests(&id);
        Ok(self.store.find(digests, self.clock.now()).await?)
    }

    /// Whether this is the actor's own id. One that waited takes the place of the other by that.
    pub async fn is_own(&self, actor: &Actor, id: &str) -> Result<bool, Error> {
        let Some(id) = RegisterId::parse(id) else {
            return Ok(false);
        };
        let digests = self.codes.register_id_digests(&id);
        let now = self.clock.now();
        Ok(self.store.redeem(actor.user.id, digests, now).await?)
    }

    /// Mails a code to the owner of an id, if these are his name and password.
    ///
    /// # Errors
    /// [`Error::WrongCredentials`], also for those who show more than a mailed code elsewhere; [`Error::AccountDisabled`],
    /// [`Error::TooManyTries`], [`Error::Busy`]
    pub async fn log_in(
        &self,
        owner: &Account,
        (name, login): (&str, Option<LoginName>),
        password: SecretString,
        device: &Device,
    ) -> Result<CodeSent, Error> {
        let typed = Typed {
            name,
            login,
            password,
        };
        let account = self.log_ins.prove_before_code(typed, device).await?;
        if account.user != owner.user {
            return Err(Error::WrongCredentials);
        }
        self.send_code(&account, device, true).await
    }

    /// Mails another code to the owner of an id, whose log in has begun.
    pub async fn send_again(&self, id: &str, device: &Device) -> Result<CodeSent, Error> {
        match self.owner(id).await? {
            Some(owner) => self.send_code(&owner, device, false).await,
            None => Ok(CodeSent::NoLogIn),
        }
    }

    /// Has a session opened for the owner of an id, because this is the code that was mailed to him.
    pub(crate) async fn complete<T>(
        &self,
        id: &str,
        code: &str,
        device: Device,
        open: impl AsyncFnOnce(&Account, Device) -> Result<(SessionId, T), Error>,
    ) -> Result<CodeEntered<T>, Error> {
        let (Some(id), Some(shown)) = (RegisterId::parse(id), OneTimeCode::parse(code)) else {
            return Ok(CodeEntered::Wrong);
        };
        let now = self.clock.now();
        let digests = self.codes.register_id_digests(&id);
        let Some(owner) = self.store.find(digests.clone(), now).await? else {
            return Ok(CodeEntered::Wrong);
        };
        let user = owner.user.id;
        let Some(tried) = self.store.count_try(user, TRIES, now).await? else {
            return Ok(CodeEntered::Wrong);
        };
        if !self.codes.meets(&shown, context(user), tried.code) {
            return Ok(CodeEntered::Wrong);
        }
        if tried.used {
            return Ok(CodeEntered::Used);
        }
        let use_code = async || {
            let used = self.store.use_code(user, tried.code, digests, now).await;
            used.map_err(Error::from)
        };
        let opened = self.log_ins.open_by_code(user, device, use_code, open).await?;
        Ok(opened.map_or(CodeEntered::Wrong, CodeEntered::Done))
    }

    async fn send_code(&self, account: &Account, device: &Device, begins: bool) -> Result<CodeSent, Error> {
        let Some(to) = account.email.clone() else {
            return Ok(CodeSent::NoLogIn);
        };
        let (user, at) = (account.user.id, self.clock.now());
        let expires_at = at + CODE_LIFE;
        let (code, kept) = self.codes.draw_code(context(user));
        let content = Content {
            secret: Some((&code, expires_at)),
            detail: whence(device),
        };
        let addressee = Addressee::of(account, to);
        let letter = self.letters.write(addressee, LetterKind::LoginCode, content, at);
        let new = NewLogInCode {
            user,
            code: kept,
            begins,
            at,
            expires_at,
        };
        let sent = self.store.send_code(new, LIMITS, letter).await?;
        self.post.written();
        Ok(sent)
    }
}

/// What the codes of somebody are good for.
fn context(user: UserId) -> TokenDigest {
    TokenDigest(fingerprint(&["log in by register id", &user.to_string()]))
}
