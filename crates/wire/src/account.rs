//! Accounts: one's own, and those of others.

use parlor_domain::{Account, AccountStatus, UserRef};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{ReachName, ShowsView, Time};

/// A wish for an account.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Register {
    /// 2 to 32 letters and digits of one script, with single `.`, `_` or `-` between them. Unique regardless of case.
    #[schema(min_length = 2, max_length = 32, example = "ann")]
    pub username: String,
    /// At least 8 characters, at most 1,024 bytes.
    #[schema(value_type = String, format = Password, min_length = 8, example = "correct horse battery")]
    pub password: SecretString,
    /// Where mail reaches the person. A link is mailed there that verifies it.
    #[serde(default)]
    #[schema(example = "ann@example.org")]
    pub email: Option<String>,
    /// What the person is called, up to 80 characters; the username if nothing is given.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 80, example = "Ann Lee")]
    pub display_name: Option<String>,
    /// The text of an invitation, where the server asks for one.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc")]
    pub invite: Option<SecretString>,
}

/// The end of one's own account.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteAccount {
    /// The password.
    #[schema(value_type = String, format = Password, example = "correct horse battery")]
    pub password: SecretString,
    /// What becomes of what one wrote.
    pub messages: MessagesFate,
}

/// What becomes of the messages of somebody whose account is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MessagesFate {
    /// They stay, as those of a deleted user.
    Keep,
    /// They are deleted for everyone.
    Delete,
}

/// What an administrator changes of somebody's account.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeUser {
    /// Whether the account is locked.
    #[schema(example = true)]
    pub disabled: bool,
}

/// One's own account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccountView {
    /// The account's id.
    pub id: Uuid,
    /// The account's number, for programs that need an integer.
    pub number: i64,
    /// The unique name.
    #[schema(example = "ann")]
    pub username: String,
    /// What the person is called.
    #[schema(example = "Ann Lee")]
    pub display_name: String,
    /// The first name.
    #[schema(example = "Ann")]
    pub first_name: Option<String>,
    /// The last name.
    #[schema(example = "Lee")]
    pub last_name: Option<String>,
    /// What the person says of himself.
    #[schema(example = "In Zurich, mostly by train")]
    pub about: Option<String>,
    /// The picture that stands for the person: a piece of media.
    pub avatar: Option<Uuid>,
    /// Where mail reaches the person.
    #[schema(example = "ann@example.org")]
    pub email: Option<String>,
    /// Whether the person has proved to read what is sent there.
    pub email_verified: bool,
    /// Where calls and texts reach the person (E.164).
    #[schema(example = "+41791234567")]
    pub mobile: Option<String>,
    /// The language in which the server writes to the person (BCP 47).
    #[schema(example = "de-CH")]
    pub locale: Option<String>,
    /// Where the person's days begin (IANA).
    #[schema(example = "Europe/Zurich")]
    pub time_zone: Option<String>,
    /// Who may see what.
    pub shows: ShowsView,
    /// Who may begin a conversation.
    pub reach: ReachName,
    /// Whether nobody learns what one has read, played and looked at, nor oneself of others.
    pub private: bool,
    /// Whether one is in lists of people, and found by the beginning of a name.
    pub discoverable: bool,
    /// May administer the server.
    pub admin: bool,
    /// Since when.
    pub created_at: Time,
}

impl From<&Account> for AccountView {
    fn from(account: &Account) -> Self {
        let profile = &account.profile;
        Self {
            id: account.user.id.uuid(),
            number: account.user.number,
            username: account.username.to_string(),
            display_name: account.display_name.to_string(),
            first_name: profile.first_name.as_ref().map(ToString::to_string),
            last_name: profile.last_name.as_ref().map(ToString::to_string),
            about: profile.about.as_ref().map(ToString::to_string),
            avatar: profile.avatar.map(|media| media.uuid()),
            email: account.email.as_ref().map(|email| email.as_str().to_owned()),
            email_verified: account.email_verified_at.is_some(),
            mobile: profile.mobile.as_ref().map(ToString::to_string),
            locale: profile.locale.as_ref().map(ToString::to_string),
            time_zone: profile.time_zone.as_ref().map(ToString::to_string),
            shows: profile.shows.into(),
            reach: profile.reach.into(),
            private: profile.private,
            discoverable: profile.discoverable,
            admin: account.admin,
            created_at: account.created_at.into(),
        }
    }
}

/// Somebody, as others see him.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UserView {
    /// The account's id.
    pub id: Uuid,
    /// The account's number.
    pub number: i64,
    /// The unique name.
    #[schema(example = "ann")]
    pub username: String,
    /// What the person is called.
    #[schema(example = "Ann Lee")]
    pub display_name: String,
    /// The first name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Ann")]
    pub first_name: Option<String>,
    /// The last name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Lee")]
    pub last_name: Option<String>,
    /// What the person says of himself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// The picture that stands for the person: a piece of media.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar: Option<Uuid>,
    /// The verified address, if the person shows it to whoever asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The mobile number, if the person shows it to whoever asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mobile: Option<String>,
    /// When the person was last there, if the person shows it to whoever asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<Time>,
    /// Whether it is a program, as which backends post; left out for people.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub bot: bool,
    /// Whether the account was deleted: its messages may be left, and nothing else.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
}

impl From<&Account> for UserView {
    /// What everybody sees.
    fn from(account: &Account) -> Self {
        let profile = &account.profile;
        Self {
            id: account.user.id.uuid(),
            number: account.user.number,
            username: account.username.to_string(),
            display_name: account.display_name.to_string(),
            first_name: profile.first_name.as_ref().map(ToString::to_string),
            last_name: profile.last_name.as_ref().map(ToString::to_string),
            about: profile.about.as_ref().map(ToString::to_string),
            avatar: profile.avatar.map(|media| media.uuid()),
            email: None,
            mobile: None,
            last_seen: None,
            bot: account.bot,
            deleted: account.status == AccountStatus::Deleted,
        }
    }
}

/// The people whom a search found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UsersFound {
    /// At most 20, those whose username it is first.
    pub users: Vec<UserView>,
}

/// Somebody named by an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PersonRef {
    /// The account's id.
    pub id: Uuid,
    /// The account's number.
    pub number: i64,
}

impl From<UserRef> for PersonRef {
    fn from(user: UserRef) -> Self {
        Self {
            id: user.id.uuid(),
            number: user.number,
        }
    }
}
