//! Statuses.

use diesel::{Insertable, QueryResult, Queryable, Selectable};
use parlor_domain::{MessageBody, Status, Timestamp, UserRef};
use parlor_ports::{NewStatus, StatusSide, StatusView};
use uuid::Uuid;

use super::MediaRow;
use super::digest::status_digest;
use crate::code::Code;
use crate::counter::loaded_amount;
use crate::id::Id;
use crate::schema::statuses;

/// A status as it is read.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = statuses)]
pub(crate) struct StatusRow {
    number: i64,
    pub(crate) id: Id,
    pub(crate) author_id: Id,
    author_number: i64,
    pub(crate) digest: Option<i64>,
    body: String,
    pub(crate) media_id: Option<Id>,
    pub(crate) audience: i16,
    views: i64,
    pub(crate) created_at: i64,
    pub(crate) expires_at: i64,
    pub(crate) removed: bool,
    pub(crate) telling: bool,
    pub(crate) told_to: Id,
}

impl StatusRow {
    /// Who has posted it.
    pub(crate) fn author(&self) -> UserRef {
        UserRef {
            id: self.author_id.into(),
            number: self.author_number,
        }
    }

    /// Whether those see it who may.
    pub(crate) fn is_live(&self, now: Timestamp) -> bool {
        !self.removed && self.expires_at > now.micros()
    }

    /// How its author sees it, who in private mode is not told how many have looked at it.
    pub(crate) fn own(self, media: Option<MediaRow>, private: bool) -> QueryResult<StatusView> {
        let side = StatusSide::Own {
            audience: Code::decode(self.audience)?,
            views: if private { 0 } else { loaded_amount(self.views) },
        };
        let status = self.status(media)?;
        Ok(StatusView { status, side })
    }

    /// How somebody else sees it.
    pub(crate) fn others(self, media: Option<MediaRow>, viewed: bool) -> QueryResult<StatusView> {
        let (status, side) = (self.status(media)?, StatusSide::Others { viewed });
        Ok(StatusView { status, side })
    }

    /// What it shows.
    pub(crate) fn status(self, media: Option<MediaRow>) -> QueryResult<Status> {
        Ok(Status {
            id: self.id.into(),
            number: self.number,
            author: self.author(),
            body: MessageBody::stored(self.body),
            media: media.as_ref().map(MediaRow::media).transpose()?,
            at: Timestamp::from_micros(self.created_at),
            expires_at: Timestamp::from_micros(self.expires_at),
        })
    }
}

/// A status to be stored, of which nobody was told yet.
#[derive(Debug, Insertable)]
#[diesel(table_name = statuses, treat_none_as_default_value = false)]
pub(crate) struct NewStatusRow {
    id: Id,
    author_id: Id,
    author_number: i64,
    client_id: Option<String>,
    digest: Option<i64>,
    body: String,
    media_id: Option<Id>,
    audience: i16,
    views: i64,
    created_at: i64,
    expires_at: i64,
    removed: bool,
    telling: bool,
    told_to: Id,
    lasting: bool,
}

impl From<&NewStatus> for NewStatusRow {
    fn from(new: &NewStatus) -> Self {
        Self {
            id: new.id.into(),
            author_id: new.author.id.into(),
            author_number: new.author.number,
            client_id: new.client_id.as_ref().map(|id| id.as_str().to_owned()),
            digest: new.client_id.as_ref().map(|id| status_digest(id, new)),
            body: new.body.as_str().to_owned(),
            media_id: new.media.map(Id::of),
            audience: new.audience.kind().code(),
            views: 0,
            created_at: new.at.micros(),
            expires_at: new.expires_at.micros(),
            removed: false,
            telling: true,
            told_to: Id(Uuid::nil()),
            lasting: new.lasting,
        }
    }
}
