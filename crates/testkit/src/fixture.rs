//! A store, what surrounds it, and short words for telling it what people do.

mod announcements;
mod broadcasts;
mod contacts;
mod letters;
mod media;
mod notices;
mod people;
mod rooms;
mod statuses;
mod talk;

use std::any::Any;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use futures_util::future::{join_all, maybe_done};
use parlor_domain::Timestamp;
use parlor_ports::{
    AdmissionStore, AnnouncementStore, ApiKeyStore, BroadcastStore, ChallengeStore, ContactStore,
    CounterStore, DialectStore, EventLog, ImportStore, InviteStore, MediaStore, ModerationStore,
    NotificationStore, Outbox, ProofStore, RegisterIdStore, RoomStore, SecondStepStore, SessionStore,
    StatusStore, SyncStore, UploadStore, UserStore,
};

use crate::{FixedClock, Heard, SeededEntropy};

pub(crate) use media::AMPLE;
pub use media::blob;
pub use people::address;
pub use talk::{answer, delete, edit, forward, key, message, reply, show, text, to_all};

/// A store under test: its ports, and the sink, clock and entropy that it was opened with.
///
/// The words of the other files of this folder (`person`, `group`, `say`, …) expect to succeed: a refusal is a panic.
/// Each of them lets a millisecond pass, so that what happens later has a later time.
pub struct Fixture {
    /// The log.
    pub log: Arc<dyn EventLog>,
    /// Rooms and memberships.
    pub rooms: Arc<dyn RoomStore>,
    /// Links to rooms, and requests to be let in.
    pub admission: Arc<dyn AdmissionStore>,
    /// Who may not write, and who is kept out.
    pub moderation: Arc<dyn ModerationStore>,
    /// Accounts.
    pub users: Arc<dyn UserStore>,
    /// Whom people know, and whom they have blocked.
    pub contacts: Arc<dyn ContactStore>,
    /// Sessions.
    pub sessions: Arc<dyn SessionStore>,
    /// Where streams stand.
    pub sync: Arc<dyn SyncStore>,
    /// Log-ins that still need a code.
    pub challenges: Arc<dyn ChallengeStore>,
    /// What people show besides the password.
    pub second_steps: Arc<dyn SecondStepStore>,
    /// Links that prove who has got them.
    pub proofs: Arc<dyn ProofStore>,
    /// Counts of what was tried.
    pub counters: Arc<dyn CounterStore>,
    /// Invitations.
    pub invites: Arc<dyn InviteStore>,
    /// What people are notified of.
    pub notifications: Arc<dyn NotificationStore>,
    /// The room of all accounts.
    pub announcements: Arc<dyn AnnouncementStore>,
    /// The stable keys of dialects.
    pub dialects: Arc<dyn DialectStore>,
    /// Register ids, and the codes that go with them.
    pub register_ids: Arc<dyn RegisterIdStore>,
    /// What comes from older servers.
    pub imports: Arc<dyn ImportStore>,
    /// API keys.
    pub api_keys: Arc<dyn ApiKeyStore>,
    /// Letters that wait.
    pub outbox: Arc<dyn Outbox>,
    /// What was uploaded.
    pub media: Arc<dyn MediaStore>,
    /// Uploads that are not complete.
    pub uploads: Arc<dyn UploadStore>,
    /// What people show for a day.
    pub statuses: Arc<dyn StatusStore>,
    /// Broadcast lists, and what is sent to them.
    pub broadcasts: Arc<dyn BroadcastStore>,
    /// The sink to which the store publishes.
    pub heard: Arc<Heard>,
    /// The time of day.
    pub clock: Arc<FixedClock>,
    /// The chance that the store draws from.
    pub entropy: Arc<SeededEntropy>,
    /// In how many rooms the store lets a person be; 20 to 50 keeps the suite quick.
    pub rooms_per_user: usize,
    /// What must live as long as the store, such as its temporary folder.
    pub keep: Box<dyn Any + Send + Sync>,
}

impl Fixture {
    /// Lets a millisecond pass, and tells the time then.
    pub fn tick(&self) -> Timestamp {
        self.clock.advance(Duration::from_millis(1))
    }
}

/// Does all of this at once, each in a task of its own, and gives the results in the order of the work.
///
/// # Panics
/// If one of them does.
pub async fn at_once<W>(work: impl IntoIterator<Item = W>) -> Vec<W::Output>
where
    W: Future<Output: Send> + Send + 'static,
{
    let tasks: Vec<_> = work.into_iter().map(tokio::spawn).collect();
    let mut results = Vec::with_capacity(tasks.len());
    for task in tasks {
        results.push(task.await.expect("no task panics"));
    }
    results
}

/// Begins all of this in the given order, lets it run at once, and gives the results in that order.
pub async fn polled_in_order<W: Future>(work: impl IntoIterator<Item = W>) -> Vec<W::Output> {
    let mut begun = Vec::new();
    for work in work {
        let mut work = Box::pin(maybe_done(work));
        poll_fn(|context| Poll::Ready(work.as_mut().poll(context).is_ready())).await;
        begun.push(work);
    }
    // All are polled until the last is done: one that is given a connection must not sit on it while another waits.
    join_all(&mut begun).await;
    let results = begun.iter_mut().map(|work| work.as_mut().take_output());
    results.map(|result| result.expect("it is done")).collect()
}
