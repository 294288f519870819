//! A batch of appends inside a lane's transaction, as sets: the number of statements does not depend on that of
//! messages.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Nullable, SmallInt, Text};
use diesel_async::RunQueryDsl;
use parlor_domain::{Draft, Event, Role, Seq};
use parlor_ports::{Append, Appended, Entropy};

use super::connection::Conn;
use crate::appending::{self, Standing, judge, known, next};
use crate::code::Code;
use crate::counter::Counter;
use crate::error::corrupt;
use crate::id::{DbId, Id};
use crate::rows::{EventRow, NewEvent, StreamRow, Target, digest};
use crate::schema::{events, revisions, streams};

/// A place in some stream.
type Place = (Id, i64);
/// Room, sender and client id.
type Key = (Id, Id, String);

/// What a batch needs to know, read under the lock of its streams, and what it does to it.
struct Batch {
    streams: HashMap<Id, StreamRow>,
    standings: HashMap<(Id, Id), Standing>,
    known: HashMap<Key, EventRow>,
    targets: HashMap<Place, Target>,
    /// The events to be stored, and their rows.
    new: Vec<(Event, NewEvent)>,
    /// Which of them has taken a client id.
    taken: HashMap<Key, (usize, i64)>,
    /// The newest message of each sender.
    spoken: BTreeMap<(Id, Id), (i64, i64)>,
    /// What happens to messages, in order.
    changes: Vec<Change>,
}

/// What an edit or a deletion does to its message.
struct Change {
    place: Place,
    /// The text before, if it is kept.
    before: Option<String>,
    /// The text after; `None` once deleted.
    after: Option<String>,
    at: i64,
    rev: i64,
}

/// What becomes of an append, before the events have numbers.
enum Verdict {
    New(usize),
    /// The same client id twice in this batch.
    Again(usize),
    Settled(Appended),
}
