//! All services of a server together.

use std::sync::Arc;

use parlor_auth::PasswordHasher;
use parlor_ports::{Clock, Entropy, EventLog, RoomStore, SessionStore, SyncStore, UserStore};

use crate::{
    Accounts, AccountsSettings, Marks, MarksSettings, Messages, MessagesSettings, Passwords,
    PasswordsSettings, Presence, Rooms, RoomsSettings, Sessions, SessionsSettings, Sync, SyncSettings,
    Tokens,
};

/// What a user can do with this server.
pub struct Services {
    /// Accounts.
    pub accounts: Accounts,
    /// Sessions and their tokens.
    pub sessions: Sessions,
    /// Rooms and memberships.
    pub rooms: Rooms,
    /// Messages.
    pub messages: Messages,
    /// Delivered and read marks. Their [`run`](Marks::run) must be spawned.
    pub marks: Arc<Marks>,
    /// Where sockets begin.
    pub sync: Sync,
    /// Who may know who is there.
    pub presence: Presence,
}

/// What the services ask of the world.
#[derive(Clone)]
pub struct Ports {
    /// Accounts.
    pub users: Arc<dyn UserStore>,
    /// Sessions.
    pub sessions: Arc<dyn SessionStore>,
    /// Rooms.
    pub rooms: Arc<dyn RoomStore>,
    /// The streams' log.
    pub log: Arc<dyn EventLog>,
    /// Where streams stand.
    pub sync: Arc<dyn SyncStore>,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
}

/// How this server keeps passwords and signs tokens.
#[derive(Debug)]
pub struct Secrets {
    /// Makes and checks hashes.
    pub hasher: PasswordHasher,
    /// Makes and checks tokens.
    pub tokens: Tokens,
}

/// Rules and limits of all services. The defaults are what a small server needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Settings {
    /// Of accounts.
    pub accounts: AccountsSettings,
    /// Of password hashing.
    pub passwords: PasswordsSettings,
    /// Of sessions.
    pub sessions: SessionsSettings,
    /// Of rooms.
    pub rooms: RoomsSettings,
    /// Of messages.
    pub messages: MessagesSettings,
    /// Of marks.
    pub marks: MarksSettings,
    /// Of resuming.
    pub sync: SyncSettings,
}

impl Services {
    /// Puts the services together.
    pub fn new(ports: Ports, secrets: Secrets, settings: Settings) -> Self {
        let Ports {
            users,
            sessions,
            rooms,
            log,
            sync,
            clock,
            entropy,
        } = ports;
        let passwords = Passwords::new(secrets.hasher, entropy.clone(), settings.passwords);
        let passwords = Arc::new(passwords);
        Self {
            accounts: Accounts::new(
                users.clone(),
                passwords.clone(),
                clock.clone(),
                entropy.clone(),
                settings.accounts,
            ),
            sessions: Sessions::new(
                users.clone(),
                sessions,
                passwords,
                secrets.tokens,
                clock.clone(),
                entropy.clone(),
                settings.sessions,
            ),
            messages: Messages::new(
                log,
                rooms.clone(),
                clock.clone(),
                entropy.clone(),
                settings.messages,
            ),
            marks: Arc::new(Marks::new(rooms.clone(), clock.clone(), settings.marks)),
            sync: Sync::new(sync, clock.clone(), settings.sync),
            presence: Presence::new(rooms.clone(), users),
            rooms: Rooms::new(rooms, clock, entropy, settings.rooms),
        }
    }
}
