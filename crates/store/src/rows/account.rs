//! Accounts and sessions.

use std::fmt::Display;
use std::str::FromStr;

use diesel::{AsChangeset, QueryResult, Queryable, Selectable};
use parlor_domain::{
    Account, DisplayName, PersonName, Profile, ProfileChange, Session, Shows, Timestamp, UserRef,
};

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
    email_verified_at: Option<i64>,
    first_name: Option<String>,
    last_name: Option<String>,
    about: Option<String>,
    locale: Option<String>,
    time_zone: Option<String>,
    mobile: Option<String>,
    show_email: i16,
    show_mobile: i16,
    show_last_seen: i16,
    avatar: Option<Id>,
    reach: i16,
    bot: bool,
    show_presence: i16,
    private: bool,
    discoverable: bool,
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
            email: optional("e-mail address", row.email)?,
            email_verified_at: row.email_verified_at.map(Timestamp::from_micros),
            profile: Profile {
                first_name: optional("first name", row.first_name)?,
                last_name: optional("last name", row.last_name)?,
                about: optional("words about a person", row.about)?,
                locale: optional("locale", row.locale)?,
                time_zone: optional("time zone", row.time_zone)?,
                mobile: optional("mobile number", row.mobile)?,
                avatar: row.avatar.map(Into::into),
                shows: Shows {
                    email: Code::decode(row.show_email)?,
                    mobile: Code::decode(row.show_mobile)?,
                    last_seen: Code::decode(row.show_last_seen)?,
                    presence: Code::decode(row.show_presence)?,
                },
                reach: Code::decode(row.reach)?,
                private: row.private,
                discoverable: row.discoverable,
            },
            bot: row.bot,
            admin: row.admin,
            status: Code::decode(row.status)?,
            created_at: Timestamp::from_micros(row.created_at),
            last_seen: row.last_seen.map(Timestamp::from_micros),
        })
    }
}

fn optional<T>(what: &'static str, text: Option<String>) -> QueryResult<Option<T>>
where
    T: FromStr<Err: Display>,
{
    text.map(|text| parse(what, &text)).transpose()
}

/// What of an account a change of its profile writes.
#[derive(Debug, AsChangeset)]
#[diesel(table_name = users)]
pub(crate) struct ProfileColumns {
    display_name: Option<String>,
    name_key: Option<String>,
    first_name: Option<Option<String>>,
    last_name: Option<Option<String>>,
    first_name_key: Option<Option<String>>,
    last_name_key: Option<Option<String>>,
    about: Option<Option<String>>,
    locale: Option<Option<String>>,
    time_zone: Option<Option<String>>,
    show_email: Option<i16>,
    show_mobile: Option<i16>,
    show_last_seen: Option<i16>,
    show_presence: Option<i16>,
    reach: Option<i16>,
    private: Option<bool>,
    discoverable: Option<bool>,
}

impl From<ProfileChange> for ProfileColumns {
    fn from(change: ProfileChange) -> Self {
        fn texts<T: ToString>(changed: Option<Option<T>>) -> Option<Option<String>> {
            changed.map(|value| value.map(|value| value.to_string()))
        }
        let key = |name: &Option<PersonName>| name.as_ref().map(PersonName::key);
        Self {
            name_key: change.display_name.as_ref().map(DisplayName::key),
            display_name: change.display_name.map(|name| name.to_string()),
            first_name_key: change.first_name.as_ref().map(key),
            first_name: texts(change.first_name),
            last_name_key: change.last_name.as_ref().map(key),
            last_name: texts(change.last_name),
            about: texts(change.about),
            locale: texts(change.locale),
            time_zone: texts(change.time_zone),
            show_email: change.show_email.map(Code::code),
            show_mobile: change.show_mobile.map(Code::code),
            show_last_seen: change.show_last_seen.map(Code::code),
            show_presence: change.show_presence.map(Code::code),
            reach: change.reach.map(Code::code),
            private: change.private,
            discoverable: change.discoverable,
        }
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
