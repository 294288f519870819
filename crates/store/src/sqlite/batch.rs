//! Writes on their way through one transaction.

use std::collections::VecDeque;

use diesel::QueryResult;
use diesel::result::Error;
use parlor_ports::{Append, Appended, Published, StoreError};
use tokio::sync::oneshot;

use super::stores::Job;
use crate::error::store_error;

/// A write that waits.
pub(super) enum Write {
    Append(Pending),
    Job(Box<dyn Job>),
}

/// An append, and who waits for it.
pub(super) struct Pending {
    pub(super) append: Append,
    pub(super) caller: oneshot::Sender<Result<Appended, StoreError>>,
}

impl Write {
    pub(super) fn fail(self, error: &Error) {
        match self {
            Self::Append(pending) => pending.answer(Err(store_error(error))),
            Self::Job(job) => job.answer(Err(store_error(error))),
        }
    }
}

impl Pending {
    fn answer(self, answer: Result<Appended, StoreError>) {
        // A caller who has gone misses nothing: what was stored is in the log.
        let _ = self.caller.send(answer);
    }
}

/// What was done inside the transaction, and whom to tell once it is committed.
pub(super) enum Done {
    Appended(Pending, Appended),
    Ran(Box<dyn Job>),
    Failed(Write, Error),
}

impl Done {
    pub(super) fn answer(self) {
        match self {
            Self::Appended(pending, appended) => pending.answer(Ok(appended)),
            Self::Ran(job) => job.answer(Ok(())),
            Self::Failed(write, error) => write.fail(&error),
        }
    }

    pub(super) fn fail(self, error: &Error) {
        match self {
            Self::Appended(pending, _) => pending.answer(Err(store_error(error))),
            Self::Ran(job) => job.answer(Err(store_error(error))),
            Self::Failed(write, _) => write.fail(error),
        }
    }
}

/// A transaction on its way.
#[derive(Default)]
pub(super) struct Progress {
    pub(super) waiting: VecDeque<Write>,
    pub(super) done: Vec<Done>,
    pub(super) published: Vec<Published>,
    /// The greatest number of an event.
    pub(super) number: i64,
    /// The version of the file in which it runs.
    pub(super) version: i64,
}

impl Progress {
    /// Notes what became of an append.
    pub(super) fn appended(&mut self, pending: Pending, outcome: QueryResult<Appended>) {
        if let Ok(Appended::New(event)) = &outcome {
            self.number = event.number;
            self.published.push(Published::Event {
                event: event.clone(),
                origin: pending.append.origin,
            });
        }
        self.done.push(match outcome {
            Ok(appended) => Done::Appended(pending, appended),
            Err(error) => Done::Failed(Write::Append(pending), error),
        });
    }

    /// Notes events that were added. What comes from older servers can have lower numbers than what was there.
    pub(super) fn add(&mut self, added: Vec<Published>) {
        let numbers = added.iter().map(|published| match published {
            Published::Event { event, .. } => event.number,
            Published::Marks(_) => 0,
        });
        self.number = numbers.fold(self.number, i64::max);
        self.published.extend(added);
    }
}
