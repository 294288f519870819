//! A lane: one connection that appends to its share of the streams, batch by batch.

use std::sync::Arc;

use diesel::QueryResult;
use diesel_async::SimpleAsyncConnection;
use parlor_ports::{Append, Appended, Entropy, Published, StoreError};
use tokio::sync::oneshot;

use super::append;
use super::connection::{Conn, Connector, unreachable};
use super::turns::{Turn, Turns};
use crate::error::{is_outage, store_error};
use crate::queue::Taker;

/// Most appends of people in a batch: larger ones gain nothing on this database.
const PEOPLE: usize = 128;
/// Most appends of programs in a batch, so that people do not wait for them.
const BULK: usize = 50;

/// All that a lane does is to look up few rows by their keys. To plan that anew for each batch takes longer than to do
/// it, and a plan that was made while the tables were small must not be kept when they have grown.
const SETTINGS: &str = "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_hashjoin = off; \
                        SET enable_mergejoin = off; SET jit = off";

/// An append, and who waits for it.
pub(super) struct Pending {
    pub(super) append: Append,
    pub(super) caller: oneshot::Sender<Result<Appended, StoreError>>,
}

pub(super) struct Lane {
    pub(super) appends: Taker<Pending>,
    pub(super) connector: Connector,
    /// `None` before the first batch and after a loss.
    pub(super) conn: Option<Conn>,
    pub(super) turns: Arc<Turns>,
    pub(super) entropy: Arc<dyn Entropy>,
}

impl Lane {
    /// Appends until the queue is closed and empty.
    pub(super) async fn run(mut self) {
        while let Some(batch) = self.appends.take(PEOPLE, BULK).await {
            self.append(batch).await;
        }
    }

    async fn append(&mut self, batch: Vec<Pending>) {
        let appends: Vec<&Append> = batch.iter().map(|pending| &pending.append).collect();
        let mut outcome = self.transaction(&appends).await;
        if let Err(error) = &outcome
            && is_outage(error)
        {
            tracing::warn!(%error, "a batch of appends runs again");
            // Perhaps it was committed: then all of it is known now, and was new to those who wait.
            outcome = self.transaction(&appends).await.map(|(turn, appended)| {
                let renewed = appended.into_iter().map(|appended| match appended {
                    Appended::Known(event) => Appended::New(event),
                    other => other,
                });
                (turn, renewed.collect())
            });
        }
        match outcome {
            Ok((turn, appended)) => answer(turn, batch, appended),
            Err(error) if batch.len() > 1 && !is_outage(&error) => {
                tracing::error!(%error, "a batch of appends failed; each is tried by itself");
                for pending in batch {
                    Box::pin(self.append(vec![pending])).await;
                }
            }
            Err(error) => {
                tracing::error!(%error, "appends failed");
                for pending in batch {
                    // A caller who has gone misses nothing.
                    let _ = pending.caller.send(Err(store_error(&error)));
                }
            }
        }
    }

    /// Commits a batch, and gives the turn in which it is to be published.
    async fn transaction(&mut self, appends: &[&Append]) -> QueryResult<(Turn, Vec<Appended>)> {
        let mut conn = match self.conn.take() {
            Some(conn) => conn,
            None => self.connect().await?,
        };
        let outcome = append::commit(&mut conn, &*self.entropy, &self.turns, appends).await;
        // What failed leaves a transaction to be ended, or a connection to be given up.
        if outcome.is_ok() || conn.batch_execute("ROLLBACK").await.is_ok() {
            self.conn = Some(conn);
        }
        outcome
    }

    async fn connect(&self) -> QueryResult<Conn> {
        let mut conn = self.connector.connect().await.map_err(unreachable)?;
        conn.batch_execute(SETTINGS).await?;
        Ok(conn)
    }
}

fn answer(turn: Turn, batch: Vec<Pending>, appended: Vec<Appended>) {
    let new = |(pending, appended): (&Pending, &Appended)| match appended {
        Appended::New(event) => Some(Published::Event {
            event: event.clone(),
            origin: pending.append.origin,
        }),
        Appended::Known(_) | Appended::Refused(_) => None,
    };
    let published = batch.iter().zip(&appended).filter_map(new).collect();
    turn.publish(published, move || {
        for (pending, appended) in batch.into_iter().zip(appended) {
            // A caller who has gone misses nothing: what was stored is in the log.
            let _ = pending.caller.send(Ok(appended));
        }
    });
}
