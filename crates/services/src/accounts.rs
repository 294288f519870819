//! Accounts: who may have one, and what one can change about one's own.

mod administered;
mod counted;
mod guests;

use std::collections::HashMap;
use std::sync::Arc;

use parlor_domain::{
    Account, AccountStatus, DisplayName, Email, Mobile, Password, PersonName, ProfileChange, Timestamp,
    UserId, Username,
};
use parlor_ports::{Clock, Entropy, NewAccount, PeopleOrder, Registered, Shown, UserSearch, UserStore};
use secrecy::SecretString;

pub(crate) use self::counted::Counted;
pub(crate) use self::guests::like;
pub use self::guests::{GuestName, GuestRegistration};
use crate::codes::token_digest;
use crate::confirm::Confirm;
use crate::letters::Letters;
use crate::throttle::{Throttle, Tried};
use crate::{Actor, Error, Passwords, Post, Proofs, TwoStep};

/// Most people whom a search finds.
const FOUND: usize = 20;

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
    /// Who has an invitation.
    Invited,
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
    /// The invitation, if there is one.
    pub invite: Option<SecretString>,
}

/// What a new account has besides what its person gives to Parlor itself.
#[derive(Debug, Clone, Default)]
struct Beside {
    first_name: Option<PersonName>,
    last_name: Option<PersonName>,
    /// Whether the address is the person's in dialects.
    claims_address: bool,
    mobile: Option<Mobile>,
    /// Whether the account administers the server.
    admin: bool,
}

/// Makes, finds and changes accounts.
pub struct Accounts {
    pub(crate) users: Arc<dyn UserStore>,
    pub(crate) throttle: Arc<Throttle>,
    pub(crate) passwords: Arc<Passwords>,
    pub(crate) confirm: Arc<Confirm>,
    pub(crate) proofs: Arc<Proofs>,
    pub(crate) letters: Arc<Letters>,
    pub(crate) post: Arc<Post>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) two_step: TwoStep,
    /// How many people are listed for nobody.
    pub(crate) listed: Counted,
    pub(crate) settings: AccountsSettings,
}

impl Accounts {
    /// Makes an account for whoever asks, if the server takes new people. An address is mailed a link that verifies it;
    /// whether anybody has it already is not told.
    ///
    /// # Errors
    /// [`Error::SignUpClosed`], [`Error::InviteNeeded`], [`Error::InviteOver`], [`Error::UsernameTaken`], [`Error::Busy`];
    /// [`Error::Invalid`] without an address where everybody must be mailed codes
    pub async fn register(&self, registration: Registration) -> Result<Account, Error> {
        // An invitation opens a door that is closed to others.
        match (self.settings.sign_up, &registration.invite) {
            (SignUp::Open, _) | (_, Some(_)) => self.make(registration, Beside::default()).await,
            (SignUp::Invited, None) => Err(Error::InviteNeeded),
            (SignUp::Closed, None) => Err(Error::SignUpClosed),
        }
    }

    /// Makes an account on the operator's word. The first of all is an administrator's.
    ///
    /// # Errors
    /// [`Error::UsernameTaken`], [`Error::Busy`]; [`Error::Invalid`] as [`Accounts::register`]
    pub async fn create(&self, registration: Registration) -> Result<Account, Error> {
        let admin = !self.users.any().await?;
        let beside = Beside {
            admin,
            ..Beside::default()
        };
        self.make(registration, beside).await
    }

    /// Makes an administrator's account.
    ///
    /// # Errors
    /// As [`Accounts::create`].
    pub async fn create_admin(&self, registration: Registration) -> Result<Account, Error> {
        let beside = Beside {
            admin: true,
            ..Beside::default()
        };
        self.make(registration, beside).await
    }

    /// An account by its id.
    ///
    /// # Errors
    /// [`Error::NoSuchUser`]
    pub async fn find(&self, user: UserId) -> Result<Account, Error> {
        let account = self.users.find(user).await?;
        account.ok_or(Error::NoSuchUser(Some(user)))
    }

    /// An account by its number.
    ///
    /// # Errors
    /// [`Error::NoSuchUser`]
    pub async fn find_by_number(&self, number: i64) -> Result<Account, Error> {
        let account = self.users.find_by_number(number).await?;
        account.ok_or(Error::NoSuchUser(None))
    }

    /// An account by its name, regardless of case.
    ///
    /// # Errors
    /// [`Error::NoSuchUser`]
    pub async fn find_by_username(&self, username: &Username) -> Result<Account, Error> {
        let account = self.users.find_by_username(username).await?;
        account.ok_or(Error::NoSuchUser(None))
    }

    /// Those whose username or name begins like this, or whose whole address or number it is if they let the actor see it.
    pub async fn search(&self, actor: &Actor, wanted: UserSearch) -> Result<Vec<Account>, Error> {
        Ok(self.users.search(actor.user.id, wanted, FOUND).await?)
    }

    /// People who let themselves be listed: without the actor, and those between whom and the actor there is a block, if somebody asks.
    pub async fn list(
        &self,
        actor: Option<&Actor>,
        order: PeopleOrder,
        skip: u64,
        most: usize,
    ) -> Result<Vec<Account>, Error> {
        let viewer = actor.map(|actor| actor.user.id);
        Ok(self.users.people(viewer, order, skip, most).await?)
    }

    /// The people of [`Self::list`] whose numbers come after this one, the oldest first: so many at most.
    pub async fn list_after(
        &self,
        actor: Option<&Actor>,
        number: i64,
        most: usize,
    ) -> Result<Vec<Account>, Error> {
        let viewer = actor.map(|actor| actor.user.id);
        Ok(self.users.people_after(viewer, number, most).await?)
    }

    /// How many people [`Self::list`] lists. For nobody in particular a great number may be a minute old.
    pub async fn count_listed(&self, actor: Option<&Actor>) -> Result<u64, Error> {
        if let Some(actor) = actor {
            return Ok(self.users.count_people(Some(actor.user.id)).await?);
        }
        let now = self.clock.now();
        if let Some(number) = self.listed.at(now) {
            return Ok(number);
        }
        let number = self.users.count_people(None).await?;
        self.listed.note(number, now);
        Ok(number)
    }

    /// What these people show to the actor besides what everybody sees, in the same order.
    pub async fn shown(&self, actor: &Actor, people: &[Account]) -> Result<Vec<Shown>, Error> {
        let ids = people.iter().map(|account| account.user.id).collect();
        let mut shown: HashMap<UserId, Shown> =
            self.users.shown(actor.user.id, ids).await?.into_iter().collect();
        let shown = people
            .iter()
            .map(|account| shown.remove(&account.user.id).unwrap_or_default());
        Ok(shown.collect())
    }

    /// Changes what the actor tells about himself.
    pub async fn change_profile(&self, actor: &Actor, change: ProfileChange) -> Result<Account, Error> {
        let account = self
            .users
            .change_profile(actor.user.id, change, self.clock.now())
            .await?;
        account.ok_or(Error::NoSuchUser(Some(actor.user.id)))
    }

    /// Gives the actor another password, ends all sessions but this one, and tells him by mail.
    ///
    /// # Errors
    /// [`Error::WrongPassword`] if `current` is not the actor's password, [`Error::TooManyTries`], [`Error::Busy`]
    pub async fn change_password(
        &self,
        actor: &Actor,
        current: SecretString,
        new: Password,
    ) -> Result<(), Error> {
        self.confirm.password(actor, current).await?;
        self.set_own_password(actor, new).await
    }

    /// Deletes the actor's account: all that is personal is forgotten, and what he wrote stays or goes with it.
    ///
    /// # Errors
    /// [`Error::WrongPassword`], [`Error::TooManyTries`], [`Error::Busy`]
    pub async fn delete_own(
        &self,
        actor: &Actor,
        password: SecretString,
        messages: bool,
    ) -> Result<(), Error> {
        self.confirm.password(actor, password).await?;
        self.delete(actor.user.id, messages).await
    }

    /// Deletes an account on an administrator's word.
    ///
    /// # Errors
    /// [`Error::NoSuchUser`]
    pub async fn delete(&self, user: UserId, messages: bool) -> Result<(), Error> {
        let now = self.clock.now();
        found(self.users.delete(user, messages, now).await?, user)
    }

    /// Gives somebody another password on an administrator's word, and ends all sessions.
    ///
    /// # Errors
    /// [`Error::NoSuchUser`]
    pub async fn set_password(&self, user: UserId, new: Password) -> Result<(), Error> {
        let hash = self.passwords.hash(new).await?;
        let now = self.clock.now();
        found(self.users.set_password(user, hash, None, None, now).await?, user)
    }

    /// Makes somebody an administrator on the operator's word, or no more; ends all sessions.
    ///
    /// # Errors
    /// [`Error::NoSuchUser`]
    pub async fn set_admin(&self, user: UserId, admin: bool) -> Result<(), Error> {
        let now = self.clock.now();
        found(self.users.set_admin(user, admin, now).await?, user)
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

    async fn make(&self, registration: Registration, beside: Beside) -> Result<Account, Error> {
        if self.two_step == TwoStep::Required && registration.email.is_none() {
            return Err(Error::invalid(
                "email",
                "is needed: a code is mailed there at each log in",
            ));
        }
        let invite = registration.invite.as_ref().map(token_digest);
        let invite = invite.map(|digest| digest.ok_or(Error::InviteOver)).transpose()?;
        // Asking first spares a hash for a name that is taken; the store decides. Who has no invitation that is good is not
        // told about names.
        if invite.is_none() {
            let taken = self.users.find_by_username(&registration.username).await?;
            if taken.is_some() {
                return Err(Error::UsernameTaken);
            }
        }
        let password = self.passwords.hash(registration.password).await?;
        let now = self.clock.now();
        let display_name = registration
            .display_name
            .unwrap_or_else(|| named_after(&registration.username));
        let id = UserId::new(self.entropy.uuid(now));
        let to = self.to_verify(registration.email.as_ref()).await?;
        let new = NewAccount {
            id,
            username: registration.username,
            verification: to.map(|email| self.proofs.verification(id, &display_name, None, email)),
            display_name,
            first_name: beside.first_name,
            last_name: beside.last_name,
            email: registration.email,
            email_verified: false,
            claims_address: beside.claims_address,
            mobile: beside.mobile,
            password: Some(password),
            host: None,
            invite,
            bot: false,
            admin: beside.admin,
            at: now,
        };
        let made = match self.users.register(new).await? {
            Registered::Done(account) => Ok(*account),
            Registered::UsernameTaken => Err(Error::UsernameTaken),
            Registered::EmailTaken => Err(Error::EmailTaken),
            Registered::MobileTaken => Err(Error::MobileTaken),
            Registered::InviteUnknown => Err(Error::InviteOver),
            Registered::HostUserTaken => Err(Error::UsernameTaken),
        };
        self.post.written();
        made
    }

    /// The address to which a letter goes that asks whether it is this person's. There are only so many for each: strangers
    /// must not have us fill somebody's mailbox.
    async fn to_verify(&self, email: Option<&Email>) -> Result<Option<Email>, Error> {
        let Some(email) = email else {
            return Ok(None);
        };
        let address = &email.key();
        match self.throttle.count(Tried::Registration { email: address }).await {
            Ok(()) => Ok(Some(email.clone())),
            Err(Error::TooManyTries(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn set_status(&self, user: UserId, status: AccountStatus) -> Result<(), Error> {
        let now = self.clock.now();
        found(self.users.set_status(user, status, now).await?, user)
    }
}

/// The account of a bot, by which nobody logs in.
pub(crate) fn bot_account(id: UserId, username: Username, at: Timestamp) -> NewAccount {
    NewAccount {
        id,
        display_name: named_after(&username),
        username,
        first_name: None,
        last_name: None,
        email: None,
        email_verified: false,
        claims_address: false,
        mobile: None,
        password: None,
        host: None,
        invite: None,
        verification: None,
        bot: true,
        admin: false,
        at,
    }
}

/// What somebody is called who has said nothing about it.
pub(crate) fn named_after(username: &Username) -> DisplayName {
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
