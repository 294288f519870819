//! What the core of Parlor asks of the world.
//!
//! Each port is a trait that adapters implement (`store`, `hub`, …) and services call through `Arc<dyn Port>`. What
//! was not found is `None`, what is refused for an expected reason is a variant of an outcome, and only what nobody
//! asked about is an `Err`.
//!
//! To add a port: a file here with the trait and the plain structs that it takes and gives, an adapter, and one line
//! of wiring in the binary. It needs two implementations (a fake for tests counts) or an arrow that must be turned.

mod clock;
mod entropy;
mod error;
mod log;
mod rooms;
mod sessions;
mod sync;
mod users;

pub use clock::{Clock, SystemClock};
pub use entropy::{Entropy, SystemEntropy};
pub use error::StoreError;
pub use log::{
    Append, AppendRefusal, Appended, EventLog, EventSink, HistoryPage, HistoryRange, Priority, Published,
    RevisionsPage,
};
pub use rooms::{
    Added, DirectOpened, Joined, MembersPage, NewRoom, RoomAct, RoomCreated, RoomCursor, RoomRefusal,
    RoomStore, RoomView, RoomsPage,
};
pub use sessions::{NewSession, Refresh, Refreshed, SessionStore, TokenDigest};
pub use sync::{RoomHead, Snapshot, SyncStore};
pub use users::{Credentials, NewAccount, PasswordHash, Registered, UserStore};
