//! Broadcast lists, and what is sent to them.

use diesel::{Insertable, QueryResult, Queryable, Selectable};
use parlor_domain::{
    Broadcast, BroadcastList, BroadcastProgress, Media, MessageBody, Seq, Timestamp, UserRef,
};
use parlor_ports::{Fate, NewBroadcast, NewList};
use uuid::Uuid;

use super::digest::broadcast_digest;
use crate::code::Code;
use crate::counter::Counter;
use crate::error::{corrupt, parse};
use crate::id::Id;
use crate::schema::{broadcast_lists, broadcast_sends, broadcasts};

/// A list of recipients.
#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = broadcast_lists)]
pub(crate) struct ListRow {
    pub(crate) id: Id,
    owner_id: Id,
    name: String,
    pub(crate) recipients: i64,
    created_at: i64,
    deleted: bool,
}

impl From<&NewList> for ListRow {
    fn from(new: &NewList) -> Self {
        Self {
            id: new.id.into(),
            owner_id: new.owner.id.into(),
            name: new.name.as_str().to_owned(),
            recipients: 0,
            created_at: new.at.micros(),
            deleted: false,
        }
    }
}

impl TryFrom<ListRow> for BroadcastList {
    type Error = diesel::result::Error;

    fn try_from(row: ListRow) -> QueryResult<Self> {
        Ok(Self {
            id: row.id.into(),
            name: parse("list's name", &row.name)?,
            recipients: small(row.recipients),
            created_at: Timestamp::from_micros(row.created_at),
        })
    }
}

/// Something that is sent to a list.
#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = broadcasts, treat_none_as_default_value = false)]
pub(crate) struct BroadcastRow {
    pub(crate) id: Id,
    pub(crate) list_id: Id,
    pub(crate) sender_id: Id,
    sender_number: i64,
    client_id: String,
    pub(crate) digest: i64,
    pub(crate) body: String,
    waiting: i64,
    sent: i64,
    skipped: i64,
    pub(crate) come_to: Id,
    created_at: i64,
    pub(crate) ended_at: Option<i64>,
}

impl BroadcastRow {
    /// The row of a new broadcast to so many people.
    pub(crate) fn new(new: &NewBroadcast, recipients: i64) -> Self {
        Self {
            id: new.id.into(),
            list_id: new.list.into(),
            sender_id: new.sender.id.into(),
            sender_number: new.sender.number,
            client_id: new.client_id.as_str().to_owned(),
            digest: broadcast_digest(new),
            body: new.body.as_str().to_owned(),
            waiting: recipients,
            sent: 0,
            skipped: 0,
            come_to: Id(Uuid::nil()),
            created_at: new.at.micros(),
            ended_at: None,
        }
    }

    /// Who sends it.
    pub(crate) fn sender(&self) -> UserRef {
        UserRef {
            id: self.sender_id.into(),
            number: self.sender_number,
        }
    }

    /// How far it has come.
    pub(crate) fn progress(&self) -> BroadcastProgress {
        BroadcastProgress {
            waiting: small(self.waiting),
            sent: small(self.sent),
            skipped: small(self.skipped),
        }
    }

    /// The broadcast, given what it shows.
    pub(crate) fn broadcast(self, media: Box<[Media]>) -> Broadcast {
        Broadcast {
            id: self.id.into(),
            list: self.list_id.into(),
            progress: self.progress(),
            body: MessageBody::stored(self.body),
            media,
            at: Timestamp::from_micros(self.created_at),
        }
    }
}

/// Somebody to whom something is sent.
#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = broadcast_sends, treat_none_as_default_value = false)]
pub(crate) struct SendRow {
    pub(crate) broadcast_id: Id,
    pub(crate) user_id: Id,
    pub(crate) user_number: i64,
    pub(crate) room_id: Option<Id>,
    pub(crate) seq: Option<i64>,
    pub(crate) skipped: Option<i16>,
}

impl SendRow {
    /// Who it is.
    pub(crate) fn user(&self) -> UserRef {
        UserRef {
            id: self.user_id.into(),
            number: self.user_number,
        }
    }

    /// What became of it; `None` if it is still to be sent.
    pub(crate) fn fate(&self) -> QueryResult<Option<Fate>> {
        Ok(match (self.room_id, self.seq, self.skipped) {
            (Some(room), Some(seq), None) => Some(Fate::Sent {
                room: room.into(),
                seq: Seq::loaded(seq),
            }),
            (None, None, Some(skip)) => Some(Fate::Skipped(Code::decode(skip)?)),
            (None, None, None) => None,
            _ => return Err(corrupt("broadcast", format_args!("{self:?}"))),
        })
    }
}

fn small(n: i64) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
