//! What a user of Parlor can do: rights, rules and the order of effects.
//!
//! Every dialect and every route ends in a method here. A service takes parsed values of the domain, asks the world
//! through [`parlor_ports`], and answers with values of the domain or with one [`Error`]. It names no status code, no
//! JSON and no backend.
//!
//! To add one more thing that a user can do: a method of the service whose plural noun it is about; for a refusal that
//! nobody could meet before, a variant of [`Error`]. To add a service: a file here, its settings with defaults, and a
//! field of [`Services`].

mod accounts;
mod actor;
mod error;
mod made;
mod marks;
mod messages;
mod passwords;
mod presence;
mod rooms;
mod services;
mod sessions;
mod sync;

pub use accounts::{Accounts, AccountsSettings, Registration, SignUp};
pub use actor::Actor;
pub use error::{Error, ErrorKind};
pub use made::Made;
pub use marks::{Marks, MarksSettings};
pub use messages::{Messages, MessagesSettings, NewMessage};
/// What services answer with as it comes, so that the edge need not know the ports.
pub use parlor_ports::{
    HistoryPage, HistoryRange, MembersPage, RevisionsPage, RoomCursor, RoomView, RoomsPage,
};
pub use passwords::{Passwords, PasswordsSettings};
pub use presence::Presence;
pub use rooms::{NewGroup, Rooms, RoomsSettings};
pub use services::{Ports, Secrets, Services, Settings};
pub use sessions::{Device, EndedSessions, Login, Sessions, SessionsSettings, Tokens};
pub use sync::{Opened, StreamKind, StreamStart, Sync, SyncSettings, Verdict};
