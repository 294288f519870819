//! Logging in, and sessions.

use parlor_domain::Session;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{AccountView, Time};

/// A log in.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LogIn {
    /// The name, or the verified e-mail address, in any case.
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

/// A log in by a mailed code.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LogInByMail {
    /// The name, or the verified e-mail address, in any case.
    #[schema(example = "ann@example.org")]
    pub login: String,
    /// What the device calls itself in the list of sessions, up to 100 characters.
    #[serde(default)]
    #[schema(max_length = 100, example = "Ann's phone")]
    pub device: Option<String>,
}

/// A log in that needs a code to go on.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChallengeView {
    /// By which it is named at `/v1/challenges/complete`. A secret: whoever has it has come so far.
    #[schema(example = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc")]
    pub challenge: String,
    /// Which codes complete it.
    pub methods: Vec<ChallengeMethod>,
    /// Where the code was mailed, so that its owner knows it and nobody else. Only told to who has shown the password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "a***@example.org")]
    pub sent_to: Option<String>,
    /// After how many seconds another code can be mailed, if one can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 30)]
    pub resend_after_seconds: Option<u64>,
    /// Until when it can be completed.
    pub expires_at: Time,
}

/// What completes a log in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChallengeMethod {
    /// The code that was mailed.
    MailedCode,
    /// The code that the authenticator app shows.
    App,
    /// One of the recovery codes.
    RecoveryCode,
}

/// A code that completes a log in.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CompleteChallenge {
    /// The log in.
    #[schema(value_type = String, example = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc")]
    pub challenge: SecretString,
    /// The code: six digits, or a recovery code.
    #[schema(value_type = String, example = "123456")]
    pub code: SecretString,
}

/// A wish for another code.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResendCode {
    /// The log in.
    #[schema(value_type = String, example = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc")]
    pub challenge: SecretString,
}

/// An exchange of a refresh token.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefreshTokens {
    /// The refresh token that was given last.
    #[schema(value_type = String)]
    pub refresh_token: SecretString,
}

/// What a log in or a refresh gives.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
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

/// One's own sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionsList {
    /// The sessions, last used first.
    pub sessions: Vec<SessionView>,
}
