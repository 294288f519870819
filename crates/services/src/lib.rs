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
mod announcements;
mod api_keys;
mod backends;
mod broadcasts;
mod codes;
mod confirm;
mod contacts;
mod dialects;
mod due;
mod error;
mod fingerprint;
mod halls;
mod hosts;
mod imports;
mod invites;
mod letters;
mod library;
mod log_ins;
mod made;
mod marks;
mod media;
mod messages;
mod notifications;
mod passwords;
mod post;
mod presence;
mod proofs;
mod register_ids;
mod renditions;
mod rooms;
mod second_steps;
mod services;
mod sessions;
mod statuses;
mod sync;
mod tally;
mod throttle;
mod uploads;
mod usernames;
mod workshop;

pub use accounts::{Accounts, AccountsSettings, GuestName, GuestRegistration, Registration, SignUp};
pub use actor::Actor;
pub use announcements::{Announcements, AnnouncementsSettings};
pub use api_keys::{ApiKeys, KeyHolder, KeyWish};
pub use backends::{Backends, Saying};
pub use broadcasts::{BroadcastDraft, Broadcasts, BroadcastsSettings};
pub use contacts::{Contacts, ContactsSettings};
pub use dialects::{Dialects, Guest, Lives, TokenPair, TokenRefusal};
pub use error::{Error, ErrorKind};
pub use halls::{Hall, Halls};
pub use hosts::Hosts;
pub use imports::{
    Change, Imports, MediaBrought, OldAccount, OldConversation, OldGroup, OldRecipients, OldServerId,
    OldStatus, OldWords, PersonCame, RoomCame, Said, Unique,
};
pub use invites::{Invitation, Invites};
pub use library::{Library, MediaLink, shown};
pub use log_ins::{Challenged, LogIns, LogInsSettings, LoggedIn, Method, TwoStep};
pub use made::Made;
pub use marks::{Marks, MarksSettings};
pub use media::{Claims, MediaSettings, Received, Spool};
pub use messages::{Messages, MessagesSettings, NewMessage};
pub use notifications::{Notifications, NotificationsSettings};
pub use parlor_auth::{DialectUser, TokenKind};
/// What services answer with as it comes, so that the edge need not know the ports.
pub use parlor_ports::{
    About, ApiKey, AttendedPage, AttendedRoom, BansPage, BlobStream, Block, BlocksPage, BroadcastView,
    BroadcastsPage, ChannelCursor, ChannelsPage, CodeSent, Contact, ContactsPage, Direction, Fate, FatesPage,
    GivenUp, HistoryPage, HistoryRange, Invite, JoinRequestsPage, LinkedRoom, ListedChannel, ListsPage,
    LoginName, MediaFile, MembersPage, Notification, NotificationCursor, NotificationsPage, PeopleOrder,
    PinsPage, PlaysPage, ReactionsPage, ReceiptRange, ReceiptsPage, Recipient, RecipientsPage, Request,
    RequestsPage, RevisionsPage, RoomCursor, RoomView, RoomsPage, SaidPage, SecondStep, Shown, Skip,
    StatusCursor, StatusSide, StatusView, StatusViewsPage, StatusesPage, StoredFile, StoredMedia, Upload,
    UserSearch,
};
pub use passwords::{Passwords, PasswordsSettings};
pub use post::Post;
pub use presence::Presence;
pub use proofs::{Proofs, ProofsSettings};
pub use register_ids::{CodeEntered, RegisterIds};
pub use renditions::Renditions;
pub use rooms::{Entered, NewGroup, Rooms, RoomsSettings};
pub use second_steps::{Enrolment, SecondSteps};
pub use services::{Ports, Secrets, Services, Settings};
pub use sessions::{Device, EndedSessions, Login, Sessions, SessionsSettings, Tokens};
pub use statuses::{StatusDraft, Statuses, StatusesSettings};
pub use sync::{Opened, StreamKind, StreamStart, Sync, SyncSettings, Verdict};
pub use tally::Tally;
pub use uploads::{Progress, Uploads};
