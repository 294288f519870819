//! What the tokens of dialects say, and how their JSON says it.

use parlor_domain::{SessionId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use super::audience::Audience;

/// What a dialect's token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DialectClaims {
    /// Whose it is, and for which dialects.
    pub user: DialectUser,
    /// The session that it belongs to, and with which it ends.
    pub session: SessionId,
    /// What it is good for.
    pub kind: TokenKind,
    /// When it was issued, in whole seconds.
    pub issued_at: Timestamp,
    /// From when it is valid no more, in whole seconds.
    pub expires_at: Timestamp,
}

/// Whom a token names, in the way of the dialects that it is for: mostly by a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DialectUser {
    /// For `relay` alone.
    Relay(i64),
    /// For `greeter` alone.
    Greeter(i64),
    /// For both, which share their tokens where they share their paths.
    RelayAndGreeter(i64),
    /// For `messenger`.
    Messenger(i64),
    /// For `conversations`, which knows people by UUID.
    Conversations(UserId),
}

/// What a token is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// To make requests.
    Access,
    /// To get another access token.
    Refresh,
}

impl DialectUser {
    pub(super) fn audience(self) -> Audience {
        match self {
            Self::Relay(_) => Audience::Relay,
            Self::Greeter(_) => Audience::Greeter,
            Self::RelayAndGreeter(_) => Audience::RelayAndGreeter,
            Self::Messenger(_) => Audience::Messenger,
            Self::Conversations(_) => Audience::Conversations,
        }
    }
}

impl TokenKind {
    /// As the claim `token_type` has it.
    fn name(self, audience: Audience) -> &'static str {
        match (self, audience) {
            (Self::Access, Audience::Messenger) => "access_token",
            (Self::Refresh, Audience::Messenger) => "refresh_token",
            (Self::Access, _) => "access",
            (Self::Refresh, _) => "refresh",
        }
    }
}

/// The JSON of a token. `aud` and `sid` are Parlor's own.
#[derive(Serialize, Deserialize)]
pub(super) struct Claims {
    token_type: String,
    exp: i64,
    iat: i64,
    #[serde(flatten)]
    named: Named,
    aud: Vec<String>,
    sid: String,
}

/// How the JSON names somebody.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Named {
    /// As djangorestframework-simplejwt does where accounts are numbered.
    Number { jti: String, user_id: i64 },
    /// As djangorestframework-simplejwt does where accounts have UUIDs.
    Text { jti: String, user_id: String },
    /// As `messenger` does.
    Bare { id: i64 },
}

impl Claims {
    /// `random` becomes the `jti`, where the dialect has one.
    pub(super) fn new(claims: &DialectClaims, random: [u8; 16]) -> Self {
        let audience = claims.user.audience();
        Self {
            token_type: claims.kind.name(audience).into(),
            exp: claims.expires_at.seconds(),
            iat: claims.issued_at.seconds(),
            named: Named::new(claims.user, random),
            aud: audience.names().into_iter().map(String::from).collect(),
            sid: claims.session.to_string(),
        }
    }

    /// What these say, if they are for this audience and written in its way.
    pub(super) fn read(&self, audience: Audience) -> Option<DialectClaims> {
        if self.aud != audience.names() {
            return None;
        }
        let kind = [TokenKind::Access, TokenKind::Refresh]
            .into_iter()
            .find(|kind| self.token_type == kind.name(audience))?;
        Some(DialectClaims {
            user: self.named.read(audience)?,
            session: self.sid.parse().ok()?,
            kind,
            issued_at: from_seconds(self.iat)?,
            expires_at: from_seconds(self.exp)?,
        })
    }
}

impl Named {
    fn new(user: DialectUser, random: [u8; 16]) -> Self {
        let jti = format!("{:032x}", u128::from_be_bytes(random));
        match user {
            DialectUser::Relay(user_id)
            | DialectUser::Greeter(user_id)
            | DialectUser::RelayAndGreeter(user_id) => Self::Number { jti, user_id },
            DialectUser::Messenger(id) => Self::Bare { id },
            DialectUser::Conversations(id) => Self::Text {
                jti,
                user_id: id.to_string(),
            },
        }
    }

    fn read(&self, audience: Audience) -> Option<DialectUser> {
        match (audience, self) {
            (Audience::Relay, Self::Number { user_id, .. }) => Some(DialectUser::Relay(*user_id)),
            (Audience::Greeter, Self::Number { user_id, .. }) => Some(DialectUser::Greeter(*user_id)),
            (Audience::RelayAndGreeter, Self::Number { user_id, .. }) => {
                Some(DialectUser::RelayAndGreeter(*user_id))
            }
            (Audience::Messenger, Self::Bare { id }) => Some(DialectUser::Messenger(*id)),
            (Audience::Conversations, Self::Text { user_id, .. }) => {
                user_id.parse().ok().map(DialectUser::Conversations)
            }
            _ => None,
        }
    }
}

fn from_seconds(seconds: i64) -> Option<Timestamp> {
    seconds.checked_mul(1_000_000).map(Timestamp::from_micros)
}
