//! Opening a store, and what holds it open.

use std::sync::Arc;

use parlor_ports::{
    AdmissionStore, AnnouncementStore, ApiKeyStore, BroadcastStore, ChallengeStore, ContactStore,
    CounterStore, DialectStore, Entropy, EventLog, EventSink, ImportStore, InviteStore, MediaStore,
    ModerationStore, NotificationStore, Outbox, ProofStore, RegisterIdStore, RoomStore, SecondStepStore,
    SessionStore, StatusStore, StoreError, SyncStore, UploadStore, UserStore,
};

use crate::settings::{Database, Settings, Sharing};
use crate::{postgres, sqlite};

/// Why a database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A newer program has changed its schema.
    #[error(
        "the database was made by a newer version of Parlor (it has migration {0}): run that version or restore a backup"
    )]
    Newer(String),
    /// Others use it, and it was wanted for nobody else.
    #[error("another server or command of Parlor uses the database; stop all that share it")]
    Used,
    /// Somebody uses it who wanted it for nobody else.
    #[error("a command such as `parlor import` has the database to itself; wait until it is done")]
    Kept,
    /// It cannot be reached, read or written.
    #[error("the database cannot be opened")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl OpenError {
    pub(crate) fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Failed(error.into())
    }

    /// Others are in the way of who wants to share a database, or to have it alone.
    pub(crate) fn in_use(wanted: Sharing) -> Self {
        match wanted {
            Sharing::Shared => Self::Kept,
            Sharing::Alone => Self::Used,
        }
    }
}

impl From<diesel::result::Error> for OpenError {
    fn from(error: diesel::result::Error) -> Self {
        Self::failed(error)
    }
}

/// All ports of one store.
#[derive(Clone)]
pub struct Ports {
    /// The log.
    pub log: Arc<dyn EventLog>,
    /// Rooms and memberships.
    pub rooms: Arc<dyn RoomStore>,
    /// Accounts.
    pub users: Arc<dyn UserStore>,
    /// Whom people know, and whom they have blocked.
    pub contacts: Arc<dyn ContactStore>,
    /// Links to rooms, and requests to be let in.
    pub admission: Arc<dyn AdmissionStore>,
    /// Who may not write in rooms, and who is kept out.
    pub moderation: Arc<dyn ModerationStore>,
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
    /// The room of all accounts.
    pub announcements: Arc<dyn AnnouncementStore>,
    /// The stable keys of dialects.
    pub dialects: Arc<dyn DialectStore>,
    /// Register ids, and the codes that go with them.
    pub register_ids: Arc<dyn RegisterIdStore>,
    /// What comes from older servers.
    pub imports: Arc<dyn ImportStore>,
}

impl Ports {
    fn of<B>(backend: B) -> Self
    where
        B: EventLog + RoomStore + UserStore + SessionStore + SyncStore,
        B: ChallengeStore + SecondStepStore + ProofStore + CounterStore + InviteStore + Outbox,
        B: MediaStore
            + UploadStore
            + ContactStore
            + AdmissionStore
            + ModerationStore
            + NotificationStore
            + ApiKeyStore
            + StatusStore
            + BroadcastStore
            + AnnouncementStore
            + DialectStore
            + RegisterIdStore
            + ImportStore
            + 'static,
    {
        let backend = Arc::new(backend);
        Self {
            log: backend.clone(),
            rooms: backend.clone(),
            users: backend.clone(),
            contacts: backend.clone(),
            admission: backend.clone(),
            moderation: backend.clone(),
            sessions: backend.clone(),
            sync: backend.clone(),
            challenges: backend.clone(),
            second_steps: backend.clone(),
            proofs: backend.clone(),
            counters: backend.clone(),
            invites: backend.clone(),
            notifications: backend.clone(),
            api_keys: backend.clone(),
            outbox: backend.clone(),
            media: backend.clone(),
            uploads: backend.clone(),
            statuses: backend.clone(),
            broadcasts: backend.clone(),
            announcements: backend.clone(),
            dialects: backend.clone(),
            register_ids: backend.clone(),
            imports: backend,
        }
    }
}

/// A store that reads. What is to be written waits until [`Opened::start`] says where commits are published: whoever
/// hears of them needs the ports first, to read what it missed.
pub struct Opened {
    ports: Ports,
    idle: Idle,
}

enum Idle {
    Sqlite(sqlite::Idle),
    Postgres(postgres::Idle),
}

/// A store that reads and writes. When it is dropped it takes no more work and ends by itself; [`Store::close`] waits
/// for that.
pub struct Store {
    ports: Ports,
    engine: Engine,
}

enum Engine {
    Sqlite(sqlite::Engine),
    Postgres(postgres::Engine),
}

/// Opens a database, and brings its schema up to date. Called on the multi-thread runtime that shall carry the work.
///
/// # Errors
/// [`OpenError::Newer`] if a newer program has been here; [`OpenError::Used`] and [`OpenError::Kept`] if others are in the way.
pub async fn open(settings: Settings, entropy: Arc<dyn Entropy>) -> Result<Opened, OpenError> {
    match settings.database.clone() {
        Database::Sqlite(path) => {
            let idle = blocking(move || sqlite::Idle::open(path, &settings, entropy)).await?;
            Ok(Opened {
                ports: Ports::of(idle.backend.clone()),
                idle: Idle::Sqlite(idle),
            })
        }
        Database::Postgres(url) => {
            let idle = postgres::Idle::open(url, &settings, entropy).await?;
            Ok(Opened {
                ports: Ports::of(idle.backend.clone()),
                idle: Idle::Postgres(idle),
            })
        }
    }
}

/// Brings a schema up to date, and names the migrations that were run.
///
/// # Errors
/// [`OpenError::Newer`] if a newer program has been here.
pub async fn migrate(database: Database) -> Result<Vec<String>, OpenError> {
    match database {
        Database::Sqlite(path) => blocking(move || sqlite::migrate(&path)).await,
        Database::Postgres(url) => postgres::migrate(url).await,
    }
}

/// Names the migrations that are still to be run.
///
/// # Errors
/// [`OpenError::Newer`] if a newer program has been here.
pub async fn pending_migrations(database: Database) -> Result<Vec<String>, OpenError> {
    match database {
        Database::Sqlite(path) => blocking(move || sqlite::pending(&path)).await,
        Database::Postgres(url) => postgres::pending(url).await,
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, OpenError> + Send + 'static,
) -> Result<T, OpenError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(OpenError::failed)?
}

impl Opened {
    /// The ports. Reads are answered; writes wait.
    pub fn ports(&self) -> Ports {
        self.ports.clone()
    }

    /// Starts to write, and publishes to this sink whatever is committed, in the order of commit.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn start(self, sink: Arc<dyn EventSink>) -> Result<Store, OpenError> {
        let engine = match self.idle {
            Idle::Sqlite(idle) => Engine::Sqlite(idle.start(sink).await?),
            Idle::Postgres(idle) => Engine::Postgres(idle.start(sink)),
        };
        Ok(Store {
            ports: self.ports,
            engine,
        })
    }
}

impl Store {
    /// The ports.
    pub fn ports(&self) -> Ports {
        self.ports.clone()
    }

    /// Whether the database can be read and written now.
    ///
    /// # Errors
    /// If it cannot.
    pub async fn check(&self) -> Result<(), StoreError> {
        match &self.engine {
            Engine::Sqlite(engine) => engine.check().await,
            Engine::Postgres(engine) => engine.check().await,
        }
    }

    /// Takes no more work, and waits until all that was taken is committed, published and answered.
    pub async fn close(self) {
        match self.engine {
            Engine::Sqlite(engine) => engine.close().await,
            Engine::Postgres(engine) => engine.close().await,
        }
    }
}
