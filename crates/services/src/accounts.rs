//! Accounts: who may have one, and what one can change about one's own.

use std::sync::Arc;

use parlor_domain::{Account, AccountStatus, DisplayName, Email, Password, UserId, Username};
use parlor_ports::{Clock, Entropy, NewAccount, Registered, UserStore};
use secrecy::SecretString;

use crate::{Actor, Error, Passwords};

/// Rules for accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AccountsSettings {
    /// Who may register.
    pub sign_up: SignUp,
}

/// Who may register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SignUp {
    /// Anybody.
    #[default]
    Open,
    /// Nobody; administrators make accounts.
    Closed,
}

/// What somebody gives who wants an account.
#[derive(Debug, Clone)]
pub struct Registration {
    /// The unique name.
    pub username: Username,
    /// The password.
    pub password: Password,
    /// What the person is called; the username if nothing is given.
    pub display_name: Option<DisplayName>,
    /// Where mail reaches the person.
    pub email: Option<Email>,
}

/// Makes, finds and changes accounts.
pub struct Accounts {
    users: Arc<dyn UserStore>,
    passwords: Arc<Passwords>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    settings: AccountsSettings,
}

impl Accounts {
    /// Accounts in this store, under these rules.
    pub fn new(
        users: Arc<dyn UserStore>,
        passwords: Arc<Passwords>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        settings: AccountsSettings,
    ) -> Self {
        Self {
            users,
            passwords,
            clock,
            entropy,
            settings,
        }
    }

    /// Makes an account for whoever asks, if the server takes new people.
    ///
    /// # Errors
    /// [`Error::SignUpClosed`], [`Error::UsernameTaken`], [`Error::EmailTaken`], [`Error::Busy`]
    pub async fn register(&self, registration: Registration) -> Result<Account, Error> {
        match self.settings.sign_up {
            SignUp::Open => self.make(registration, false).await,
            SignUp::Closed => Err(Error::SignUpClosed),
        }
    }

    /// Makes an account on an administrator's word.
    ///
    /// # Errors
    /// As [`Accounts::register`], but sign-up may be closed.
    pub async fn create(&self, registration: Registration) -> Result<Account, Error> {
        self.make(registration, false).await
    }

    /// Makes an administrator's account.
    ///
    /// # Errors
    /// As [`Accounts::create`].
    pub async fn create_admin(&self, registration: Registration) -> Result<Account, Error> {
        self.make(registration, true).await
    }

    /// An account by its id.
    ///
    /// # Errors
    /// [`Error::NoSuchUser`]
    pub async fn find(&self, user: UserId) -> Result<Account, Error> {
        let account = self.users.find(user).await?;
        account.ok_or(Error::NoSuchUser(Some(user)))
    }

    /// An account by its name, regardless of case.
    ///
    /// # Errors
    /// [`Error::NoSuchUser`]
    pub async fn find_by_username(&self, username: &Username) -> Result<Account, Error> {
        let account = self.search(username).await?;
        account.ok_or(Error::NoSuchUser(None))
    }

    /// Who has this name, regardless of case, if anybody has.
    pub async fn search(&self, username: &Username) -> Result<Option<Account>, Error> {
        Ok(self.users.find_by_username(username).await?)
    }

    /// Sets what the actor is called.
    pub async fn set_display_name(&self, actor: &Actor, name: DisplayName) -> Result<Account, Error> {
        let account = self.users.set_display_name(actor.user.id, name).await?;
        account.ok_or(Error::NoSuchUser(Some(actor.user.id)))
    }

    /// Gives the actor another password, and ends all sessions but this one.
    ///
    /// # Errors
    /// [`Error::WrongPassword`] if `current` is not the actor's password.
    pub async fn change_password(
        &self,
        actor: &Actor,
        current: SecretString,
        new: Password,
    ) -> Result<(), Error> {
        let account = self.find(actor.user.id).await?;
        let credentials = self.users.credentials(&account.username).await?;
        let stored = credentials.map(|credentials| credentials.password);
        if !self.passwords.verify(current, stored).await? {
            return Err(Error::WrongPassword);
        }
        let hash = self.passwords.hash(new).await?;
        let now = self.clock.now();
        let changed = self
            .users
            .set_password(actor.user.id, hash, Some(actor.session), now);
        found(changed.await?, actor.user.id)
    }

    /// Gives somebody another password on an administrator's word, and ends all sessions.
    ///
    /// # Errors
    /// [`Error::NoSuchUser`]
    pub async fn set_password(&self, user: UserId, new: Password) -> Result<(), Error> {
        let hash = self.passwords.hash(new).await?;
        let now = self.clock.now();
        found(self.users.set_password(user, hash, None, now).await?, user)
    }

    /// Locks an account on an administrator's word, and ends its sessions.
    ///
    /// # Errors
    /// [`Error::NoSuchUser`]
    pub async fn disable(&self, user: UserId) -> Result<(), Error> {
        self.set_status(user, AccountStatus::Disabled).await
    }

    /// Unlocks an account on an administrator's word.
    ///
    /// # Errors
    /// [`Error::NoSuchUser`]
    pub async fn enable(&self, user: UserId) -> Result<(), Error> {
        self.set_status(user, AccountStatus::Active).await
    }

    async fn make(&self, registration: Registration, admin: bool) -> Result<Account, Error> {
        // Asking first spares a hash for a name that is taken; the store decides.
        let taken = self.users.find_by_username(&registration.username).await?;
        if taken.is_some() {
            return Err(Error::UsernameTaken);
        }
        let password = self.passwords.hash(registration.password).await?;
        let now = self.clock.now();
        let display_name = registration
            .display_name
            .unwrap_or_else(|| named_after(&registration.username));
        let new = NewAccount {
            id: UserId::new(self.entropy.uuid(now)),
            username: registration.username,
            display_name,
            email: registration.email,
            password,
            admin,
            at: now,
        };
        match self.users.register(new).await? {
            Registered::Done(account) => Ok(account),
            Registered::UsernameTaken => Err(Error::UsernameTaken),
            Registered::EmailTaken => Err(Error::EmailTaken),
        }
    }

    async fn set_status(&self, user: UserId, status: AccountStatus) -> Result<(), Error> {
        let now = self.clock.now();
        found(self.users.set_status(user, status, now).await?, user)
    }
}

fn named_after(username: &Username) -> DisplayName {
    username
        .as_str()
        .parse()
        .expect("a username fits into a display name")
}

fn found(there: bool, user: UserId) -> Result<(), Error> {
    if there {
        Ok(())
    } else {
        Err(Error::NoSuchUser(Some(user)))
    }
}
