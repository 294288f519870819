//! Accounts and sessions.

use parlor_domain::{Account, Session, UserRef};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Time;

/// A wish for an account.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Register {
    /// 2 to 32 letters and digits of one script, with single `.`, `_` or `-` between them. Unique regardless of case.
    #[schema(min_length = 2, max_length = 32, example = "ann")]
    pub username: String,
    /// 8 to 1,024 bytes.
    #[schema(value_type = String, format = Password, min_length = 8, example = "correct horse battery")]
    pub password: SecretString,
    /// Where mail reaches the person.
    #[serde(default)]
    #[schema(example = "ann@example.org")]
    pub email: Option<String>,
    /// What the person is called, up to 80 characters; the username if nothing is given.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 80, example = "Ann Lee")]
    pub display_name: Option<String>,
}

/// A log in.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LogIn {
    /// The name, in any case.
    #[schema(example = "ann")]
    pub username: String,
    /// The password.
    #[schema(value_type = String, format = Password, example = "correct horse battery")]
    pub password: SecretString,
    /// What the device calls itself in the list of sessions, up to 100 characters.
    #[serde(default)]
    #[schema(max_length = 100, example = "Ann's phone")]
    pub device: Option<String>,
}

/// An exchange of a refresh token.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefreshTokens {
    /// The refresh token that was given last.
    #[schema(value_type = String)]
    pub refresh_token: SecretString,
}

/// A new name for oneself.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeDisplayName {
    /// What the person is called, 1 to 80 characters.
    #[schema(min_length = 1, max_length = 80, example = "Ann Lee")]
    pub display_name: String,
}

/// A new password for oneself. Ends all other sessions.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    /// The password until now.
    #[schema(value_type = String, format = Password)]
    pub old_password: SecretString,
    /// The password from now on: 8 to 1,024 bytes.
    #[schema(value_type = String, format = Password, min_length = 8)]
    pub new_password: SecretString,
}

/// What a log in or a refresh gives.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Tokens {
    /// For `Authorization: Bearer …`: a JWT.
    pub access_token: String,
    /// Until when it is good.
    pub access_expires_at: Time,
    /// Exchange it for the next pair before then. Good once.
    pub refresh_token: String,
    /// The session.
    pub session: SessionView,
    /// Who one is.
    pub user: AccountView,
}

/// One's own account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccountView {
    /// The account's id.
    pub id: Uuid,
    /// The account's number, for programs that need an integer.
    pub number: i64,
    /// The unique name.
    pub username: String,
    /// What the person is called.
    pub display_name: String,
    /// Where mail reaches the person.
    pub email: Option<String>,
    /// May administer the server.
    pub admin: bool,
    /// Since when.
    pub created_at: Time,
}

impl From<&Account> for AccountView {
    fn from(account: &Account) -> Self {
        Self {
            id: account.user.id.uuid(),
            number: account.user.number,
            username: account.username.to_string(),
            display_name: account.display_name.to_string(),
            email: account.email.as_ref().map(|email| email.as_str().to_owned()),
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
    pub username: String,
    /// What the person is called.
    pub display_name: String,
}

impl From<&Account> for UserView {
    fn from(account: &Account) -> Self {
        Self {
            id: account.user.id.uuid(),
            number: account.user.number,
            username: account.username.to_string(),
            display_name: account.display_name.to_string(),
        }
    }
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

/// One log in of one device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionView {
    /// The session's id.
    pub id: Uuid,
    /// What the device calls itself.
    pub device: String,
    /// From which network address it was last used.
    pub address: Option<String>,
    /// Since when.
    pub created_at: Time,
    /// When its tokens were last refreshed.
    pub used_at: Time,
    /// When it ends unless it is refreshed.
    pub expires_at: Time,
    /// Whether it is the one that asks.
    pub current: bool,
}

impl SessionView {
    /// The session as its owner sees it, `current` if it is the one that asks.
    pub fn new(session: &Session, current: bool) -> Self {
        Self {
            id: session.id.uuid(),
            device: session.device.to_string(),
            address: session.address.as_deref().map(str::to_owned),
            created_at: session.created_at.into(),
            used_at: session.used_at.into(),
            expires_at: session.expires_at.into(),
            current,
        }
    }
}

/// The people whom a search found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UsersFound {
    /// Nobody, or the one who has this name.
    pub users: Vec<UserView>,
}

/// One's own sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionsList {
    /// The sessions, last used first.
    pub sessions: Vec<SessionView>,
}
