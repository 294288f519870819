//! Accounts.

use async_trait::async_trait;
use parlor_domain::{
    Account, AccountStatus, DisplayName, Email, Mobile, PersonName, ProfileChange, SessionId, Timestamp,
    UserId, UserRef, Username,
};
use secrecy::SecretString;

use crate::{NewLetter, NewProof, StoreError, TokenDigest};

/// Accounts.
#[async_trait]
pub trait UserStore: Send + Sync {
    /// Makes an account, and its stream; uses up its invitation, if it has one, keeps the proof and the letter by which
    /// its address is verified, and claims the address if it is to be claimed.
    async fn register(&self, new: NewAccount) -> Result<Registered, StoreError>;

    /// Whether there is any account.
    async fn any(&self) -> Result<bool, StoreError>;

    /// An account by its id.
    async fn find(&self, user: UserId) -> Result<Option<Account>, StoreError>;

    /// An account by its number.
    async fn find_by_number(&self, number: i64) -> Result<Option<Account>, StoreError>;

    /// Those of these accounts that there are, in the order of their numbers.
    async fn find_all(&self, users: Vec<UserId>) -> Result<Vec<Account>, StoreError>;

    /// Those accounts that have these numbers, in the order of their numbers.
    async fn find_all_by_number(&self, numbers: Vec<i64>) -> Result<Vec<Account>, StoreError>;

    /// An account by its name, regardless of case.
    async fn find_by_username(&self, username: &Username) -> Result<Option<Account>, StoreError>;

    /// An account by its verified address, regardless of case.
    async fn find_by_email(&self, email: &Email) -> Result<Option<Account>, StoreError>;

    /// The account that verified an address, else the one that claims it, regardless of case.
    async fn find_by_claimed(&self, email: &Email) -> Result<Option<Account>, StoreError>;

    /// The account of a host application's user.
    async fn find_by_host(&self, host: &HostUser) -> Result<Option<Account>, StoreError>;

    /// Those whose username or name begins like this, or whose address or number this is if they let the viewer see it; only
    /// accounts that can be used. First the one whose username it is, then all others by username, then those found by their
    /// display name, by their first name and by their last name, each in the order of that name. Who is not
    /// [discoverable](parlor_domain::Profile::discoverable) is not found by the beginning of a name, but by all of his username.
    async fn search(
        &self,
        viewer: UserId,
        wanted: UserSearch,
        most: usize,
    ) -> Result<Vec<Account>, StoreError>;

    /// Some of those who are in lists of people, in the order of their numbers, after passing over so many: discoverable people, no
    /// bots, whose accounts can be used. A viewer finds neither himself there nor those between whom and him there is a block.
    async fn people(
        &self,
        viewer: Option<UserId>,
        order: PeopleOrder,
        skip: u64,
        most: usize,
    ) -> Result<Vec<Account>, StoreError>;

    /// So many of them at most whose numbers come after this one, the lowest first.
    async fn people_after(
        &self,
        viewer: Option<UserId>,
        number: i64,
        most: usize,
    ) -> Result<Vec<Account>, StoreError>;

    /// How many are in lists of people for this viewer.
    async fn count_people(&self, viewer: Option<UserId>) -> Result<u64, StoreError>;

    /// Of these people, what they show to the viewer besides what everybody sees. Unknown people are passed over.
    async fn shown(&self, viewer: UserId, people: Vec<UserId>) -> Result<Vec<(UserId, Shown)>, StoreError>;

    /// What is needed to check a log in; also for accounts that are disabled.
    async fn credentials(&self, login: &LoginName) -> Result<Option<Credentials>, StoreError>;

    /// Sets another password, ends all sessions but one, and voids the proofs and challenges that were made for the account
    /// before; false if there is no such account.
    async fn set_password(
        &self,
        user: UserId,
        password: PasswordHash,
        except: Option<SessionId>,
        notice: Option<NewLetter>,
        at: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Puts another hash of the same password in the place of the one that it was made for, and changes nothing else; false if
    /// that is not the account's any more.
    async fn rehash(&self, user: UserId, old: PasswordHash, new: PasswordHash) -> Result<bool, StoreError>;

    /// Locks or unlocks an account; locking ends its sessions for good, and voids its proofs, challenges and invitations.
    /// False if there is no such account, or it is deleted. To delete one is [`Self::delete`]'s, not this method's.
    async fn set_status(
        &self,
        user: UserId,
        status: AccountStatus,
        at: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Makes somebody an administrator, or no more, and ends the sessions, whose tokens say otherwise. The invitations of who is
    /// none any more are withdrawn. False if there is no such account.
    async fn set_admin(&self, user: UserId, admin: bool, at: Timestamp) -> Result<bool, StoreError>;

    /// Changes what a person tells; `None` if there is no such account. If that changes what others learn of what he does, his
    /// devices are told by [`What::PrivacyChanged`].
    ///
    /// [`What::PrivacyChanged`]: parlor_domain::What::PrivacyChanged
    async fn change_profile(
        &self,
        user: UserId,
        change: ProfileChange,
        at: Timestamp,
    ) -> Result<Option<Account>, StoreError>;

    /// Sets or takes away the mobile number.
    async fn set_mobile(&self, user: UserId, mobile: Option<Mobile>) -> Result<MobileSet, StoreError>;

    /// Sets the mobile number where people are found by it, whoever may see it: see [`UserSearch::Given`]. Setting it otherwise ends
    /// that.
    async fn give_mobile(&self, user: UserId, mobile: Mobile) -> Result<MobileSet, StoreError>;

    /// Takes the account from its person: ends its sessions, withdraws its invitations and forgets all that is personal.
    /// What it wrote stays, or is deleted message by message if `messages`; it leaves its groups, of which those that it
    /// owned pass to the next in rank and age. That happens soon after, piece by piece, and goes on after a restart. False
    /// if there is no such account.
    async fn delete(&self, user: UserId, messages: bool, at: Timestamp) -> Result<bool, StoreError>;

    /// Notes when people were last seen. Never moves back. Unknown people are passed over.
    async fn set_last_seen(&self, seen: Vec<(UserId, Timestamp)>) -> Result<(), StoreError>;
}

/// A password's hash, tagged with its scheme.
#[derive(Debug, Clone)]
pub struct PasswordHash(pub SecretString);

/// An account to be made.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// Its id.
    pub id: UserId,
    /// The unique name.
    pub username: Username,
    /// What the person is called.
    pub display_name: DisplayName,
    /// The first name.
    pub first_name: Option<PersonName>,
    /// The last name.
    pub last_name: Option<PersonName>,
    /// Where mail reaches the person.
    pub email: Option<Email>,
    /// Whether that is proved, as by a host application.
    pub email_verified: bool,
    /// Whether its person logs in by it before it is proved ([`LoginName::Claimed`]), so that nobody else may have verified or claimed
    /// it.
    pub claims_address: bool,
    /// Where calls and texts reach the person.
    pub mobile: Option<Mobile>,
    /// The password, if there is one.
    pub password: Option<PasswordHash>,
    /// Of which host application's user it is.
    pub host: Option<HostUser>,
    /// The invitation, which decides who is an administrator.
    pub invite: Option<TokenDigest>,
    /// The proof by which the address is verified, and the letter that brings it.
    pub verification: Option<(NewProof, NewLetter)>,
    /// Whether it is a program's, of which [`Account::bot`](parlor_domain::Account::bot) tells.
    pub bot: bool,
    /// May administer the server.
    pub admin: bool,
    /// When.
    pub at: Timestamp,
}

/// What became of a registration.
#[derive(Debug, Clone)]
pub enum Registered {
    /// Made.
    Done(Box<Account>),
    /// Somebody has this name, or one that looks like it.
    UsernameTaken,
    /// Somebody has verified this address, which the new account would have verified as well; or has verified or claimed it, where
    /// the new account would claim it.
    EmailTaken,
    /// Somebody has this mobile number.
    MobileTaken,
    /// The host application's user has an account already.
    HostUserTaken,
    /// The invitation is unknown, used up, or has expired.
    InviteUnknown,
}

/// What became of a mobile number.
#[derive(Debug, Clone)]
pub enum MobileSet {
    /// Set.
    Done(Box<Account>),
    /// Somebody else has it.
    Taken,
    /// No such account.
    Unknown,
}

/// A user of another application, in that application's words.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HostUser {
    /// The application: `iss` of its tokens.
    pub issuer: Box<str>,
    /// The user: `sub` of its tokens.
    pub subject: Box<str>,
}

/// Who is meant by somebody who logs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoginName {
    /// A username, regardless of case.
    Username(Username),
    /// A verified address, regardless of case.
    Email(Email),
    /// An address, regardless of case: of whoever has verified it, else of whoever claims it. A claim begins with the account
    /// ([`NewAccount::claims_address`]), goes along when the account's address changes, and is gone as soon as somebody else verifies
    /// the address.
    Claimed(Email),
}

/// Which people a list begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeopleOrder {
    /// The lowest number.
    Oldest,
    /// The highest number.
    Newest,
}

/// Who is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserSearch {
    /// The beginning of a username, or of a display, first or last name: at least one character.
    Beginning(Box<str>),
    /// A whole address.
    Email(Email),
    /// A whole number.
    Mobile(Mobile),
    /// A whole number, also if it is not shown to the viewer but was [given](UserStore::give_mobile) to be found by: of a
    /// [discoverable](parlor_domain::Profile::discoverable) person who has not blocked the viewer.
    Given(Mobile),
}

/// What somebody shows to a viewer besides what everybody sees.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shown {
    /// The verified address.
    pub email: Option<Email>,
    /// The mobile number.
    pub mobile: Option<Mobile>,
    /// When the person was last there.
    pub last_seen: Option<Timestamp>,
    /// Whether the viewer may know if the person is there.
    pub presence: bool,
}

/// What is needed to check a log in.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The account.
    pub user: UserRef,
    /// Its password, if it has one.
    pub password: Option<PasswordHash>,
    /// Whether it can be used.
    pub status: AccountStatus,
}
