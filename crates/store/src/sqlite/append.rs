//! A run of appends inside the writer's transaction. On sync diesel: this is what a message costs.

use std::collections::HashMap;
use std::sync::Arc;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use parlor_domain::{Draft, Event, RoomId, UserId, UserRef};
use parlor_ports::{Append, AppendRefusal, Appended, Entropy};

use super::memory::Memory;
use super::statements::{AddEvent, DONE, GrowStream, MoveMark, PART, UNDO, Wait};
use crate::appending::{self, Content, Source, Standing, WaitingRow, judge, known, named, next};
use crate::changing;
use crate::counter::Counter;
use crate::error::corrupt;
use crate::id::Id;
use crate::rows::{EventRow, MediaRow, NewEvent, Place, Target, digest};
use crate::schema::{events, media, media_uses, members, rooms, streams, users};

/// What is known to all appends of a run, and what is to be written once at its end.
pub(super) struct Run<'c> {
    conn: &'c mut SqliteConnection,
    entropy: &'c dyn Entropy,
    /// The number of the last event, over all streams.
    number: i64,
    memory: Memory,
    /// The rooms whose streams grew.
    grown: HashMap<RoomId, Place>,
    /// The newest message of each sender, which is where his mark moves.
    spoken: HashMap<(RoomId, UserId), Spoken>,
    /// The messages of which somebody is to be notified.
    waiting: Vec<WaitingRow>,
}

/// Where and when somebody has written last.
struct Spoken {
    seq: i64,
    msg_no: i64,
    at: i64,
}

impl<'c> Run<'c> {
    pub(super) fn new(
        conn: &'c mut SqliteConnection,
        entropy: &'c dyn Entropy,
        number: i64,
        memory: Memory,
    ) -> Self {
        Self {
            conn,
            entropy,
            number,
            memory,
            grown: HashMap::new(),
            spoken: HashMap::new(),
            waiting: Vec::new(),
        }
    }

    /// Appends one, unless it is known or refused. An error leaves nothing of it.
    pub(super) fn append(&mut self, append: &Append) -> QueryResult<Appended> {
        if matches!(&append.draft, Draft::Message { media, .. } if media.is_empty()) {
            // One statement that writes, if it comes to that.
            return self.add(append);
        }
        self.conn.batch_execute(PART)?;
        let outcome = self.add(append);
        self.conn
            .batch_execute(if outcome.is_ok() { DONE } else { UNDO })?;
        outcome
    }

    fn add(&mut self, append: &Append) -> QueryResult<Appended> {
        let digest = digest(&append.client_id, &append.draft);
        let standing = self.standing(append.room, append.sender.id)?;
        let place = self.place(append.room)?;
        let target = match appending::target(&append.draft) {
            Some(seq) if standing.is_some() => self.target(append.room, seq)?,
            _ => None,
        };
        let (standing, place) = match judge(append, standing, place, target.as_ref())? {
            Ok(found) => found,
            Err(refusal) => {
                let known = self.known(append, digest)?;
                return Ok(known.unwrap_or(Appended::Refused(refusal)));
            }
        };
        let content = match self.content(append)? {
            Ok(content) => content,
            Err(refusal) => {
                let known = self.known(append, digest)?;
                return Ok(known.unwrap_or(Appended::Refused(refusal)));
            }
        };
        let members = self.members(append)?;
        let mentions =
            appending::mentions(&append.draft, (standing, place), target.as_ref(), Some(&members))?;
        let tag = self.entropy.tag();
        let (mut event, stream) = next(append, content, mentions, target.as_ref(), &place.stream, tag)?;
        event.number = self.number + 1;
        if !self.insert(append, &event, digest)? {
            let known = self.known(append, digest)?;
            return known
                .ok_or_else(|| corrupt("event", format_args!("nothing stands in its way: {event:?}")));
        }
        match (&append.draft, target) {
            (Draft::Message { .. } | Draft::Forward { .. }, _) => {
                self.use_media(&event)?;
                self.note_spoken(append, &event, standing);
                self.waiting.extend(appending::waiting(&event, standing));
            }
            (Draft::Edit { body, .. }, Some(target)) => {
                changing::keep(&event, &target).execute(self.conn)?;
                changing::rewrite(&event, &target, body).execute(self.conn)?;
            }
            (Draft::Delete { .. }, Some(target)) => {
                changing::blank(&event, &target).execute(self.conn)?;
                changing::forget(&target).execute(self.conn)?;
                changing::unpin(&target).execute(self.conn)?;
                if target.reacted().is_some() {
                    changing::unreact(&target).execute(self.conn)?;
                    changing::uncount(&target).execute(self.conn)?;
                }
                if target.shows_media() {
                    changing::release(&target).execute(self.conn)?;
                    changing::unuse(&target).execute(self.conn)?;
                    changing::unplay(&target).execute(self.conn)?;
                }
            }
            (Draft::Edit { .. } | Draft::Delete { .. }, None) => {}
        }
        self.number = event.number;
        self.grown.insert(append.room, place.grown(stream));
        Ok(Appended::New(Arc::new(event)))
    }

    /// Writes what changed once per stream and once per sender. What is known then holds if this is committed.
    pub(super) fn finish(mut self) -> QueryResult<Memory> {
        for (room, place) in self.grown {
            GrowStream(place.stream).execute(self.conn)?;
            self.memory.keep_place(room, place);
        }
        for ((room, user), Spoken { seq, msg_no, at }) in self.spoken {
            let (room, user) = (Id::of(room), Id::of(user));
            let moved = MoveMark {
                room,
                user,
                seq,
                msg_no,
                at,
            };
            moved.execute(self.conn)?;
        }
        for row in self.waiting {
            Wait(row).execute(self.conn)?;
        }
        Ok(self.memory)
    }

    /// Notes that somebody has written, for the end of the run and for what follows in it.
    fn note_spoken(&mut self, append: &Append, message: &Event, standing: Standing) {
        let (room, sender) = (append.room, append.sender.id);
        let spoken = Spoken {
            seq: message.seq.stored(),
            msg_no: message.msg_no.stored(),
            at: append.at.micros(),
        };
        self.spoken.insert((room, sender), spoken);
        let standing = standing.posted(append.at);
        self.memory.keep_standing(room, sender, Some(standing));
    }

    fn standing(&mut self, room: RoomId, user: UserId) -> QueryResult<Option<Standing>> {
        if let Some(known) = self.memory.standing(room, user) {
            return Ok(known);
        }
        let standing = members::table
            .find((Id::of(room), Id::of(user)))
            .select(Standing::as_select())
            .first(self.conn)
            .optional()?;
        self.memory.keep_standing(room, user, standing);
        Ok(standing)
    }

    /// Which of the names that a draft calls are members of its room, by their keys.
    fn members(&mut self, append: &Append) -> QueryResult<HashMap<String, UserRef>> {
        let names = appending::called_names(&append.draft);
        if names.is_empty() {
            return Ok(HashMap::new());
        }
        let found: Vec<(String, Id, i64)> = users::table
            .inner_join(members::table.on(members::user_id.eq(users::id)))
            .filter(users::username_key.eq_any(names))
            .filter(members::room_id.eq(Id::of(append.room)))
            .select((users::username_key, users::id, users::number))
            .load(self.conn)?;
        let members = found.into_iter().map(|(key, id, number)| {
            let id = id.into();
            (key, UserRef { id, number })
        });
        Ok(members.collect())
    }

    /// Where a room's stream stands, and the room's rules.
    fn place(&mut self, room: RoomId) -> QueryResult<Option<Place>> {
        let known = self.grown.get(&room).copied();
        match known.or_else(|| self.memory.place(room)) {
            Some(place) => Ok(Some(place)),
            None => rooms::table
                .inner_join(streams::table.on(streams::id.eq(rooms::id)))
                .filter(rooms::id.eq(Id::of(room)))
                .select(Place::as_select())
                .first(self.conn)
                .optional(),
        }
    }

    fn target(&mut self, room: RoomId, seq: i64) -> QueryResult<Option<Target>> {
        events::table
            .find((Id::of(room), seq))
            .filter(events::rev.is_not_null())
            .select(Target::as_select())
            .first(self.conn)
            .optional()
    }

    /// What an append says and shows, if it may.
    fn content(&mut self, append: &Append) -> QueryResult<Result<Content, AppendRefusal>> {
        let source = self.source(append)?;
        let repeated = source.iter().flat_map(Source::media);
        let named = named(&append.draft).iter().copied().map(Id::of);
        let wanted: Vec<Id> = named.chain(repeated).collect();
        if wanted.is_empty() {
            return appending::content(append, source.as_ref(), &HashMap::new());
        }
        let found: Vec<MediaRow> = media::table
            .filter(media::id.eq_any(wanted))
            .select(MediaRow::as_select())
            .load(self.conn)?;
        let found = found.into_iter().map(|row| (row.id, row)).collect();
        appending::content(append, source.as_ref(), &found)
    }

    /// The message that an append repeats, if the sender may see it.
    fn source(&mut self, append: &Append) -> QueryResult<Option<Source>> {
        let Some((room, seq)) = appending::source(&append.draft) else {
            return Ok(None);
        };
        let found: Option<(String, Option<String>)> = members::table
            .inner_join(events::table.on(events::stream_id.eq(members::room_id)))
            .filter(members::room_id.eq(room))
            .filter(members::user_id.eq(Id::of(append.sender.id)))
            .filter(members::visible_from.le(seq))
            .filter(events::seq.eq(seq))
            .filter(events::rev.is_not_null())
            .filter(events::body.is_not_null())
            .select((events::body.assume_not_null(), events::detail))
            .first(self.conn)
            .optional()?;
        found
            .map(|(body, extras)| Source::new(body, extras.as_deref()))
            .transpose()
    }

    /// Writes down that a new message uses its media, if it has any, which are kept from now on.
    fn use_media(&mut self, message: &Event) -> QueryResult<()> {
        for id in appending::shown(message) {
            diesel::insert_into(media_uses::table)
                .values((
                    media_uses::stream_id.eq(Id::of(message.stream)),
                    media_uses::seq.eq(message.seq.stored()),
                    media_uses::media_id.eq(id),
                ))
                .on_conflict_do_nothing()
                .execute(self.conn)?;
            diesel::update(media::table.find(id))
                .set(media::expires_at.eq(None::<i64>))
                .execute(self.conn)?;
        }
        Ok(())
    }

    /// The answer to a client id that this sender used before in this room.
    fn known(&mut self, append: &Append, digest: i64) -> QueryResult<Option<Appended>> {
        let row: Option<EventRow> = events::table
            .filter(events::stream_id.eq(Id::of(append.room)))
            .filter(events::sender_id.eq(Id::of(append.sender.id)))
            .filter(events::client_id.eq(append.client_id.as_str()))
            .select(EventRow::as_select())
            .first(self.conn)
            .optional()?;
        let Some(row) = row else {
            return Ok(None);
        };
        let target = match row.edited() {
            Some((_, seq)) => self.target(append.room, seq)?,
            None => None,
        };
        known(row, digest, target.as_ref()).map(Some)
    }

    /// False if the client id was used before.
    fn insert(&mut self, append: &Append, event: &Event, digest: i64) -> QueryResult<bool> {
        let row = NewEvent::named(event, &append.client_id, digest);
        let number = event.number;
        let inserted = AddEvent { number, row }.execute(self.conn)?;
        Ok(inserted == 1)
    }
}
