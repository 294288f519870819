//! Accounts and sessions.

use diesel::{QueryResult, Queryable, Selectable};
use parlor_domain::{Account, Session, Timestamp, UserRef};

use crate::code::Code;
use crate::error::parse;
use crate::id::Id;
use crate::schema::{sessions, users};

/// An account, without its password.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = users)]
pub(crate) struct AccountRow {
    id: Id,
    number: i64,
    username: String,
    display_name: String,
    email: Option<String>,
    admin: bool,
    status: i16,
    created_at: i64,
    last_seen: Option<i64>,
}

impl AccountRow {
    pub(crate) fn user(&self) -> UserRef {
        UserRef {
            id: self.id.into(),
            number: self.number,
        }
    }
}

impl TryFrom<AccountRow> for Account {
    type Error = diesel::result::Error;

    fn try_from(row: AccountRow) -> QueryResult<Self> {
        Ok(Self {
            user: row.user(),
            username: parse("username", &row.username)?,
            display_name: parse("display name", &row.display_name)?,
            email: row.email.map(|text| parse("e-mail address", &text)).transpose()?,
            admin: row.admin,
            status: Code::decode(row.status)?,
            created_at: Timestamp::from_micros(row.created_at),
            last_seen: row.last_seen.map(Timestamp::from_micros),
        })
    }
}

/// A session that is not revoked.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = sessions)]
pub(crate) struct SessionRow {
    id: Id,
    device: String,
    address: Option<String>,
    created_at: i64,
    used_at: i64,
    expires_at: i64,
}

impl SessionRow {
    /// The session, given whose it is.
    pub(crate) fn of(self, user: UserRef) -> QueryResult<Session> {
        Ok(Session {
            id: self.id.into(),
            user,
            device: parse("device name", &self.device)?,
            address: self.address.map(Into::into),
            created_at: Timestamp::from_micros(self.created_at),
            used_at: Timestamp::from_micros(self.used_at),
            expires_at: Timestamp::from_micros(self.expires_at),
        })
    }
}
