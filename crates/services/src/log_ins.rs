//! Logging in: by password, by mailed code, and with a second step where one is wanted.

mod challenged;
mod completing;
mod known;
mod mailed;
mod plain;
mod proving;

use std::sync::Arc;
use std::time::Duration;

use parlor_domain::{Account, AccountStatus, Email, UserId, Username};
use parlor_ports::{ChallengeStore, Clock, LoginName, SecondStepStore, UserStore};
use secrecy::SecretString;

pub(crate) use self::challenged::whence;
pub use self::challenged::{Challenged, Method};
pub(crate) use self::plain::Typed;
use crate::codes::Codes;
use crate::letters::Letters;
use crate::throttle::Throttle;
use crate::{Device, Error, Login, Passwords, Post, SecondSteps, Sessions};

/// Rules for logging in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogInsSettings {
    /// Who shows more than a password.
    pub two_step: TwoStep,
    /// Whether a mailed code stands for the password, for those who are not mailed one as their second step.
    pub by_mail: bool,
    /// How long a code is good.
    pub code_life: Duration,
    /// How many codes one may try.
    pub tries: u32,
}

impl Default for LogInsSettings {
    fn default() -> Self {
        Self {
            two_step: TwoStep::Optional,
            by_mail: false,
            code_life: Duration::from_secs(5 * 60),
            tries: 5,
        }
    }
}

/// Who shows more than a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TwoStep {
    /// Nobody, whatever was chosen before.
    Off,
    /// Who chooses to.
    #[default]
    Optional,
    /// Everybody; by mail, whoever has chosen nothing else.
    Required,
}

/// What somebody is asked for besides the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Besides {
    Nothing,
    MailedCode,
    App,
}

/// What became of a log in.
#[derive(Debug)]
pub enum LoggedIn {
    /// A session is open.
    Done(Box<Login>),
    /// A code is wanted.
    Challenged(Challenged),
}

/// Lets people in.
pub struct LogIns {
    pub(crate) users: Arc<dyn UserStore>,
    pub(crate) challenges: Arc<dyn ChallengeStore>,
    pub(crate) second_steps: Arc<dyn SecondStepStore>,
    pub(crate) passwords: Arc<Passwords>,
    pub(crate) apps: Arc<SecondSteps>,
    pub(crate) sessions: Arc<Sessions>,
    pub(crate) codes: Arc<Codes>,
    pub(crate) letters: Arc<Letters>,
    pub(crate) post: Arc<Post>,
    pub(crate) throttle: Arc<Throttle>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) settings: LogInsSettings,
}

impl LogIns {
    /// Lets in whoever knows name and password, or asks him for a code. The name, or the verified address, is taken as it
    /// was typed: one that nobody can have is treated, in answer and time, like one that nobody has.
    ///
    /// # Errors
    /// [`Error::WrongCredentials`], [`Error::AccountDisabled`], [`Error::TooManyTries`], [`Error::NoSecondStep`],
    /// [`Error::Busy`]
    pub async fn log_in(
        &self,
        name: &str,
        password: SecretString,
        device: Device,
    ) -> Result<LoggedIn, Error> {
        let known = self.prove(name, login_name(name), password, &device).await?;
        let account = &known.account;
        let logged_in = match self.besides(account.user.id).await? {
            Besides::Nothing => self.open(account.clone(), device).await?,
            Besides::App => LoggedIn::Challenged(self.ask_for_app(account, true, device).await?),
            Besides::MailedCode => LoggedIn::Challenged(self.mail_code(account, device).await?),
        };
        self.unless_changed(&known, logged_in)
            .await?
            .ok_or(Error::WrongCredentials)
    }

    /// Mails a code to whoever has this name or verified address, unless that would spare him the password and nothing else:
    /// who has an authenticator app is asked for that next. What is answered, and when, does not tell whether anybody has.
    ///
    /// # Errors
    /// [`Error::NoLogInByMail`], [`Error::TooManyTries`]
    pub async fn log_in_by_mail(&self, name: &str, device: Device) -> Result<Challenged, Error> {
        if !self.settings.by_mail {
            return Err(Error::NoLogInByMail);
        }
        let found = match login_name(name) {
            Some(LoginName::Username(name)) => self.users.find_by_username(&name).await?,
            Some(LoginName::Email(email)) => self.users.find_by_email(&email).await?,
            Some(LoginName::Claimed(email)) => self.users.find_by_claimed(&email).await?,
            None => None,
        };
        let found = found.filter(|account| account.status == AccountStatus::Active);
        self.count_mailed(name, found.as_ref(), &device).await?;
        let account = match found.filter(|account| account.email_verified_at.is_some()) {
            Some(account) if self.besides(account.user.id).await? == Besides::MailedCode => None,
            found => found,
        };
        self.mail_code_or_none(account.as_ref(), device).await
    }

    async fn besides(&self, user: UserId) -> Result<Besides, Error> {
        if self.settings.two_step == TwoStep::Off {
            return Ok(Besides::Nothing);
        }
        let chosen = self.second_steps.find(user).await?.unwrap_or_default();
        Ok(if chosen.confirmed_app().is_some() {
            Besides::App
        } else if chosen.mailed_code || self.settings.two_step == TwoStep::Required {
            Besides::MailedCode
        } else {
            Besides::Nothing
        })
    }

    async fn open(&self, account: Account, device: Device) -> Result<LoggedIn, Error> {
        let login = self.sessions.open(account, device).await?;
        Ok(LoggedIn::Done(Box::new(login)))
    }

    /// Forgets some of the challenges that are over; says whether there may be more.
    pub async fn forget_over(&self) -> Result<bool, Error> {
        Ok(self.challenges.sweep(self.clock.now()).await?)
    }
}

/// Whom a typed name means; `None` if nobody can have it.
pub(crate) fn login_name(typed: &str) -> Option<LoginName> {
    let typed = typed.trim();
    match typed.parse::<Username>() {
        Ok(name) => Some(LoginName::Username(name)),
        Err(_) => typed.parse::<Email>().ok().map(LoginName::Email),
    }
}

/// By which tries for a typed name are counted: one name for all its spellings, and whatever was typed for what can be none.
pub(crate) fn counted_name(typed: &str) -> String {
    match login_name(typed) {
        Some(LoginName::Username(name)) => name.key(),
        Some(LoginName::Email(email) | LoginName::Claimed(email)) => email.key(),
        None => typed.trim().to_owned(),
    }
}
