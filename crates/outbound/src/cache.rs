//! Keys that are kept, and fetched again when it is time.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use parlor_domain::Timestamp;
use parlor_ports::{Clock, KeysError};
use tracing::{info, warn};

use crate::error::FetchError;

/// How long keys are not fetched again, however many tokens name one that is not there.
pub const FLOOR: Duration = Duration::from_secs(60);

/// How long keys are not fetched again while there are none at all: nobody can log in without them, and the application
/// may just be starting.
const FIRST_FLOOR: Duration = Duration::from_secs(5);

/// Gets the keys, from wherever they are.
#[async_trait]
pub(crate) trait Fetch: Send + Sync + 'static {
    async fn fetch(&self) -> Result<Fetched, FetchError>;
}

/// Keys as they were fetched.
pub(crate) struct Fetched {
    pub(crate) keys: String,
    /// After which they are to be fetched again.
    pub(crate) good_for: Duration,
}

/// The keys of one source.
pub(crate) struct Cache<F>(Arc<Shared<F>>);

struct Shared<F> {
    source: F,
    clock: Arc<dyn Clock>,
    floor: Duration,
    known: Mutex<Known>,
    /// Held by the one who fetches.
    flight: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Default)]
struct Known {
    keys: Option<Arc<str>>,
    good_for: Duration,
    fetched_at: Option<Timestamp>,
    /// When the last try, good or bad, had ended.
    tried_at: Option<Timestamp>,
    /// Why the last try failed, if it did.
    failure: Option<FetchError>,
}

impl<F: Fetch> Cache<F> {
    pub(crate) fn new(source: F, clock: Arc<dyn Clock>, floor: Duration) -> Self {
        Self(Arc::new(Shared {
            source,
            clock,
            floor,
            known: Mutex::default(),
            flight: Arc::default(),
        }))
    }

    /// Takes keys that were fetched already.
    pub(crate) fn learn(&self, fetched: Fetched) {
        self.0.note(Ok(fetched));
    }

    /// See [`parlor_ports::KeySource::keys`].
    pub(crate) async fn keys(&self, missing: Option<&str>) -> Result<Arc<str>, KeysError> {
        let missing = missing.is_some();
        let shared = &self.0;
        if !shared.is_due(missing) {
            return shared.answer();
        }
        let flight = Arc::clone(&shared.flight);
        let flight = match flight.try_lock_owned() {
            Ok(flight) => flight,
            // Keys that have only grown old are good enough while another caller renews them.
            Err(_) if !missing && shared.known().keys.is_some() => return shared.answer(),
            Err(_) => Arc::clone(&shared.flight).lock_owned().await,
        };
        // Whoever held it before may have brought what is wanted.
        if shared.is_due(missing) {
            let fetching = Arc::clone(shared);
            // A task of its own: a caller who goes away must not take the answer from those who wait.
            let task = tokio::spawn(async move {
                let result = fetching.source.fetch().await;
                fetching.note(result);
                drop(flight);
            });
            task.await.map_err(|error| KeysError(error.into()))?;
        }
        shared.answer()
    }
}

impl<F> Shared<F> {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the keys are to be fetched now.
    fn is_due(&self, missing: bool) -> bool {
        let known = self.known();
        let now = self.clock.now();
        let floor = if known.keys.is_some() {
            self.floor
        } else {
            self.floor.min(FIRST_FLOOR)
        };
        let wanted = missing || has_passed(known.fetched_at, known.good_for, now);
        wanted && has_passed(known.tried_at, floor, now)
    }

    fn note(&self, result: Result<Fetched, FetchError>) {
        let now = self.clock.now();
        let mut known = self.known();
        known.tried_at = Some(now);
        match result {
            Ok(Fetched { keys, good_for }) => {
                if let Some(failure) = known.failure.take() {
                    info!(%failure, "the keys of the host application can be had again");
                }
                if known.keys.as_deref() != Some(&keys) {
                    known.keys = Some(keys.into());
                }
                known.good_for = good_for;
                known.fetched_at = Some(now);
            }
            Err(failure) => {
                if known.failure.is_none() {
                    warn!(%failure, "the keys of the host application cannot be had; those there are stay good");
                }
                known.failure = Some(failure);
            }
        }
    }

    fn answer(&self) -> Result<Arc<str>, KeysError> {
        let known = self.known();
        match (&known.keys, &known.failure) {
            (Some(keys), _) => Ok(Arc::clone(keys)),
            (None, Some(failure)) => Err(KeysError(failure.clone().into())),
            (None, None) => unreachable!("without keys they are fetched before there is an answer"),
        }
    }
}

/// Whether so much time has passed since then. A clock that was set back has passed everything.
fn has_passed(since: Option<Timestamp>, time: Duration, now: Timestamp) -> bool {
    since.is_none_or(|since| now < since || now.since(since) >= time)
}
