//! Log-ins that still need a code.

use diesel::{Insertable, QueryResult, Queryable, Selectable};
use parlor_domain::Timestamp;
use parlor_ports::{Challenge, CodeDigest, NewChallenge};

use crate::error::{corrupt, parse};
use crate::id::Id;
use crate::schema::challenges;

/// A challenge, without the text by which it is named.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = challenges)]
pub(crate) struct ChallengeRow {
    user_id: Option<Id>,
    code: Option<Vec<u8>>,
    password_shown: bool,
    device: String,
    address: Option<String>,
    sent: i32,
    sent_at: i64,
    expires_at: i64,
}

impl TryFrom<ChallengeRow> for Challenge {
    type Error = diesel::result::Error;

    fn try_from(row: ChallengeRow) -> QueryResult<Self> {
        let digest = |code: Vec<u8>| code.try_into().map_err(|_| corrupt("code", "not 32 bytes"));
        Ok(Self {
            user: row.user_id.map(Into::into),
            code: row.code.map(digest).transpose()?.map(CodeDigest),
            password_shown: row.password_shown,
            device: parse("device name", &row.device)?,
            address: row.address.map(Into::into),
            sent: u32::try_from(row.sent).unwrap_or(0),
            sent_at: Timestamp::from_micros(row.sent_at),
            expires_at: Timestamp::from_micros(row.expires_at),
        })
    }
}

/// A challenge to be stored.
#[derive(Debug, Insertable)]
#[diesel(table_name = challenges)]
pub(crate) struct NewChallengeRow {
    token: Vec<u8>,
    user_id: Option<Id>,
    code: Option<Vec<u8>>,
    password_shown: bool,
    device: String,
    address: Option<String>,
    sent: i32,
    sent_at: i64,
    tries: i32,
    expires_at: i64,
}

impl From<NewChallenge> for NewChallengeRow {
    fn from(new: NewChallenge) -> Self {
        Self {
            token: new.token.0.to_vec(),
            user_id: new.user.map(Into::into),
            sent: i32::from(new.code.is_some()),
            code: new.code.map(|code| code.0.to_vec()),
            password_shown: new.password_shown,
            device: new.device.to_string(),
            address: new.address.map(Into::into),
            sent_at: new.at.micros(),
            tries: 0,
            expires_at: new.expires_at.micros(),
        }
    }
}
