//! What other processes write into the database, such as an administrator's command beside a running server. A job tells
//! the others which events it adds; they read them once it is committed. Whatever goes by unheard, as the connection was
//! lost, is found by the numbers of the events.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use diesel::prelude::*;
use diesel::result::Error;
use diesel::sql_types::{Array, BigInt, Text};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use futures_util::StreamExt;
use parlor_domain::{Seq, StreamId};
use parlor_ports::Published;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use super::connection::{Conn, Connector, enter, unreachable};
use super::stores::log::decode;
use super::turns::Turns;
use crate::counter::Counter;
use crate::id::Id;
use crate::rows::EventRow;
use crate::schema::events;
use crate::settings::Sharing;

/// After so long without a word it is looked whether the connection is still there, and so long it may take to answer.
const SILENCE: Duration = Duration::from_secs(10);
/// A lost connection is sought again so often.
const RETRY: Duration = Duration::from_secs(1);
/// So many words are taken at once.
const WORDS: usize = 1_000;
/// A transaction draws numbers before it is committed. No more than this many are drawn by others in between.
const OPEN: i64 = 100_000;

/// What is told of a transaction: the events that it added to one stream.
#[derive(Debug, PartialEq, Eq)]
struct Told {
    process: Uuid,
    stream: StreamId,
    first: Seq,
    last: Seq,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            process,
            stream,
            first,
            last,
        } = self;
        write!(f, "{process} {stream} {} {}", first.0, last.0)
    }
}

impl Told {
    fn parse(payload: &str) -> Option<Self> {
        let mut words = payload.split(' ');
        let told = Self {
            process: words.next()?.parse().ok()?,
            stream: words.next()?.parse().ok()?,
            first: Seq(words.next()?.parse().ok()?),
            last: Seq(words.next()?.parse().ok()?),
        };
        words.next().is_none().then_some(told)
    }
}

/// Tells the other processes what a transaction added, if and when it is committed.
pub(super) async fn tell(conn: &mut Conn, process: Uuid, published: &[Published]) -> QueryResult<()> {
    let mut added = BTreeMap::new();
    for published in published {
        if let Published::Event { event, .. } = published {
            let (_, last) = added.entry(event.stream).or_insert((event.seq, event.seq));
            *last = event.seq;
        }
    }
    if added.is_empty() {
        return Ok(());
    }
    let payload = |(stream, (first, last))| {
        Told {
            process,
            stream,
            first,
            last,
        }
        .to_string()
    };
    diesel::sql_query("SELECT pg_notify('parlor', payload) FROM unnest($1) AS told (payload)")
        .bind::<Array<Text>, _>(added.into_iter().map(payload).collect::<Vec<_>>())
        .execute(conn)
        .await?;
    Ok(())
}

/// Hears what other processes tell, on a connection of its own.
pub(super) struct Strangers {
    /// This process, which needs not hear itself.
    pub(super) process: Uuid,
    /// With whom it uses the database, as long as the connection is there.
    sharing: Sharing,
    connector: Connector,
    conn: Conn,
    /// The number of the last event of all, when the connection was last known to be there.
    last: i64,
}

impl Strangers {
    /// Listens from now on. What is told is kept until it is [published](Self::run). `None` if others do not let this process use
    /// the database.
    pub(super) async fn listen(
        process: Uuid,
        sharing: Sharing,
        connector: Connector,
    ) -> QueryResult<Option<Self>> {
        let mut conn = connector.connect().await.map_err(unreachable)?;
        if !enter(&mut conn, sharing).await? {
            return Ok(None);
        }
        conn.batch_execute("LISTEN parlor").await?;
        Ok(Some(Self {
            process,
            sharing,
            connector,
            last: last_number(&mut conn).await?,
            conn,
        }))
    }

    /// Publishes what other processes write, as long as it is let.
    pub(super) async fn run(mut self, turns: Arc<Turns>) {
        loop {
            let Err(error) = self.hear(&turns).await;
            tracing::warn!(%error, "what other processes write is not heard; it is made up for later");
            while let Err(error) = self.listen_again(&turns).await {
                tracing::debug!(%error, "what other processes write is still not heard");
                sleep(RETRY).await;
            }
            tracing::info!("what other processes write is heard again");
        }
    }

    /// Publishes what is told, until the connection is lost.
    async fn hear(&mut self, turns: &Arc<Turns>) -> QueryResult<Infallible> {
        loop {
            let told = self.told().await?;
            let published = in_time(added(&mut self.conn, &told)).await?;
            turns.take().publish(published, || {});
            self.last = in_time(last_number(&mut self.conn)).await?;
        }
    }

    /// What others have told, as soon as there is something; nothing if there is nothing for long.
    async fn told(&mut self) -> QueryResult<Vec<Told>> {
        let mut words = pin!(self.conn.notifications_stream().ready_chunks(WORDS));
        let Ok(words) = timeout(SILENCE, words.next()).await else {
            return Ok(Vec::new());
        };
        let mut told = Vec::new();
        for word in words.ok_or_else(|| lost("it was closed"))? {
            let payload = word?.payload;
            match Told::parse(&payload) {
                Some(word) if word.process == self.process => {}
                Some(word) => told.push(word),
                None => tracing::warn!(payload, "what another process told is not understood"),
            }
        }
        Ok(told)
    }

    /// Listens on a new connection, and publishes the last event of each stream that may have grown unheard: whoever
    /// needs what lies before reads it from the log.
    async fn listen_again(&mut self, turns: &Arc<Turns>) -> QueryResult<()> {
        let again = Self::listen(self.process, self.sharing, self.connector.clone());
        let again = in_time(again).await?;
        let mut again = again.ok_or_else(|| lost("others use the database alone"))?;
        let missed = heads(&mut again.conn, self.last - OPEN, again.last).await?;
        turns.take().publish(missed, || {});
        *self = again;
        Ok(())
    }
}

#[derive(QueryableByName)]
struct Sequence {
    #[diesel(sql_type = BigInt)]
    last_value: i64,
}

/// The number that was drawn last for an event, be it committed or not.
async fn last_number(conn: &mut Conn) -> QueryResult<i64> {
    let sequence: Sequence = diesel::sql_query("SELECT last_value FROM events_number_seq")
        .get_result(conn)
        .await?;
    Ok(sequence.last_value)
}

/// The events that were told of.
async fn added(conn: &mut Conn, told: &[Told]) -> QueryResult<Vec<Published>> {
    let mut published = Vec::new();
    for told in told {
        let rows = events::table
            .filter(events::stream_id.eq(Id::of(told.stream)))
            .filter(events::seq.between(told.first.stored(), told.last.stored()))
            .order(events::seq)
            .select(EventRow::as_select())
            .load(conn)
            .await?;
        published.extend(readable(conn, rows).await?);
    }
    Ok(published)
}

/// Of each stream the last event that has such a number.
async fn heads(conn: &mut Conn, first: i64, last: i64) -> QueryResult<Vec<Published>> {
    let rows: Vec<EventRow> = events::table
        .filter(events::number.between(first, last))
        .distinct_on(events::stream_id)
        .order((events::stream_id, events::seq.desc()))
        .select(EventRow::as_select())
        .load(conn)
        .await?;
    let mut published = Vec::new();
    for row in rows {
        published.extend(readable(conn, vec![row]).await?);
    }
    Ok(published)
}

/// Makes events of rows. What a newer program wrote may make no sense here; that is no reason to be deaf to the rest.
async fn readable(conn: &mut Conn, rows: Vec<EventRow>) -> QueryResult<Vec<Published>> {
    let events = match decode(conn, rows).await {
        Err(Error::DeserializationError(error)) => {
            tracing::warn!(%error, "what another process wrote is not understood");
            Vec::new()
        }
        decoded => decoded?,
    };
    let published = |event| Published::Event {
        event: Arc::new(event),
        origin: None,
    };
    Ok(events.into_iter().map(published).collect())
}

/// Gives up on a connection that does not answer: nobody says so if the other side is simply gone.
async fn in_time<T>(work: impl Future<Output = QueryResult<T>>) -> QueryResult<T> {
    timeout(SILENCE, work)
        .await
        .unwrap_or_else(|_| Err(lost("it does not answer")))
}

fn lost(why: &str) -> Error {
    unreachable(ConnectionError::BadConnection(why.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_understood_and_nothing_else() {
        let told = Told {
            process: Uuid::from_u128(1),
            stream: StreamId::new(Uuid::from_u128(2)),
            first: Seq(3),
            last: Seq(4),
        };
        let payload = told.to_string();
        assert_eq!(Told::parse(&payload), Some(told));
        let (more, less) = (format!("{payload} 5"), &payload[1..]);
        for other in ["", "hello", &more, less] {
            assert_eq!(Told::parse(other), None, "{other}");
        }
    }
}
