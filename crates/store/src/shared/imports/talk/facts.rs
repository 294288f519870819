//! What is to be known of messages that come.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{AccountStatus, Media, Timestamp};
use parlor_ports::OldMessage;

use super::super::super::Tx;
use super::draw;
use super::end::End;
use crate::code::Code;
use crate::id::Id;
use crate::rows::MediaRow;
use crate::schema::{events, members, users};

/// What is to be known of some messages besides their rooms.
pub(super) struct Facts {
    /// The numbers of their authors.
    pub(super) authors: HashMap<Id, i64>,
    /// Who of them is in which room.
    pub(super) members: HashSet<(Id, Id)>,
    media: HashMap<Id, MediaRow>,
    /// Those of their numbers that something has already.
    taken: HashSet<i64>,
    /// Numbers from here on are given to whoever cannot keep his own.
    drawn: i64,
    now: Timestamp,
}

impl Facts {
    pub(super) async fn gather(
        tx: &mut Tx<'_>,
        messages: &[OldMessage],
        now: Timestamp,
    ) -> QueryResult<Self> {
        let drawn = draw(tx)?;
        let authors: HashSet<Id> = messages.iter().map(|message| message.author.into()).collect();
        let authors: Vec<Id> = authors.into_iter().collect();
        let rooms: HashSet<Id> = messages.iter().map(|message| message.room.into()).collect();
        let rooms: Vec<Id> = rooms.into_iter().collect();
        let shown = messages.iter().flat_map(|message| &message.media);
        let shown: HashSet<Id> = shown.map(|media| Id::of(*media)).collect();
        let media = if shown.is_empty() {
            Vec::new()
        } else {
            tx.hold_media(shown.into_iter().collect()).await?
        };
        let wanted: Vec<i64> = messages.iter().filter_map(|message| message.number).collect();
        let taken: Vec<i64> = events::table
            .filter(events::number.eq_any(wanted))
            .select(events::number)
            .load(tx.conn)
            .await?;
        let members: Vec<(Id, Id)> = members::table
            .filter(members::room_id.eq_any(rooms))
            .filter(members::user_id.eq_any(authors.clone()))
            .select((members::room_id, members::user_id))
            .load(tx.conn)
            .await?;
        let authors: Vec<(Id, i64)> = users::table
            .filter(users::id.eq_any(authors))
            .filter(users::status.ne(AccountStatus::Deleted.code()))
            .select((users::id, users::number))
            .load(tx.conn)
            .await?;
        Ok(Self {
            authors: authors.into_iter().collect(),
            members: members.into_iter().collect(),
            media: media.into_iter().map(|row| (row.id, row)).collect(),
            taken: taken.into_iter().collect(),
            drawn,
            now,
        })
    }

    /// What a message shows, if that is there and its author's.
    pub(super) fn media(&self, message: &OldMessage) -> QueryResult<Option<Box<[Media]>>> {
        let shown = message.media.iter().map(|id| {
            let row = self.media.get(&Id::of(*id));
            let row = row.filter(|row| row.serves(message.author, self.now));
            row.map(MediaRow::media).transpose()
        });
        shown.collect()
    }

    /// The number that a message keeps at this end of a room. Along a room they grow.
    pub(super) fn kept(&mut self, message: &OldMessage, end: &End) -> Option<i64> {
        let had = message.number?;
        let fits = had > end.last && had < self.drawn;
        (fits && self.taken.insert(had)).then_some(had)
    }
}
