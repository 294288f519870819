//! What decides about a set of appends, read by three statements that travel together.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text};
use diesel_async::RunQueryDsl;
use parlor_domain::UserRef;
use parlor_ports::Append;

use super::forwarded::{self, Sources};
use super::lookup::{Looked, Lookup};
use super::mentioned::{self, Members};
use crate::appending::{self, Source, Standing};
use crate::id::{DbId, Id};
use crate::postgres::connection::Conn;
use crate::rows::{EventRow, Target};
use crate::schema::members;

/// Room, sender and client id.
type Key = (Id, Id, String);

pub(super) struct Facts {
    standings: HashMap<(Id, Id), Standing>,
    known: HashMap<Key, EventRow>,
    targets: HashMap<(Id, i64), Target>,
    members: Members,
    sources: Sources,
}

impl Facts {
    pub(super) async fn read(conn: &Conn, set: &[&Append]) -> QueryResult<Self> {
        let wanted = set.iter().filter_map(|append| {
            let seq = appending::target(&append.draft)?;
            Some((Id::of(append.room), seq))
        });
        let (standings, known, mut targets, members, sources) = tokio::try_join!(
            standings(conn, set),
            known(conn, set),
            targets(conn, wanted.collect()),
            mentioned::members(conn, set),
            forwarded::sources(conn, set),
        )?;
        let edited: Vec<_> = known
            .values()
            .filter_map(EventRow::edited)
            .filter(|place| !targets.contains_key(place))
            .collect();
        targets.extend(self::targets(conn, edited).await?);
        Ok(Self {
            standings,
            known,
            targets,
            members,
            sources,
        })
    }

    pub(super) fn standing(&self, append: &Append) -> Option<Standing> {
        let place = (append.room.into(), append.sender.id.into());
        self.standings.get(&place).copied()
    }

    /// Which of the names that an append calls are members of its room, by their keys.
    pub(super) fn members(&self, append: &Append) -> Option<&HashMap<String, UserRef>> {
        self.members.get(&append.room.into())
    }

    /// The message that an append repeats, if the sender may see it.
    pub(super) fn source(&self, append: &Append) -> Option<&Source> {
        self.sources.get(&forwarded::key(append)?)
    }

    /// The message that an append points to.
    pub(super) fn target(&self, append: &Append) -> Option<&Target> {
        let seq = appending::target(&append.draft)?;
        self.targets.get(&(append.room.into(), seq))
    }

    /// What was stored before under the same client id, and the message that it changed if it is an edit.
    pub(super) fn known(&mut self, append: &Append) -> Option<(EventRow, Option<Target>)> {
        let row = self.known.remove(&(
            append.room.into(),
            append.sender.id.into(),
            append.client_id.as_str().to_owned(),
        ))?;
        let edited = row.edited().and_then(|place| self.targets.get(&place).cloned());
        Some((row, edited))
    }
}

impl Looked for StandingRow {
    const TABLE: &'static str = "members";
    const KEY: &'static str = "room_id, user_id";
    const ONLY: &'static str = "";
}

impl Looked for EventRow {
    const TABLE: &'static str = "events";
    const KEY: &'static str = "stream_id, sender_id, client_id";
    const ONLY: &'static str = "";
}

impl Looked for Target {
    const TABLE: &'static str = "events";
    const KEY: &'static str = "stream_id, seq";
    const ONLY: &'static str = "WHERE events.rev IS NOT NULL";
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = members)]
struct StandingRow {
    room_id: Id,
    user_id: Id,
    #[diesel(embed)]
    standing: Standing,
}

async fn standings(mut conn: &Conn, set: &[&Append]) -> QueryResult<HashMap<(Id, Id), Standing>> {
    let mut pairs: Vec<(Id, Id)> = set.iter().map(|a| (a.room.into(), a.sender.id.into())).collect();
    pairs.sort_unstable();
    pairs.dedup();
    let (rooms, users): (Vec<Id>, Vec<Id>) = pairs.into_iter().unzip();
    let keys = (rooms.into_sql::<Array<DbId>>(), users.into_sql::<Array<DbId>>());
    let rows: Vec<StandingRow> = Lookup::<StandingRow, _>::new(keys).load(&mut conn).await?;
    let standings = rows
        .into_iter()
        .map(|row| ((row.room_id, row.user_id), row.standing));
    Ok(standings.collect())
}

async fn known(mut conn: &Conn, set: &[&Append]) -> QueryResult<HashMap<Key, EventRow>> {
    let rooms: Vec<Id> = set.iter().map(|append| append.room.into()).collect();
    let senders: Vec<Id> = set.iter().map(|append| append.sender.id.into()).collect();
    let client_ids: Vec<&str> = set.iter().map(|append| append.client_id.as_str()).collect();
    let keys = (
        rooms.into_sql::<Array<DbId>>(),
        senders.into_sql::<Array<DbId>>(),
        client_ids.into_sql::<Array<Text>>(),
    );
    let rows: Vec<EventRow> = Lookup::<EventRow, _>::new(keys).load(&mut conn).await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| Some((row.key()?, row)))
        .collect())
}

async fn targets(mut conn: &Conn, places: Vec<(Id, i64)>) -> QueryResult<HashMap<(Id, i64), Target>> {
    if places.is_empty() {
        return Ok(HashMap::new());
    }
    let (streams, seqs): (Vec<Id>, Vec<i64>) = places.into_iter().unzip();
    let keys = (
        streams.into_sql::<Array<DbId>>(),
        seqs.into_sql::<Array<BigInt>>(),
    );
    let rows: Vec<Target> = Lookup::<Target, _>::new(keys).load(&mut conn).await?;
    Ok(rows
        .into_iter()
        .map(|row| ((row.stream_id, row.seq), row))
        .collect())
}
