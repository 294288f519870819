//! Letters that wait.

use diesel::{Insertable, QueryResult, Queryable, Selectable};
use parlor_domain::{Timestamp, UserId};
use parlor_ports::{GivenUp, NewLetter, Waiting};

use crate::code::Code;
use crate::error::parse;
use crate::id::Id;
use crate::schema::letters;

/// A letter.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = letters)]
pub(crate) struct LetterRow {
    pub(crate) number: i64,
    email: String,
    name: String,
    locale: Option<String>,
    kind: i16,
    sealed: Option<Vec<u8>>,
    expires_at: Option<i64>,
    detail: String,
    created_at: i64,
    tried_since: i64,
    put_off: i32,
}

impl TryFrom<LetterRow> for Waiting {
    type Error = diesel::result::Error;

    fn try_from(row: LetterRow) -> QueryResult<Self> {
        Ok(Self {
            number: row.number,
            letter: NewLetter {
                to: parse("e-mail address", &row.email)?,
                name: parse("display name", &row.name)?,
                locale: row.locale.map(|text| parse("locale", &text)).transpose()?,
                kind: Code::decode(row.kind)?,
                sealed: row.sealed,
                expires_at: row.expires_at.map(Timestamp::from_micros),
                detail: row.detail.into(),
                at: Timestamp::from_micros(row.created_at),
            },
            since: Timestamp::from_micros(row.tried_since),
            put_off: u32::try_from(row.put_off).unwrap_or(0),
        })
    }
}

/// A letter to be stored.
#[derive(Debug, Insertable)]
#[diesel(table_name = letters)]
pub(crate) struct NewLetterRow {
    user_id: Option<Id>,
    email: String,
    name: String,
    locale: Option<String>,
    kind: i16,
    sealed: Option<Vec<u8>>,
    expires_at: Option<i64>,
    detail: String,
    created_at: i64,
    tried_since: i64,
    due_at: i64,
    put_off: i32,
}

impl NewLetterRow {
    /// The row of a letter that is about this person's account.
    pub(crate) fn of(letter: NewLetter, user: Option<UserId>) -> Self {
        Self {
            user_id: user.map(Into::into),
            email: letter.to.as_str().to_owned(),
            name: letter.name.to_string(),
            locale: letter.locale.map(|locale| locale.to_string()),
            kind: letter.kind.code(),
            sealed: letter.sealed,
            expires_at: letter.expires_at.map(Timestamp::micros),
            detail: letter.detail.into(),
            created_at: letter.at.micros(),
            tried_since: letter.at.micros(),
            due_at: letter.at.micros(),
            put_off: 0,
        }
    }
}

/// What an administrator sees of a letter that was given up.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = letters)]
pub(crate) struct GivenUpRow {
    number: i64,
    email: String,
    kind: i16,
    created_at: i64,
    why: Option<String>,
}

impl TryFrom<GivenUpRow> for GivenUp {
    type Error = diesel::result::Error;

    fn try_from(row: GivenUpRow) -> QueryResult<Self> {
        Ok(Self {
            number: row.number,
            to: parse("e-mail address", &row.email)?,
            kind: Code::decode(row.kind)?,
            at: Timestamp::from_micros(row.created_at),
            why: row.why.unwrap_or_default(),
        })
    }
}
