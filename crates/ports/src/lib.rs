//! What the core of Parlor asks of the world.
//!
//! Each port is a trait that adapters implement (`store`, `hub`, …) and services call through `Arc<dyn Port>`. What
//! was not found is `None`, what is refused for an expected reason is a variant of an outcome, and only what nobody
//! asked about is an `Err`.
//!
//! To add a port: a file here with the trait and the plain structs that it takes and gives, an adapter, and one line
//! of wiring in the binary. It needs two implementations (a fake for tests counts) or an arrow that must be turned.

mod admission;
mod announcements;
mod api_keys;
mod blobs;
mod broadcasts;
mod challenges;
mod clock;
mod contacts;
mod counters;
mod dialects;
mod entropy;
mod error;
mod imports;
mod invites;
mod keys;
mod log;
mod mail;
mod media;
mod moderation;
mod notifications;
mod old_server;
mod proofs;
mod register_ids;
mod rooms;
mod scanner;
mod second_steps;
mod sessions;
mod statuses;
mod sync;
mod uploads;
mod users;

pub use admission::{AdmissionStore, JoinRequestsPage, LinkedRoom};
pub use announcements::{AnnouncementStore, Gathered};
pub use api_keys::{ApiKey, ApiKeyMade, ApiKeyStore, KeyBot, NewApiKey};
pub use blobs::{BlobError, BlobKey, BlobStream, Blobs};
pub use broadcasts::{
    Batch, BroadcastPut, BroadcastRefusal, BroadcastStore, BroadcastView, BroadcastsPage, Fate, FatesPage,
    ListAct, ListPut, ListsPage, NewBroadcast, NewList, Recipient, RecipientsPage, Skip,
};
pub use challenges::{Challenge, ChallengeStore, CodeDigest, NewChallenge};
pub use clock::{Clock, SystemClock};
pub use contacts::{
    Accepted, Bar, Block, BlockPut, BlocksPage, Contact, ContactPut, ContactRefusal, ContactStore,
    ContactsPage, Direction, NewContact, NewRequest, Request, Requested, RequestsPage,
};
pub use counters::{CounterName, CounterStore};
pub use dialects::{DialectStore, KeySession, NewKeySession};
pub use entropy::{Entropy, SystemEntropy};
pub use error::StoreError;
pub use imports::{
    Beyond, Brought, ImportStore, MessageBrought, Numbering, OldDirect, OldKey, OldList, OldMessage,
    OldMessages, OldModel, OldPerson, OldRoom, PersonBrought, RoomBrought, RoomKept, Source, StatusBrought,
};
pub use invites::{Invite, InviteStore, NewInvite};
pub use keys::{KeySource, KeysError};
pub use log::{
    Append, AppendRefusal, Appended, COUNT_PATIENCE, Counted, EventLog, EventSink, HistoryPage, HistoryRange,
    MessageAct, PinsPage, Play, PlaysPage, Priority, Published, ReactionsPage, Receipt, ReceiptCounts,
    ReceiptRange, ReceiptsPage, RevisionsPage, SaidPage,
};
pub use mail::{GivenUp, MailError, Mailer, NewLetter, Outbox, Waiting};
pub use media::{
    AvatarSet, Blob, Claimed, MediaFile, MediaKept, MediaStore, NewFile, NewMedia, Quotas, StoredFile,
    StoredMedia,
};
pub use moderation::{Ban, BansPage, ModerationStore};
pub use notifications::{
    About, DIRECT_PATIENCE, NewPublication, Notification, NotificationCursor, NotificationStore,
    NotificationsPage, Notified, PublicationMade,
};
pub use old_server::{Extent, OldLink, OldPair, OldRows, OldServer};
pub use proofs::{EmailProved, NewProof, ProofStore, Purpose};
pub use register_ids::{CodeLimits, CodeSent, LogInCode, NewLogInCode, RegisterIdStore};
pub use rooms::{
    Added, Attended, AttendedPage, AttendedRoom, ChannelCursor, ChannelsPage, DirectOpened, Joined,
    ListedChannel, MembersPage, NewRoom, RoomAct, RoomCreated, RoomCursor, RoomRefusal, RoomStore, RoomThing,
    RoomView, RoomsPage,
};
pub use scanner::{ScanError, Scanned, Scanner};
pub use second_steps::{App, SecondStep, SecondStepStore};
pub use sessions::{HostedSession, NewSession, Refresh, Refreshed, SessionStore, TokenDigest};
pub use statuses::{
    NewStatus, StatusCursor, StatusPut, StatusRefusal, StatusSeen, StatusSide, StatusStore, StatusView,
    StatusViewsPage, StatusesPage,
};
pub use sync::{RoomHead, Snapshot, SyncStore};
pub use uploads::{Allowance, NextPart, Part, Upload, UploadBegun, UploadStore};
pub use users::{
    Credentials, HostUser, LoginName, MobileSet, NewAccount, PasswordHash, PeopleOrder, Registered, Shown,
    UserSearch, UserStore,
};
