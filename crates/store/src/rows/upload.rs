//! Uploads that come in parts.

use diesel::{AsChangeset, Insertable, QueryResult, Queryable, Selectable};
use parlor_domain::{FileName, Timestamp};
use parlor_ports::Upload;

use crate::code::Code;
use crate::counter::{loaded_amount, stored_amount};
use crate::id::Id;
use crate::schema::uploads;

/// An upload in parts.
#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = uploads, treat_none_as_default_value = false)]
pub(crate) struct UploadRow {
    id: Id,
    owner_id: Id,
    bytes: i64,
    received: i64,
    parts: i64,
    kind: Option<i16>,
    mime: Option<String>,
    name: Option<String>,
    expires_at: i64,
    ended: bool,
    care_at: Option<i64>,
}

impl UploadRow {
    /// The row of an upload of which nothing has come yet.
    pub(crate) fn new(upload: &Upload) -> Self {
        Self {
            id: Id(upload.id),
            owner_id: upload.owner.into(),
            bytes: stored_amount(upload.bytes),
            received: 0,
            parts: 0,
            kind: upload.kind.map(Code::code),
            mime: upload.mime.as_deref().map(str::to_owned),
            name: upload.name.as_ref().map(|name| name.as_str().to_owned()),
            expires_at: upload.expires_at.micros(),
            ended: false,
            care_at: None,
        }
    }

    /// How far it has come.
    pub(crate) fn upload(self) -> QueryResult<Upload> {
        Ok(Upload {
            id: self.id.0,
            owner: self.owner_id.into(),
            bytes: loaded_amount(self.bytes),
            received: loaded_amount(self.received),
            kind: self.kind.map(Code::decode).transpose()?,
            mime: self.mime.map(Into::into),
            name: self.name.map(FileName::stored),
            expires_at: Timestamp::from_micros(self.expires_at),
            ended: self.ended,
        })
    }
}

/// What is written of an upload that ends.
#[derive(Debug, AsChangeset)]
#[diesel(table_name = uploads)]
pub(crate) struct Ending {
    ended: bool,
    expires_at: i64,
    care_at: Option<i64>,
}

impl Ending {
    /// It ends now, and is remembered until a later time.
    pub(crate) fn new(now: Timestamp, until: Timestamp) -> Self {
        Self {
            ended: true,
            expires_at: until.micros(),
            care_at: Some(now.micros()),
        }
    }
}
